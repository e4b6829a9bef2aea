"""NPS follow-up.

Sorts every response into promoters, passives and detractors, and gives each detractor a day by which somebody should
call, so that the list of responses, filtered by the tag "call back", is a list of things to do.
"""

from datetime import datetime, timedelta

QUESTION = "recommend"
WORKING_DAYS = 2
SATURDAY = 5


def group(score):
    if score >= 9:
        return "promoter"
    return "passive" if score >= 7 else "detractor"


def call_by(received_at):
    day = datetime.fromisoformat(received_at).date()
    left = WORKING_DAYS
    while left:
        day += timedelta(days=1)
        left -= day.weekday() < SATURDAY
    return day.isoformat()


def follow_up(response):
    found = {"nps_group": group(int(response.answers[QUESTION]))}
    if found["nps_group"] == "detractor":
        found |= {"call_by": call_by(response.received_at), "tags": ["call back"]}
    return found


def responded(responses):
    return {response.id: follow_up(response) for response in responses if QUESTION in response.answers}
