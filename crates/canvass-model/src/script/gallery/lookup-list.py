"""Lookup list.

Takes only responses with a number that is on a list of yours: customers, employees, licences. The list is in the store, one
entry for each number, under "customers/"; "Load a lookup list" puts it there. What the list knows about a number can become a
hidden value of the response, so that nobody has to type it and nobody can make it up; "Lookup notes" notes it afterwards.
"""

import canvass

# A question, or a hidden value that your links bring along.
QUESTION = "customer_number"
PREFIX = "customers/"
UNKNOWN = "We do not know this number. It is on the top right of every invoice."
# A hidden value that scripts alone set, and the column of the list it gets; an empty HIDDEN sets none.
HIDDEN, COLUMN = "", "Name"
# So many characters a hidden value has at most.
CHARS_MAX = 200


def normal(text):
    return "".join(text.split()).upper()


def validate(response):
    number = normal(str(response.answers.get(QUESTION, "")))
    if not number:
        return None
    entry = canvass.store.get(PREFIX + number)
    if entry is None:
        return canvass.refuse(QUESTION, UNKNOWN)
    if not HIDDEN:
        return None
    return {"values": {HIDDEN: " ".join(str(entry.get(COLUMN, "")).split())[:CHARS_MAX]}}
