"""Load a lookup list.

Puts a table into the store, where the script "Lookup list" finds it: one entry for each row, under PREFIX and the value of
the first column. What was there under the same number is replaced; with "empty first", everything is.
"""

import csv
import io

import canvass

PREFIX = "customers/"


def normal(text):
    return "".join(text.split()).upper()


def rows(table):
    reader = csv.reader(io.StringIO(table))
    names = [name.strip() for name in next(reader, [])]
    if len(names) < 2:
        raise ValueError("the first line must name at least two columns: the number, and what is known about it")
    for cells in reader:
        cells = [cell.strip() for cell in cells]
        if cells and cells[0]:
            yield normal(cells[0]), dict(zip(names[1:], cells[1:]))


given = canvass.context.parameters
removed = 0
if given["empty_first"]:
    for key in [key for key, _ in canvass.store.list(PREFIX)]:
        canvass.store.delete(key)
        removed += 1

loaded = 0
for number, entry in rows(given["table"]):
    canvass.store.put(PREFIX + number, entry)
    loaded += 1

result = {"loaded": loaded, "removed": removed}
