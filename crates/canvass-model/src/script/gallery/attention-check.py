"""Attention check.

Tells attentive answers from clicked-through ones by two signs: a question that says which choice to pick ("please choose
Slightly agree here"), and a long run of the same answer. Nothing is thrown away: responses get fields and a tag, and you
decide what to leave out.
"""

from itertools import groupby

# The question that says what to choose, and the choice it asks for.
TRAP, EXPECTED = "attention", "4"
# So many equal answers in a row are a sign. Only questions with these answers count: a scale's points.
RUN_MAX = 8
POINTS = {str(point) for point in range(1, 8)}


def longest_run(answers):
    points = [str(answer) for question, answer in answers.items() if question != TRAP and str(answer) in POINTS]
    return max((len(list(run)) for _, run in groupby(points)), default=0)


def verdict(answers):
    run = longest_run(answers)
    if TRAP in answers and str(answers[TRAP]) != EXPECTED:
        words = "failed the check"
    else:
        words = "same answer throughout" if run > RUN_MAX else "attentive"
    return {"attention": words, "longest_run": run, "tags": [] if words == "attentive" else ["inattentive"]}


def responded(responses):
    return {response.id: verdict(response.answers) for response in responses}
