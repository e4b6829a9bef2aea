"""Prints the ids, names, ages and fees that a file of responses holds, row by row, as other programs read them."""
import csv
import io
import json
import math
import sqlite3
import sys
import zipfile

WANTED = ["name", "age", "fee"]


def text(value):
    if value is None or isinstance(value, float) and math.isnan(value):
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value)


def rows(names, cells):
    places = [0] + [names.index(name) for name in WANTED]
    return [[text(row[place]) for place in places] for row in cells]


def xlsx(path):
    import openpyxl
    head, *cells = openpyxl.load_workbook(path).worksheets[0].iter_rows(values_only=True)
    return rows(list(head), cells)


def parquet(path):
    import pyarrow.parquet
    table = pyarrow.parquet.read_table(path)
    columns = [column.to_pylist() if column.type != "timestamp[ms, tz=UTC]" else [None] * len(column)
               for column in table.columns]
    return rows(table.column_names, list(zip(*columns)))


def sav(path):
    import pyreadstat
    cells, meta = pyreadstat.read_sav(path, output_format="dict", disable_datetime_conversion=True)
    return rows(meta.column_names, list(zip(*(cells[name] for name in meta.column_names))))


def sqlite(path):
    found = sqlite3.connect(path).execute("select * from response order by rowid")
    return rows([column[0] for column in found.description], found.fetchall())


def lines(path):
    objects = [json.loads(line) for line in open(path, encoding="utf-8")]
    return rows(["_id", *WANTED], [[it.get(name) for name in ["_id", *WANTED]] for it in objects])


def table(file):
    head, *cells = csv.reader(file)
    return rows(head, cells)


def archive(path):
    with zipfile.ZipFile(path) as file:
        assert file.testzip() is None
        return table(io.StringIO(file.read("responses.csv").decode(), newline=""))


READERS = {
    "csv": lambda path: table(open(path, encoding="utf-8", newline="")),
    "xlsx": xlsx, "parquet": parquet, "sav": sav, "sqlite": sqlite, "jsonl": lines, "r": archive, "stata": archive,
}
print(json.dumps(READERS[sys.argv[1]](sys.argv[2])))
