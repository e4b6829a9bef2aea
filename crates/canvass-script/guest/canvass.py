"""Canvass for scripts: the tenant's surveys, responses and store, and what a script answers with.

The tenant is never named: everything here is about the tenant whose script this is. `canvass.pyi` says what each thing
takes and gives, and `docs/scripts.md` explains it.
"""

import datetime as _datetime
import json as _json
import random as _random

import wit_world as _host

__version__ = "1"


class HostError(Exception):
    """A call to Canvass was refused; the text says why."""


class Record(dict):
    """A dictionary whose keys are attributes too: `response.answers["A1"]`, `response["answers"]`."""

    __slots__ = ()

    def __getattr__(self, name):
        try:
            return self[name]
        except KeyError:
            raise AttributeError(f"{name!r} is not here; here is: {', '.join(map(str, self)) or 'nothing'}") from None

    def __setattr__(self, name, value):
        self[name] = value

    def __delattr__(self, name):
        try:
            del self[name]
        except KeyError:
            raise AttributeError(name) from None


class Response:
    """What a page answers: a body, a status, a type and headers."""

    def __init__(self, body="", status=200, type="text/html", headers=None):
        if not isinstance(body, str):
            raise TypeError(f"the body of a response is text, not {body.__class__.__name__}")
        self.body, self.status, self.type, self.headers = body, status, type, dict(headers or {})


def json(value, status=200):
    """An answer in JSON."""
    return Response(_dumps(value), status, "application/json")


def redirect(page):
    """An answer that sends the visitor to another page of the tenant."""
    return Response("", 303, "text/plain", {"location": page})


def refuse(question, message):
    """What `validate(response)` returns to refuse an answer, with a message beside its question."""
    return Record(errors=Record({question: message}))


def now():
    """The moment at which the run began, in UTC. The same in a replay."""
    return _now


# --- Values on their way out -------------------------------------------------------------------------------------------


def _plain(value):
    """What JSON has for a value it does not know."""
    import collections, dataclasses, decimal, enum, fractions, pathlib, uuid

    if value is _Null:
        return None
    if isinstance(value, Response):
        return {"status": value.status, "type": value.type, "headers": value.headers, "body": value.body}
    if isinstance(value, (_datetime.date, _datetime.time)):
        return value.isoformat()
    if isinstance(value, _datetime.timedelta):
        return value.total_seconds()
    if isinstance(value, (decimal.Decimal, fractions.Fraction)):
        return int(value) if value == value and abs(value) < 2**63 and value == int(value) else float(value)
    if isinstance(value, enum.Enum):
        return value.value
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
    if isinstance(value, (uuid.UUID, pathlib.PurePath)):
        return str(value)
    if isinstance(value, (set, frozenset, range, collections.deque)) or hasattr(value, "__next__"):
        return list(value)
    if isinstance(value, (type({}.keys()), type({}.values()), type({}.items()))):
        return list(value)
    raise TypeError(f"JSON has nothing for a {type(value).__name__}: answer with texts, numbers, lists and dictionaries")


def _finite(value):
    """The value without the numbers that JSON does not have: they are null."""
    if isinstance(value, float):
        return value if value - value == 0 else None
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_finite(item) for item in value]
    return value if isinstance(value, (str, int, bool, type(None))) else _finite(_plain(value))


def _dumps(value, plain=_plain, dumps=_json.dumps):
    try:
        text = dumps(value, default=plain, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    except ValueError as error:
        if "JSON compliant" not in str(error):
            raise
        text = dumps(_finite(value), ensure_ascii=False, separators=(",", ":"))
    return _text(text)


def _text(text):
    """The text, with a question mark for every half of a character."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


def _loads(text, loads=_json.loads):
    return loads(text, object_hook=Record)


# --- Calls -------------------------------------------------------------------------------------------------------------


def _call(name, /, **arguments):
    given = {key: value for key, value in arguments.items() if value is not None}
    try:
        answer = _host.call(name, _dumps(given))
    except Exception as error:
        if hasattr(error, "value"):
            raise HostError(error.value) from None
        raise
    return _loads(answer)


def _id(thing):
    """A survey or a response, given as itself or by its id."""
    return thing["id"] if isinstance(thing, dict) else str(thing)


def _moment(value):
    if isinstance(value, _datetime.datetime):
        aware = value if value.tzinfo else value.replace(tzinfo=_datetime.timezone.utc)
        return aware.astimezone(_datetime.timezone.utc).isoformat().replace("+00:00", "Z")
    return value


class _Surveys:
    def list(self):
        return _call("surveys.list")

    def get(self, survey):
        return _call("surveys.get", survey=_id(survey))


class _Responses:
    def iterate(self, survey, *, since=None, until=None, **answers):
        after = None
        while True:
            page = _call("responses.page", survey=_id(survey), limit=500, after=after, filter=answers or None,
                         since=_moment(since), until=_moment(until))
            yield from page["items"]
            after = page.get("next")
            if after is None:
                return

    def get(self, survey, response):
        return _call("responses.get", survey=_id(survey), response=_id(response))

    def annotate(self, survey, response, fields=None, tags=None):
        item = {"survey": _id(survey), "response": _id(response), "fields": fields or {}, "tags": list(tags or ())}
        self.annotate_many([item])

    def annotate_many(self, items):
        items = list(items)
        for begin in range(0, len(items), 1000):
            _call("responses.annotate", items=items[begin:begin + 1000])


class _Summary:
    def get(self, survey):
        return _call("summary.get", survey=_id(survey))


class _Store:
    def get(self, key, default=None):
        value = _call("store.get", key=key)
        return default if value is None else value

    def put(self, key, value):
        # Not through the arguments of `_call`, which leaves out what is None.
        _call("store.put", key=key, value=_Null if value is None else value)

    def delete(self, key):
        _call("store.delete", key=key)

    def list(self, prefix=""):
        after = None
        while True:
            page = _call("store.list", prefix=prefix or None, after=after)
            for item in page["items"]:
                yield item["key"], item["value"]
            after = page.get("next")
            if after is None:
                return


class _NullType:
    """Stands for null where None means that an argument is left out."""


_Null = _NullType()


class _Secrets:
    def get(self, name):
        return _call("secrets.get", name=name)


class _Log:
    def debug(self, message, *args):
        _write(0, message, args)

    def info(self, message, *args):
        _write(1, message, args)

    def warning(self, message, *args):
        _write(2, message, args)

    def error(self, message, *args):
        _write(3, message, args)


def _write(level, message, args):
    message = str(message)
    _host.log(level, _text(message % args if args else message))


class _Later:
    """A part of Canvass that scripts cannot use yet: its name is kept."""

    def __init__(self, name):
        self._name = name

    def __getattr__(self, verb):
        if verb.startswith("__"):
            raise AttributeError(verb)
        name = f"canvass.{self._name}.{verb}"

        def refused(*args, **kwargs):
            raise HostError(f"{name} is not available yet")

        return refused


surveys = _Surveys()
responses = _Responses()
summary = _Summary()
store = _Store()
secrets = _Secrets()
log = _Log()
http = _Later("http")
mail = _Later("mail")
files = _Later("files")
random = _random.Random(0)
context = Record()
_now = _datetime.datetime(1970, 1, 1, tzinfo=_datetime.timezone.utc)


def crosstab(survey, rows, columns, filter=None):
    return _call("crosstab", survey=_id(survey), rows=rows, columns=columns, filter=filter)


def _begin(order):
    """Makes this module that of a run: its context, its moment, its random numbers."""
    global context, _now
    context = order["context"]
    _now = _datetime.datetime.fromtimestamp(order["now_ms"] / 1000, _datetime.timezone.utc)
    random.seed(f"canvass {order['seed']}")
    _random.seed(order["seed"])
