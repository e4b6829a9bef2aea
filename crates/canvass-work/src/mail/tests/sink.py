"""A mail server for the tests, independent of ours: takes mails and prints each as a line of JSON.

First line: {"port": …}. `busy@…` is refused for now, `gone@…` for good. Ends when its standard input does.
Arguments: `starttls CERTIFICATE KEY` asks for encryption and user `canvass` with password `pw`; `plain` for nothing.
"""

import asyncio
import json
import ssl
import sys

from aiosmtpd.smtp import SMTP, AuthResult


def say(**what):
    print(json.dumps(what), flush=True)


class Handler:
    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("busy@"):
            return "451 4.7.1 Try later"
        if address.startswith("gone@"):
            return "550 5.1.1 No such user"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        say(encrypted=session.ssl is not None, to=envelope.rcpt_tos, content=envelope.content.decode())
        return "250 Queued"


def greet():
    if sys.argv[1] == "plain":
        return SMTP(Handler(), hostname="localhost")
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(sys.argv[2], sys.argv[3])
    return SMTP(
        Handler(),
        hostname="localhost",
        tls_context=context,
        require_starttls=True,
        auth_required=True,
        authenticator=lambda server, session, envelope, mechanism, data: AuthResult(
            success=data.login == b"canvass" and data.password == b"pw",
            handled=False,  # or a failure would stay without any answer
        ),
    )


async def main():
    loop = asyncio.get_running_loop()
    server = await loop.create_server(greet, "127.0.0.1", 0)
    say(port=server.sockets[0].getsockname()[1])
    await loop.run_in_executor(None, sys.stdin.read)


asyncio.run(main())
