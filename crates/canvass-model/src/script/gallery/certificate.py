"""Certificate page.

Shows whoever took a test or a training a certificate to print, at this page's address followed by the response's id:
/adatum/certificate/01930f5e… . The id is long and random, so it opens to whom you give it. A response counts as passed
when another script, or you, gave it the tag PASSED.
"""

from datetime import datetime
from html import escape

import canvass

SURVEY = "training"
NAME = "name"
PASSED = "passed"

SORRY = "<h1>No certificate here</h1><p>Check the address, or ask whoever sent it to you.</p>"

CERTIFICATE = """<article>
<p>{organisation}</p>
<h1>Certificate</h1>
<p>This is to say that</p>
<h2>{name}</h2>
<p>has completed <em>{title}</em> on {day}.</p>
<p><small>Number {number}</small></p>
</article>"""


def certificate(response, title):
    received = datetime.fromisoformat(response.received_at)
    return CERTIFICATE.format(
        organisation=escape(canvass.context.tenant.name),
        name=escape(str(response.answers.get(NAME, "a participant"))),
        title=escape(title),
        day=f"{received.day} {received:%B %Y}",
        number=escape(response.id[-8:].upper()),
    )


def page(request):
    number = (request.rest or "").strip("/")
    if not number:
        return canvass.Response(SORRY, status=404)
    try:
        response = canvass.responses.get(SURVEY, number)
        survey = canvass.surveys.get(SURVEY)
    except canvass.HostError:
        # There is no such response: say no more than for one that has not passed.
        return canvass.Response(SORRY, status=404)
    if PASSED not in response.tags:
        return canvass.Response(SORRY, status=404)
    return certificate(response, survey.title)
