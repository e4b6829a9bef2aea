"""Quota by two questions.

Stops a survey from collecting more than it needs of one group, where two questions together say who belongs to it:
fifty women between 18 and 29, fifty men, and so on. Who comes when a group is full is told so, politely, beside the question.

Responses that arrive in the same moment are counted a moment later, so a group may end a few over its quota, never under.
"""

import canvass

ROWS, COLUMNS = "gender", "age_group"
# How many of each pair are wanted; a pair that is not here has no quota.
QUOTAS = {
    ("female", "18-29"): 50,
    ("female", "30-49"): 50,
    ("male", "18-29"): 50,
    ("male", "30-49"): 50,
}
FULL = "Thank you for your interest. We have heard from enough people of your group already."


def counted(survey, row, column):
    wanted = {ROWS: row, COLUMNS: column}
    table = canvass.crosstab(survey, ROWS, COLUMNS, filter=wanted)
    return sum(cell.count for cell in table.cells)


def validate(response):
    pair = (response.answers.get(ROWS), response.answers.get(COLUMNS))
    quota = QUOTAS.get(pair)
    if quota is None:
        return None
    if counted(response.survey, *pair) >= quota:
        return canvass.refuse(COLUMNS, FULL)
    return None
