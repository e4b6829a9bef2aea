"""Quota by two questions.

Stops a survey from collecting more than it needs of one group, where two questions together say who belongs to it:
fifty women between 18 and 29, fifty men, and so on. Who comes when a group is full is told so, politely, beside the
question. The script "Quota counter" counts; switch it on for the same survey, before the first response.

Responses that arrive in the same moment are counted a moment later, so a group may end a few over its quota, never under.
"""

import canvass

# The two questions, as in "Quota counter".
QUESTIONS = ("gender", "age_group")
# How many of each pair are wanted; a pair that is not here has no quota.
QUOTAS = {
    ("female", "18-29"): 50,
    ("female", "30-49"): 50,
    ("male", "18-29"): 50,
    ("male", "30-49"): 50,
}
FULL = "Thank you for your interest. We have heard from enough people of your group already."


def validate(response):
    pair = tuple(response.answers.get(question) for question in QUESTIONS)
    quota = QUOTAS.get(pair)
    if quota is None:
        return None
    counts = canvass.store.get(f"quota/{response.survey}", {})
    if counts.get(" / ".join(pair), 0) >= quota:
        return canvass.refuse(QUESTIONS[-1], FULL)
    return None
