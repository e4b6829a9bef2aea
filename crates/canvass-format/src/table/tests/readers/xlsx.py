"""Prints what openpyxl finds in a workbook."""
import datetime
import json
import sys

import openpyxl
from openpyxl.utils.escape import unescape

book = openpyxl.load_workbook(sys.argv[1])


def plain(cell):
    value = cell.value
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, (datetime.datetime, datetime.date)):
        return value.isoformat()
    if isinstance(value, float):
        return {"n": repr(value)}
    if isinstance(value, int):
        return {"n": str(value)}
    # Excel's own way to write what XML cannot hold, which openpyxl leaves to its users.
    return unescape(value)


print(json.dumps({
    "sheets": book.sheetnames,
    "frozen": book.worksheets[0].freeze_panes,
    "types": [cell.data_type for row in book.worksheets[0].iter_rows(min_row=2) for cell in row],
    "quoted": [cell.coordinate for row in book.worksheets[0].iter_rows() for cell in row if cell.quotePrefix],
    "rows": {sheet.title: [[plain(cell) for cell in row] for row in sheet.iter_rows()] for sheet in book.worksheets},
}))
