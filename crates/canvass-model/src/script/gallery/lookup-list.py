"""Lookup list.

Takes only responses with a number that is on a list of yours (customers, employees, licences), and adds what the list
knows about it as hidden values, so that nobody has to type it. The list is in the store, one entry for each number, under
"customers/"; the script "Load a lookup list" puts it there.
"""

import canvass

QUESTION = "customer_number"
PREFIX = "customers/"
UNKNOWN = "We do not know this number. It is on the top right of every invoice."


def normal(text):
    return "".join(text.split()).upper()


def validate(response):
    number = normal(str(response.answers.get(QUESTION, "")))
    if not number:
        return None
    entry = canvass.store.get(PREFIX + number)
    if entry is None:
        return canvass.refuse(QUESTION, UNKNOWN)
    return {"values": {name: str(value) for name, value in entry.items()}}
