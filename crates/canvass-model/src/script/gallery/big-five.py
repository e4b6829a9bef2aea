"""Big Five scores.

Gives every response five scores, from 1 to 6, by the key of the public IPIP questionnaire: a trait is the mean of the
answers to its five items, of which some are worded the other way round. A trait with fewer than ITEMS_MIN answered
items has no score, because a mean of two answers says little.
"""

SCALE_MIN, SCALE_MAX = 1, 6
ITEMS_MIN = 3

TRAITS = {
    "agreeableness": ("A1", "A2", "A3", "A4", "A5"),
    "conscientiousness": ("C1", "C2", "C3", "C4", "C5"),
    "extraversion": ("E1", "E2", "E3", "E4", "E5"),
    "neuroticism": ("N1", "N2", "N3", "N4", "N5"),
    "openness": ("O1", "O2", "O3", "O4", "O5"),
}

# "Don't talk a lot" speaks against extraversion: who agrees with 6 gets 1.
REVERSED = {"A1", "C4", "C5", "E1", "E2", "O2", "O5"}


def points(item, answer):
    value = int(answer)
    return SCALE_MIN + SCALE_MAX - value if item in REVERSED else value


def scores(answers):
    found = {}
    for trait, items in TRAITS.items():
        given = [points(item, answers[item]) for item in items if item in answers]
        if len(given) >= ITEMS_MIN:
            found[trait] = round(sum(given) / len(given), 2)
    return found


def responded(responses):
    return {response.id: scores(response.answers) for response in responses}
