"""Response feed.

Gives a spreadsheet or a dashboard the responses as CSV, with only the columns and headings you choose. Let the page be
seen by members, or with a password: it shows answers. ?since=2026-11-01 leaves out what came earlier.
"""

import csv
import io

import canvass

SURVEY = "customer-survey"
# Question, and what its column is called.
COLUMNS = {"overall": "Overall", "recommend": "Would recommend", "better": "Comment"}
ROWS_MAX = 5_000
# A cell that begins like this would run as a formula in a spreadsheet.
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def cell(answer):
    if isinstance(answer, list):
        answer = "; ".join(map(cell, answer))
    if isinstance(answer, dict):
        answer = answer.get("other", "")
    text = "" if answer is None else str(answer)
    return "'" + text if isinstance(answer, str) and text.startswith(FORMULA) else text


def table(responses):
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["Received", *COLUMNS.values()])
    for number, response in enumerate(responses):
        if number == ROWS_MAX:
            canvass.log.warning(f"Only the first {ROWS_MAX:,} responses are in the feed: ask for less with ?since=")
            break
        writer.writerow([response.received_at, *(cell(response.answers.get(question)) for question in COLUMNS)])
    return out.getvalue()


def page(request):
    try:
        body = table(canvass.responses.iterate(SURVEY, since=request.query.get("since")))
    except canvass.HostError as error:
        return canvass.Response(f"{error}\n", status=404, type="text/plain")
    return canvass.Response(body, type="text/csv", headers={"content-disposition": 'attachment; filename="responses.csv"'})
