"""Salesforce's REST API: the calls we make. There is none that makes an account.

Pages: developer.salesforce.com/docs/platform/api-rest.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from http import HTTPStatus
from time import monotonic
from typing import Literal, TypeVar

from msgspec import DecodeError, ValidationError
from msgspec.json import decode

from integrations.budget import Budget
from integrations.errors import RetryLater
from integrations.http import Http
from integrations.salesforce.access import Access
from integrations.salesforce.answers import Answers, Described, Found, Made, Row, Rows, Saved, Stepped, User
from integrations.salesforce.refusals import refused, spent
from integrations.salesforce.settings import SalesforceSettings
from integrations.salesforce.writing import Collection, Definition, ListView, Sent, Step, Steps, Wanted
from integrations.vitals import Vitals

T = TypeVar("T")
Kind = Literal["Account", "Task", "Opportunity"]
PERMISSIONS = frozenset({"PermissionSet", "FieldPermissions", "PermissionSetAssignment"})
COLLECTION = 200
"""The most records of a collection."""
OURS = "SELECT Id, DeveloperName FROM CustomField WHERE DeveloperName LIKE 'Seatsignal%'"
_CONTINUED = re.compile(r"/services/data/v[\d.]+/query(All)?/[\w-]+")
ASK_AGAIN_S = 900.0
"""How long what was told of the day's calls keeps us from asking: they come back one by one."""


class SalesforceClient:
    """One Salesforce org, by the app that is set."""

    def __init__(self, settings: SalesforceSettings, budget: Budget | None = None) -> None:
        """Open no connection yet."""
        self._access = Access(settings, budget)
        self._root = f"services/data/v{settings.api_version}"
        self._share = settings.daily_share
        self._told_s = 0.0

    @property
    def vitals(self) -> Vitals:
        """What the last answer told of Salesforce."""
        return self._access.vitals

    def close(self) -> None:
        """Close the connections."""
        self._access.close()

    # -- reading ---------------------------------------------------------------------------------------

    def sign_in(self) -> None:
        """Have a token, and with it the time at Salesforce. Raises as any call does."""
        self._access.sign_in()

    def pages(self, soql: str, *, deleted: bool = False) -> Iterator[Rows]:
        """Yield all that a query finds, 2,000 at a time at most. Raises `RetryLater` if some are missing."""
        rows = self.queried(soql, deleted=deleted)
        read = len(rows.records)
        while not rows.done:
            if not rows.records:
                raise _miscounted()
            yield rows
            path = _path(rows.next_records_url)
            rows = self._ask(lambda http, path=path: http.get(path, Rows))  # type: ignore[misc]  # bound in its default
            read += len(rows.records)
        if read != rows.total_size:
            raise _miscounted()
        yield rows

    def queried(self, soql: str, *, deleted: bool = False) -> Rows:
        """The first rows that a query finds, those in the recycle bin too if ``deleted``."""
        path = f"{self._root}/{'queryAll' if deleted else 'query'}"
        return self._ask(lambda http: http.get(path, Rows, {"q": soql}))

    def read(self, kind: Kind, ids: Sequence[str], fields: Sequence[str]) -> list[Row | None]:
        """Up to 2,000 records by their ids, as they are now and in that order; `None` where one is gone."""
        wanted = Wanted(tuple(ids), tuple(fields))
        path = f"{self._root}/composite/sobjects/{kind}"
        rows = self._ask(lambda http: http.post(path, list[dict[str, object] | None], wanted))
        if len(rows) != len(ids):
            raise _miscounted()
        return [*rows]

    def described(self, kind: Kind) -> dict[str, Found]:
        """The fields of a type that we may see, by name."""
        path = f"{self._root}/sobjects/{kind}/describe"
        return {each.name: each for each in self._ask(lambda http: http.get(path, Described)).fields}

    # -- writing ---------------------------------------------------------------------------------------

    def change(self, kind: Kind, records: Sequence[Sent]) -> list[Saved]:
        """Write fields of up to 1,000 records that there are; what became of each, in that order."""
        path = f"{self._root}/composite/sobjects"
        if len(records) <= COLLECTION:
            return self._saved(path, kind, records)
        parts = [records[at : at + COLLECTION] for at in range(0, len(records), COLLECTION)]
        steps = tuple(
            Step("PATCH", f"/{path}", f"part{at}", Collection(_typed(kind, part)))
            for at, part in enumerate(parts)
        )
        asked = Steps(steps)
        answers = self._ask(lambda http: http.post(f"{self._root}/composite", Answers, asked))
        if len(answers.composite_response) != len(parts):
            raise _miscounted()
        found = zip(answers.composite_response, parts, strict=True)
        return [saved for answer, part in found for saved in _of_step(answer, len(part))]

    def keep(
        self, kind: Literal["Task", "Opportunity"], key_field: str, records: Sequence[Sent]
    ) -> list[Saved]:
        """Make up to 200 records, each with a key, or change those that have it: there is never a second one.

        What became of each, in that order.
        """
        return self._saved(f"{self._root}/composite/sobjects/{kind}/{key_field}", kind, records)

    def _saved(self, path: str, kind: Kind, records: Sequence[Sent]) -> list[Saved]:
        sent = Collection(_typed(kind, records))
        saved = self._ask(lambda http: http.patch(path, list[Saved], sent))
        if len(saved) != len(records):
            raise _miscounted()
        return saved

    # -- the schema ------------------------------------------------------------------------------------

    def made(self) -> frozenset[str]:
        """The names of the fields of ours that there are, seen or not, without the ``__c`` at their ends."""
        path = f"{self._root}/tooling/query"
        rows = self._ask(lambda http: http.get(path, Rows, {"q": OURS})).records
        return frozenset(str(each.get("DeveloperName")) for each in rows)

    def make_field(self, definition: Definition) -> Made:
        """Make a field."""
        path = f"{self._root}/tooling/sobjects/CustomField"
        return self._ask(lambda http: http.post(path, Made, definition))

    def make_list_view(self, wanted: ListView) -> None:
        """Make a list view of accounts."""
        path = f"{self._root}/ui-api/list-info/Account"
        self._ask(lambda http: http.send(path, wanted))

    def permit(self, kind: str, records: Sequence[Sent]) -> list[Saved]:
        """Make records of permissions, and of nothing else; what became of each, in that order."""
        if kind not in PERMISSIONS:
            raise ValueError(kind)
        path, sent = f"{self._root}/composite/sobjects", Collection(_typed(kind, records))
        saved = self._ask(lambda http: http.post(path, list[Saved], sent))
        if len(saved) != len(records):
            raise _miscounted()
        return saved

    def user(self) -> str:
        """The id of the user that we act as."""
        return self._ask(lambda http: http.get("services/oauth2/userinfo", User)).user_id

    def _ask(self, ask: Callable[[Http], T]) -> T:
        """Ask, unless too much of the org's day is used up: others live of it too."""
        left, allowed = self.vitals.calls_left, self.vitals.calls_allowed
        fresh = monotonic() - self._told_s < ASK_AGAIN_S
        if fresh and allowed and left is not None and allowed - left >= self._share * allowed:
            raise spent()
        try:
            return self._access.call(ask)
        finally:
            self._told_s = monotonic()


def _typed(kind: str, records: Sequence[Sent]) -> tuple[Sent, ...]:
    return tuple({"attributes": {"type": kind}, **each} for each in records)


def _of_step(answer: Stepped, records: int) -> list[Saved]:
    """What became of the records of one step; where it failed as a whole, each has met what it did."""
    if answer.http_status_code != HTTPStatus.OK:
        problems = refused(answer.http_status_code, bytes(answer.body))
        return [Saved(success=False, errors=problems)] * records
    try:
        saved = decode(answer.body, type=list[Saved])
    except (DecodeError, ValidationError):
        saved = []
    if len(saved) != records:
        raise _miscounted()
    return saved


def _path(url: str) -> str:
    """Where a query goes on. Raises `RetryLater` for what is no place at Salesforce's API."""
    if not _CONTINUED.fullmatch(url):
        raise RetryLater("unexpected_answer", "salesforce: a query goes on nowhere")
    return url.removeprefix("/")


def _miscounted() -> RetryLater:
    return RetryLater("unexpected_answer", "salesforce answered of more or fewer records than it was asked")
