"""Prints what pyreadstat finds in an SPSS file."""
import json
import math
import sys

import pyreadstat

rows, meta = pyreadstat.read_sav(sys.argv[1], output_format="dict", disable_datetime_conversion=True)


def plain(value):
    value = value.item() if hasattr(value, "item") else value
    if isinstance(value, float):
        return None if math.isnan(value) else repr(value)
    return value


names = meta.column_names
print(json.dumps({
    "title": meta.file_label,
    "rows": meta.number_rows,
    "encoding": meta.file_encoding,
    "names": names,
    "labels": meta.column_names_to_labels,
    "formats": meta.original_variable_types,
    "meanings": {name: {str(value): label for value, label in labels.items()}
                 for name, labels in meta.variable_value_labels.items()},
    "measures": meta.variable_measure,
    "sets": meta.mr_sets,
    "cells": {name: [plain(value) for value in rows[name]] for name in names},
}))
