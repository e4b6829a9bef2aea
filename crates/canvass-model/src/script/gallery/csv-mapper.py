"""CSV mapper.

Turns a table from another tool into answers of a survey, and says line by line what does not fit, before anything is
imported. Paste the CSV, say which column is which question ("Rating = stars, Comment = better"), run, and hand the result
to POST /surveys/{id}/responses.
"""

import csv
import io

import canvass

PROBLEMS_MAX = 50


def mapping(text):
    pairs = [part.partition("=") for part in text.split(",") if part.strip()]
    broken = [column.strip() for column, _, question in pairs if not question.strip()]
    if broken:
        raise ValueError(f"say which question each column is, as in “Rating = stars”: {', '.join(broken)} has none")
    return {column.strip(): question.strip() for column, _, question in pairs}


def value(text, kind):
    """What the API expects of a question of this type; raises ValueError where the text is no such thing."""
    match kind:
        case "integer" | "stars" | "nps" | "opinion_scale":
            return int(text)
        case "decimal":
            return float(text.replace(",", "."))
        case "yes_no":
            words = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}
            if text.casefold() not in words:
                raise ValueError("neither yes nor no")
            return words[text.casefold()]
        case "multiple_choice":
            return [part.strip() for part in text.split(";") if part.strip()]
        case _:
            return text


def types(survey):
    """The type of each question, by its id; nothing where no survey is named, so that every value stays text."""
    if not survey:
        return {}
    sections = canvass.surveys.get(survey).definition["sections"]
    return {question["id"]: question["type"] for section in sections for question in section["questions"]}


def mapped(table, columns, kinds):
    responses, problems = [], []
    for line, row in enumerate(csv.DictReader(io.StringIO(table)), start=2):
        answers = {}
        for column, question in columns.items():
            text = (row.get(column) or "").strip()
            if not text:
                continue
            try:
                answers[question] = value(text, kinds.get(question))
            except ValueError as error:
                problems.append({"line": line, "column": column, "value": text, "problem": str(error)})
        if answers:
            responses.append({"submission_key": f"line-{line}", "answers": answers})
    return {"responses": responses, "problems": problems[:PROBLEMS_MAX], "problem_count": len(problems)}


given = canvass.context.parameters
result = mapped(given["table"], mapping(given["columns"]), types(given["survey"]))
