"""Duplicate scorer.

Compares every response with the latest ones before it and notes how alike the closest two are: 1 means the same
answers throughout. From LIKENESS_MIN on, the response gets the tag "possible duplicate" and the id of the other one. What
was seen is remembered in the store, as short marks of the answers and not as the answers themselves.
"""

import json
from zlib import crc32

import canvass

# Responses remembered of each survey: as many as fit into one value of the store, and no more than this.
REMEMBERED_MAX = 200
VALUE_BYTES_MAX = 60_000
# Fewer common questions than this say nothing.
QUESTIONS_MIN = 4
LIKENESS_MIN = 0.9


def marks(answers):
    return {question: crc32(str(answer).strip().casefold().encode()) for question, answer in answers.items()}


def likeness(mine, theirs):
    asked = mine.keys() | theirs.keys()
    if len(asked) < QUESTIONS_MIN:
        return 0.0
    same = sum(mine.get(question) == theirs.get(question) for question in asked)
    return round(same / len(asked), 2)


def score(mine, seen):
    closest, other = max(((likeness(mine, theirs), other) for other, theirs in seen), default=(0.0, ""))
    if closest < LIKENESS_MIN:
        return {"likeness": closest}
    return {"likeness": closest, "like": other, "tags": ["possible duplicate"]}


def latest(seen):
    kept, size = [], 0
    for entry in reversed(seen[-REMEMBERED_MAX:]):
        size += len(json.dumps(entry)) + 2
        if size > VALUE_BYTES_MAX:
            break
        kept.append(entry)
    return kept[::-1]


def responded(responses):
    key = f"duplicates/{responses[0].survey}"
    seen = canvass.store.get(key, [])
    found = {}
    for response in responses:
        mine = marks(response.answers)
        found[response.id] = score(mine, seen)
        seen.append([response.id, mine])
    canvass.store.put(key, latest(seen))
    return found
