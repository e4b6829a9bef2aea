"""What a cross-tab of pairs of questions must show, by SciPy and nothing of Canvass.

Run with: python3 -m venv v && v/bin/pip install scipy==1.16.3 && v/bin/python crosstab.py > crosstab.json
"""

import csv
import json
import pathlib

from scipy.stats import chi2_contingency

PAIRS = [("gender", "education"), ("gender", "A1"), ("A1", "A2"), ("E1", "N1"), ("education", "O5"), ("gender", "N3")]

here = pathlib.Path(__file__).parent
rows = list(csv.DictReader(open(here / "responses.csv")))
survey = json.loads((here / "survey.json").read_text())
choices = {
    question["id"]: [choice["id"] for choice in question["choices"]]
    for section in survey["sections"]
    for question in section["questions"]
    if "choices" in question
}


def pair(one, other, wanted=lambda row: True):
    kept = [row for row in rows if wanted(row)]
    counts = [[sum(row[one] == a and row[other] == b for row in kept) for b in choices[other]] for a in choices[one]]
    test = chi2_contingency(counts, correction=False)
    return {
        "rows": one,
        "columns": other,
        "counts": counts,
        "statistic": test.statistic,
        "degrees_of_freedom": int(test.dof),
        "p": test.pvalue,
        "expected_below_5": int((test.expected_freq < 5).sum()),
        "missing": {
            "rows": sum(not row[one] and bool(row[other]) for row in kept),
            "columns": sum(bool(row[one]) and not row[other] for row in kept),
            "both": sum(not row[one] and not row[other] for row in kept),
        },
    }


women = choices["gender"][1]
print(
    json.dumps(
        {
            "pairs": [pair(*it) for it in PAIRS],
            "filtered": {"filter": {"gender": women}} | pair("A1", "A2", lambda row: row["gender"] == women),
        },
        indent=1,
    )
)
