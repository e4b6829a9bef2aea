"""What every run finds ready: this file is about the standard library in the snapshot, and what is different in it.

Two parts of the library need what a sandbox does not have. `asyncio` wakes its loop through a socket, and `zoneinfo` reads
its zones from files: here the loop only sleeps, and the zones are in memory.
"""

import abc, argparse, array, ast, asyncio, base64, binascii, bisect, calendar, cmath, codecs, codeop, collections, \
    collections.abc, colorsys, concurrent.futures, configparser, contextlib, contextvars, copy, copyreg, csv, dataclasses, \
    datetime, decimal, difflib, dis, doctest, email, email.message, email.mime.multipart, email.mime.text, email.parser, \
    email.policy, email.utils, encodings.ascii, encodings.idna, encodings.latin_1, encodings.punycode, encodings.utf_16, \
    encodings.utf_32, encodings.utf_8_sig, encodings.cp1252, enum, fnmatch, fractions, functools, genericpath, getopt, \
    gettext, glob, graphlib, gzip, hashlib, heapq, hmac, html, html.entities, html.parser, http, http.cookies, \
    importlib.metadata, importlib.resources, importlib.util, inspect, io, ipaddress, itertools, json, keyword, linecache, \
    locale, logging, logging.config, logging.handlers, marshal, math, mimetypes, ntpath, numbers, opcode, operator, \
    optparse, os, pathlib, pickle, pickletools, pkgutil, platform, plistlib, posixpath, pprint, queue, quopri, random, \
    re, reprlib, runpy, sched, secrets, select, selectors, shlex, shutil, signal, stat, statistics, string, \
    string.templatelib, stringprep, struct, symtable, sys, sysconfig, tempfile, textwrap, threading, time, timeit, token, \
    tokenize, tomllib, trace, traceback, types, typing, unicodedata, unittest, unittest.mock, urllib.error, urllib.parse, \
    uuid, warnings, weakref, xml.dom.minidom, xml.etree.ElementTree, xml.sax, xml.sax.saxutils, zipfile, zlib, zoneinfo, \
    _strptime, _pydatetime, _pydecimal, annotationlib


class _Sleeper:
    """The selector of a loop that has nothing to wait for but time."""

    def select(self, timeout):
        if timeout:
            time.sleep(timeout)
        return []

    def close(self):
        pass


class _Loop(asyncio.base_events.BaseEventLoop):
    def __init__(self):
        super().__init__()
        self._selector = _Sleeper()

    def _process_events(self, events):
        pass

    def _write_to_self(self):
        pass


def _zones():
    """The bytes of every time zone of the package `tzdata`, by name. Files of other kinds lie beside them."""
    import tzdata

    root = os.path.join(os.path.dirname(tzdata.__file__), "zoneinfo")
    zones = {}
    for folder, _, names in os.walk(root):
        for name in names:
            path = os.path.join(folder, name)
            with open(path, "rb") as file:
                content = file.read()
            if content.startswith(b"TZif"):
                zones[os.path.relpath(path, root)] = content
    return zones


_ZONES = _zones()


def _load_tzdata(key):
    try:
        return io.BytesIO(_ZONES[key])
    except KeyError:
        raise zoneinfo.ZoneInfoNotFoundError(f"No time zone found with key {key}") from None


asyncio.new_event_loop = asyncio.events.new_event_loop = _Loop
asyncio.SelectorEventLoop = asyncio.EventLoop = _Loop
zoneinfo._common.load_tzdata = _load_tzdata
zoneinfo.available_timezones = lambda: set(_ZONES)
