"""Canvass for scripts, version 1.

Everything is about the tenant whose script runs: no call names another one. Whatever is refused raises `HostError`, with
words for the script's author. What a run writes (`responses.annotate`, `store.put`, `store.delete`) takes effect together
when the run ends well, and not at all when it fails; the run itself reads what it wrote to the store at once.
"""

import datetime
import random as _random
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Literal

__version__: str

Json = None | bool | int | float | str | list["Json"] | dict[str, "Json"]

class HostError(Exception):
    """A call to Canvass was refused; the text says why."""

class Record(dict[str, Any]):
    """A dictionary whose keys are attributes too: `response.answers["A1"]` is `response["answers"]["A1"]`."""

    def __getattr__(self, name: str) -> Any: ...
    def __setattr__(self, name: str, value: Any) -> None: ...
    def __delattr__(self, name: str) -> None: ...

class Tenant(Record):
    alias: str
    name: str

class Member(Record):
    name: str
    role: str

class Request(Record):
    """What `page(request)` is given."""

    method: str
    path: str
    rest: str
    """What stands in the address behind the page."""
    query: Record
    form: Record
    json: Any
    headers: Record
    member: Member | None
    """Who is signed in, if a member of this tenant is."""

class Context(Record):
    tenant: Tenant
    member: Member | None
    """Who started the run, if a member did."""
    trigger: Literal["manual", "page", "validate", "responded", "schedule", "test", "replay"]
    parameters: Record
    request: Request
    """There for pages only."""

class Response:
    """What a page answers. Types: text/html, text/plain, text/csv, application/json, image/svg+xml."""

    body: str
    status: int
    type: str
    headers: dict[str, str]
    def __init__(
        self, body: str = "", status: int = 200, type: str = "text/html", headers: Mapping[str, str] | None = None
    ) -> None: ...

class Survey(Record):
    id: str
    title: str
    state: str
    page: str | None
    definition: Record
    """There in what `surveys.get` gives."""

class CheckedResponse(Record):
    """What `validate(response)` is given."""

    survey: str
    answers: Record
    """By question, hidden values among them."""
    hidden: Record
    """The hidden values by themselves: texts. Those of the address are whatever somebody made of it."""

class StoredResponse(Record):
    id: str
    survey: str
    version: int
    received_at: str
    source: str
    answers: Record
    """By question, hidden values among them."""
    fields: Record
    tags: list[str]

class _Surveys:
    def list(self) -> list[Survey]: ...
    def get(self, survey: str | Survey) -> Survey: ...

class _Responses:
    def iterate(
        self,
        survey: str | Survey,
        *,
        since: str | datetime.datetime | None = None,
        until: str | datetime.datetime | None = None,
        **answers: Any,
    ) -> Iterator[StoredResponse]:
        """Responses in the order in which they came, 500 at a time: never all of them in memory.

        `since` is included, `until` is not. Other arguments are questions: `iterate("lunch", food=["pie", "soup"])`.
        """

    def get(self, survey: str | Survey, response: str | StoredResponse) -> StoredResponse: ...
    def annotate(
        self,
        survey: str | Survey,
        response: str | StoredResponse,
        fields: Mapping[str, Json] | None = None,
        tags: Iterable[str] | None = None,
    ) -> None: ...
    def annotate_many(self, items: Iterable[Mapping[str, Any]]) -> None:
        """Items are `{"survey", "response", "fields", "tags"}`."""

class _Summary:
    def get(self, survey: str | Survey) -> Record: ...

class _Store:
    """Values of the tenant's own, shared by its scripts, in JSON."""

    def get(self, key: str, default: Any = None) -> Any: ...
    def put(self, key: str, value: Any) -> None: ...
    def delete(self, key: str) -> None: ...
    def list(self, prefix: str = "") -> Iterator[tuple[str, Any]]: ...

class _Secrets:
    def get(self, name: str) -> str: ...

class _Log:
    """The script's log. `message % args` is written, as in `logging`."""

    def debug(self, message: object, *args: object) -> None: ...
    def info(self, message: object, *args: object) -> None: ...
    def warning(self, message: object, *args: object) -> None: ...
    def error(self, message: object, *args: object) -> None: ...

class _Later:
    """Not available yet: every call raises `HostError`."""

    def __getattr__(self, verb: str) -> Any: ...

context: Context
surveys: _Surveys
responses: _Responses
summary: _Summary
store: _Store
secrets: _Secrets
log: _Log
random: _random.Random
"""Random numbers that a replay draws again."""
http: _Later
mail: _Later
files: _Later

def now() -> datetime.datetime:
    """The moment at which the run began, in UTC: the same in a replay."""

def crosstab(survey: str | Survey, rows: str, columns: str, filter: Mapping[str, Any] | None = None) -> Record: ...
def json(value: Any, status: int = 200) -> Response: ...
def redirect(page: str) -> Response:
    """Sends the visitor to another page of the tenant."""

def refuse(question: str, message: str) -> Record:
    """What `validate(response)` returns to refuse an answer, with a message beside its question.

    Hidden values are set by returning `{"values": {"segment": "gold"}}`; `None` removes one.
    """
