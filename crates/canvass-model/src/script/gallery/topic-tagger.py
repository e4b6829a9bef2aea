"""Topic tagger.

Reads the comments and tags each response with what it is about, by words you choose, so that fifty complaints about
delivery are found with one filter. A word counts wherever it begins a word: "deliver" finds "delivery" and "delivered".
"""

import re

QUESTIONS = ("better", "comment")
TOPICS = {
    "delivery": ("deliver", "late", "courier", "parcel", "shipping"),
    "price": ("price", "expensive", "cheap", "cost", "discount"),
    "service": ("support", "help", "staff", "friendly", "rude", "call"),
    "website": ("website", "app", "login", "password", "slow", "crash"),
}
PATTERNS = {topic: re.compile(r"\b(?:" + "|".join(map(re.escape, words)) + ")") for topic, words in TOPICS.items()}


def topics(answers):
    text = " ".join(str(answers[question]) for question in QUESTIONS if question in answers).casefold()
    return sorted(topic for topic, pattern in PATTERNS.items() if pattern.search(text))


def responded(responses):
    found = {response.id: topics(response.answers) for response in responses}
    return {response: {"tags": tags} for response, tags in found.items() if tags}
