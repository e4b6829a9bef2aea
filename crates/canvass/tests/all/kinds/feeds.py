"""Reads a feed from standard input, served as the type given, and prints what a feed reader takes from it as JSON."""

import json
import sys

import feedparser

feedparser.SANITIZE_HTML = 0
found = feedparser.parse(sys.stdin.buffer.read(), response_headers={"content-type": sys.argv[1]})
if found.bozo:
    sys.exit(f"this is no well-formed feed: {found.bozo_exception}")
links = {link.rel: link.href for link in found.feed.links}
print(
    json.dumps(
        {
            "version": found.version,
            "title": found.feed.title,
            "link": found.feed.link,
            "self": links.get("self"),
            "updated": found.feed.updated_parsed,
            "entries": [
                {
                    "id": it.id,
                    "title": it.title,
                    "summary": it.get("summary", ""),
                    "link": it.link,
                    "published": it.published_parsed,
                }
                for it in found.entries
            ],
        }
    )
)
