"""Lookup notes.

Notes of every response what a list of yours knows about the number in it: name, region, whatever the columns of the list
are. "Load a lookup list" puts the list into the store; a column's heading becomes the name of a field.
"""

import re

import canvass

QUESTION = "customer_number"
PREFIX = "customers/"


def normal(text):
    return "".join(text.split()).upper()


def field(heading):
    """A heading as the name of a field: a letter, then letters, digits and underscores."""
    name = re.sub(r"[^A-Za-z0-9]+", "_", heading).strip("_").lower()
    return name if name[:1].isalpha() else f"list_{name}"


def responded(responses):
    found = {}
    for response in responses:
        entry = canvass.store.get(PREFIX + normal(str(response.answers.get(QUESTION, ""))))
        if entry:
            found[response.id] = {field(heading): value for heading, value in entry.items()}
    return found
