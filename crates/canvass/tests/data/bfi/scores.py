"""Scores responses.csv on five traits: this file is about figures that owe nothing to the script of the gallery."""

import csv
import pathlib
from fractions import Fraction

HERE = pathlib.Path(__file__).parent
# A sign for each item of the trait, as the published key has them.
KEY = {
    "agreeableness": "-A1 +A2 +A3 +A4 +A5",
    "conscientiousness": "+C1 +C2 +C3 -C4 -C5",
    "extraversion": "-E1 -E2 +E3 +E4 +E5",
    "neuroticism": "+N1 +N2 +N3 +N4 +N5",
    "openness": "+O1 -O2 +O3 +O4 -O5",
}
ENDS_TOGETHER = 7
ANSWERED_MIN = 3


def score(row, key):
    """The mean to two decimals, as text; empty below three answers. Thirds, quarters and fifths never end on a tie."""
    signed = [(item[0], row[item[1:]]) for item in key.split() if row[item[1:]]]
    if len(signed) < ANSWERED_MIN:
        return ""
    reversed_count = sum(sign == "-" for sign, _ in signed)
    total = sum(int(sign + answer) for sign, answer in signed) + ENDS_TOGETHER * reversed_count
    hundredths = int(Fraction(total * 100, len(signed)) + Fraction(1, 2))
    return f"{hundredths // 100}.{hundredths % 100:02}"


def main():
    with open(HERE / "responses.csv", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    with open(HERE / "scores.csv", "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["respondent", *KEY])
        for row in rows:
            writer.writerow([row["respondent"], *(score(row, key) for key in KEY.values())])


main()
