"""Prints what pyarrow finds in a Parquet file."""
import json
import sys

import pyarrow.parquet

file = pyarrow.parquet.ParquetFile(sys.argv[1])
table = file.read()


def plain(value):
    if isinstance(value, float):
        return {"n": repr(value)}
    if isinstance(value, list):
        return value
    return value if isinstance(value, (str, bool, int, type(None))) else value.isoformat()


def column(name):
    # Years before 1 and after 9999 are no moments of Python's.
    column = table.column(name)
    if pyarrow.types.is_timestamp(column.type):
        column = column.cast("int64")
    return [plain(value) for value in column.to_pylist()]


chunk = {file.metadata.row_group(0).column(i).path_in_schema: file.metadata.row_group(0).column(i)
         for i in range(file.metadata.num_columns)} if file.metadata.num_row_groups else {}
print(json.dumps({
    "rows": file.metadata.num_rows,
    "groups": file.metadata.num_row_groups,
    "types": {field.name: str(field.type) for field in table.schema},
    "metadata": {key.decode(): value.decode() for key, value in file.metadata.metadata.items()},
    "dictionaries": [path for path, it in chunk.items() if it.has_dictionary_page],
    "cells": {name: column(name) for name in table.column_names},
}))
