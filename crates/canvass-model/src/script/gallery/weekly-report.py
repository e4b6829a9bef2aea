"""Weekly report.

Counts, every Monday morning, how many responses each survey received in the seven days before and in the week before
those, and keeps the table in the store, so that a page or a later run can show how a year went. The table is also the
run's result, which members read in its record.
"""

from datetime import timedelta

import canvass

# So many weeks are kept.
WEEKS_MAX = 60


def count(survey, since, until):
    return sum(1 for _ in canvass.responses.iterate(survey, since=since, until=until))


def change(now, before):
    if not before:
        return "new" if now else "none"
    return f"{100 * (now - before) / before:+.0f} %"


def report(today):
    week = timedelta(days=7)
    rows = []
    for survey in canvass.surveys.list():
        if survey.state == "draft":
            continue
        now = count(survey.id, today - week, today)
        before = count(survey.id, today - 2 * week, today - week)
        rows.append({"survey": survey.title, "responses": now, "week before": before, "change": change(now, before)})
    return sorted(rows, key=lambda row: -row["responses"])


midnight = canvass.now().replace(hour=0, minute=0, second=0, microsecond=0)
year, number, _ = midnight.isocalendar()
result = report(midnight)
canvass.store.put(f"report/{year}-W{number:02}", result)

kept = [key for key, _ in canvass.store.list("report/")]
for key in sorted(kept)[:-WEEKS_MAX]:
    canvass.store.delete(key)
