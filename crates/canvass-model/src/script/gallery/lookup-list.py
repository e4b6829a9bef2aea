"""Lookup list.

Takes only responses with a number that is on a list of yours: customers, employees, licences. The list is in the store, one
entry for each number, under "customers/"; "Load a lookup list" puts it there, and "Lookup notes" notes of each response
what the list knows about its number, so that nobody has to type it.
"""

import canvass

QUESTION = "customer_number"
PREFIX = "customers/"
UNKNOWN = "We do not know this number. It is on the top right of every invoice."


def normal(text):
    return "".join(text.split()).upper()


def validate(response):
    number = normal(str(response.answers.get(QUESTION, "")))
    if number and canvass.store.get(PREFIX + number) is None:
        return canvass.refuse(QUESTION, UNKNOWN)
    return None
