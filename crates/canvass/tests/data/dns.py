"""A name server for the tests: answers TXT questions over UDP and TCP as it is told on standard input.

Prints its port, the same for both. A line `NAME KIND ARGUMENTS…` says how NAME answers from now on; each is confirmed by a
line `ok`. Kinds: `text` and the texts; `split` and one text sent in pieces; `many` and a text behind 2,500 others, `huge` and
a text beside one of 60,000 bytes, both too long for UDP; `cname` and the next name; `loop`; `none`; `servfail`; `refused`;
`silent`; `garbage`. Names nobody spoke of do not exist.
"""

import socket
import sys
import threading
from struct import pack

from dnslib import CNAME, QTYPE, RCODE, RR, TXT, DNSRecord

UDP_BYTES_MAX = 1232
answers = {}


def text(name, value):
    pieces = [value[i : i + 255] for i in range(0, len(value), 255)] or [""]
    return RR(name, QTYPE.TXT, rdata=TXT(pieces), ttl=60)


def chain(reply, name, depth=0):
    kind, *arguments = answers.get(name, ["missing"])
    if kind == "text":
        for argument in arguments:
            reply.add_answer(text(name, argument))
    elif kind == "split":
        value = arguments[0]
        reply.add_answer(RR(name, QTYPE.TXT, rdata=TXT([value[:3], "", value[3:9], value[9:]]), ttl=60))
    elif kind == "many":
        for number in range(2500):
            reply.add_answer(text(name, str(number)))
        reply.add_answer(text(name, arguments[0]))
    elif kind == "huge":
        reply.add_answer(text(name, "x" * 60_000))
        reply.add_answer(text(name, arguments[0]))
    elif kind in ("cname", "loop"):
        to = arguments[0] if kind == "cname" else name
        reply.add_answer(RR(name, QTYPE.CNAME, rdata=CNAME(to), ttl=60))
        if kind == "cname" and depth < 20:
            chain(reply, to, depth + 1)
    elif kind == "servfail":
        reply.header.rcode = RCODE.SERVFAIL
    elif kind == "refused":
        reply.header.rcode = RCODE.REFUSED
    elif kind == "missing":
        reply.header.rcode = RCODE.NXDOMAIN


def answer(question, bytes_max):
    request = DNSRecord.parse(question)
    name = str(request.q.qname).rstrip(".").lower()
    kind = answers.get(name, ["missing"])[0]
    if kind == "silent":
        return None
    if kind == "garbage":
        return question[:2] + b"\xff" * 40
    reply = request.reply()
    if request.q.qtype == QTYPE.TXT:
        chain(reply, name)
    packed = reply.pack()
    if bytes_max < len(packed):
        reply = request.reply()
        reply.header.tc = 1
        packed = reply.pack()
    return packed


def serve_udp(udp):
    while True:
        question, sender = udp.recvfrom(4096)
        packed = answer(question, UDP_BYTES_MAX)
        if packed is not None:
            udp.sendto(packed, sender)


def receive(stream, count):
    data = b""
    while len(data) < count:
        piece = stream.recv(count - len(data))
        if not piece:
            raise EOFError
        data += piece
    return data


def serve_one(stream):
    try:
        while True:
            length = int.from_bytes(receive(stream, 2), "big")
            packed = answer(receive(stream, length), 65_535)
            if packed is not None:
                stream.sendall(pack("!H", len(packed)) + packed)
    except (EOFError, OSError):
        stream.close()


def serve_tcp(tcp):
    while True:
        stream, _ = tcp.accept()
        threading.Thread(target=serve_one, args=(stream,), daemon=True).start()


def bind():
    """A port that is free for both, and both sockets on it."""
    while True:
        tcp = socket.socket()
        tcp.bind(("127.0.0.1", 0))
        udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            udp.bind(tcp.getsockname())
        except OSError:
            continue
        tcp.listen(64)
        return tcp, udp


tcp, udp = bind()
threading.Thread(target=serve_udp, args=(udp,), daemon=True).start()
threading.Thread(target=serve_tcp, args=(tcp,), daemon=True).start()
print(tcp.getsockname()[1], flush=True)
for line in sys.stdin:
    name, *rest = line.split()
    answers[name.lower()] = rest
    print("ok", flush=True)
