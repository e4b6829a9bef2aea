"""Computes what a summary of responses.csv must show: this file is about figures that owe nothing to Canvass."""

import csv
import json
import pathlib
import statistics
from fractions import Fraction

HERE = pathlib.Path(__file__).parent
NUMBERS = {"age"}
CHOICES = {"gender": 2, "education": 5}
ITEM_CHOICES = 6


def choices(question, given):
    ids = [str(choice) for choice in range(1, CHOICES.get(question, ITEM_CHOICES) + 1)]
    return {"answered": len(given), "choices": {choice: given.count(choice) for choice in ids}}


def numbers(given):
    exact = [Fraction(number) for number in given]
    return {
        "answered": len(exact),
        "mean": float(sum(exact) / len(exact)),
        "variance": float(statistics.variance(exact)),
        "min": int(min(exact)),
        "max": int(max(exact)),
    }


def main():
    with open(HERE / "responses.csv", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    questions = [name for name in rows[0] if name != "respondent"]
    figures = {"responses": len(rows), "questions": {}}
    for question in questions:
        given = [row[question] for row in rows if row[question] != ""]
        figures["questions"][question] = numbers(given) if question in NUMBERS else choices(question, given)
    with open(HERE / "figures.json", "w", encoding="utf-8") as file:
        json.dump(figures, file, indent=1)
        file.write("\n")


main()
