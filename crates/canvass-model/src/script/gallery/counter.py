"""Public counter.

A small picture that says how many people have answered, for a newsletter, a web site or a screen in the hall:
<img src="https://surveys.example/adatum/counter" alt="Responses so far">. With a GOAL it has a bar as well.
"""

import canvass

SURVEY = "customer-survey"
# None draws no bar.
GOAL = 500

DRAWING = """<svg xmlns="http://www.w3.org/2000/svg" width="240" height="96" viewBox="0 0 240 96" role="img" aria-label="{words}">
<rect width="240" height="96" rx="12" fill="#f6f5f1"/>
<text x="20" y="50" font-family="sans-serif" font-size="34" font-weight="700" fill="#1f2328">{count}</text>
<text x="20" y="70" font-family="sans-serif" font-size="14" fill="#5a6068">{caption}</text>
{bar}</svg>"""

BAR = """<rect x="20" y="78" width="200" height="6" rx="3" fill="#d9d6cc"/>
<rect x="20" y="78" width="{width}" height="6" rx="3" fill="#1f6f54"/>
"""


def drawing(count):
    caption = "response" if count == 1 else "responses"
    bar = ""
    if GOAL:
        caption += f" of {GOAL:,}"
        bar = BAR.format(width=min(200, round(200 * count / GOAL)))
    return DRAWING.format(count=f"{count:,}", caption=caption, words=f"{count:,} {caption}", bar=bar)


def page(request):
    try:
        count = canvass.summary.get(SURVEY).responses
    except canvass.HostError:
        # A picture in a newsletter is better blank than broken.
        canvass.log.warning(f"There is no survey at {SURVEY!r}: set SURVEY to its page address")
        count = 0
    return canvass.Response(drawing(count), type="image/svg+xml", headers={"cache-control": "public, max-age=60"})
