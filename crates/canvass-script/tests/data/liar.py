#!/usr/bin/env python3
"""Speaks as a script host and lies in one way, to see what the server makes of it. The test writes the way into it."""

import socket
import struct
import sys
import time

WAY = "LIE"

if sys.argv[2] == "compile":
    print(__file__, end="")
    sys.exit()

server = socket.socket(fileno=0)


def say(frame):
    server.sendall(struct.pack("<I", len(frame)) + frame)


def number(value):
    """As postcard writes it: seven bits a byte, the lowest first."""
    written = b""
    while value > 127:
        written += bytes([value & 127 | 128])
        value >>= 7
    return written + bytes([value])


def text(value):
    return number(len(value)) + value


def hear():
    length = struct.unpack("<I", server.recv(4, socket.MSG_WAITALL))[0]
    frame = server.recv(length, socket.MSG_WAITALL)
    return frame[1] if frame[1] < 128 else None


HELLO, CHECKED, CALL, DONE = 0, 1, 2, 3
GREETING = bytes([HELLO]) + number(0)


def done(run, answer):
    # An answer, no output, not cut, no log, and nothing used.
    return bytes([DONE]) + number(run) + bytes([0]) + text(answer) + text(b"") + b"\0" + number(0) + bytes([0] * 7)


if WAY == "silent_start":
    time.sleep(60)
if WAY == "garbage_start":
    server.sendall(b"GET / HTTP/1.1\r\n\r\n" * 100)
    time.sleep(60)
if WAY == "huge_start":
    server.sendall(struct.pack("<I", 2**32 - 1))
    time.sleep(60)
if WAY == "not_a_greeting":
    say(done(1, b"{}"))
    time.sleep(60)
if WAY == "no_text":
    say(bytes([HELLO]) + number(1) + text(b"\xff\xfe") + b"\0")
    time.sleep(60)

say(GREETING)
run = hear()
call = bytes([CALL]) + number(run) + text(b"store.get") + text(b"{}")
if WAY == "garbage_run":
    say(b"\xff" * 100)
if WAY == "strange_run":
    say(done(run + 1000, b"{}"))
if WAY == "second_greeting":
    say(GREETING)
if WAY == "calls_at_once":
    for _ in range(10_000):
        say(call)
if WAY == "forged_answer":
    say(done(run, b"not json"))
if WAY == "deep_answer":
    say(done(run, b'{"ok":true,"result":' + b"[" * 100_000 + b"]" * 100_000 + b"}"))
time.sleep(60)
