"""Quota counter.

Counts how many responses each pair of answers to two questions has, for "Quota by two questions" to look at. The counts
are in the store under "quota/" and the survey's id. Each response is counted once, whatever stops in between.
"""

import canvass

# The two questions, as in "Quota by two questions".
QUESTIONS = ("gender", "age_group")


def pair(answers):
    given = [answers.get(question) for question in QUESTIONS]
    return " / ".join(given) if all(isinstance(answer, str) for answer in given) else None


def responded(responses):
    key = f"quota/{responses[0].survey}"
    counts = canvass.store.get(key, {})
    for response in responses:
        group = pair(response.answers)
        if group:
            counts[group] = counts.get(group, 0) + 1
    canvass.store.put(key, counts)
    return {response.id: {"group": pair(response.answers)} for response in responses if pair(response.answers)}
