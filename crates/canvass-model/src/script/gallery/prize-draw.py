"""Prize draw.

Draws winners among those who left an address, each address once however often it answered. The draw can be repeated: the
run's record keeps its seed, and a replay of it draws the same winners, which is what a lawyer will ask for.
"""

import canvass

given = canvass.context.parameters


def entrants(survey, question):
    addresses = {}
    for response in canvass.responses.iterate(survey):
        address = str(response.answers.get(question, "")).strip().casefold()
        if address:
            addresses.setdefault(address, response.id)
    # In the order of the addresses: the draw must not depend on the order in which they came.
    return sorted(addresses.items())


def draw(survey, question, winners):
    pool = entrants(survey, question)
    drawn = canvass.random.sample(pool, min(winners, len(pool)))
    return {
        "entrants": len(pool),
        "winners": [{"place": place, "address": address, "response": response}
                    for place, (address, response) in enumerate(drawn, start=1)],
    }


result = draw(given["survey"], given["question"], int(given["winners"]))
