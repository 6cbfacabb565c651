"""Zendesk's Support API as we write to it: fields and tags of organizations, and private notes at tickets.

There is no call that makes an organization or a ticket, and none that a customer could read.
Pages: developer.zendesk.com/api-reference/ticketing, *Organizations*, *Organization Fields*, *Job Statuses*,
*Tags*, *Tickets* and *Ticket Audits*.
"""

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import TypeVar

from integrations.budget import Budget
from integrations.errors import Rejected, RetryLater
from integrations.http import Http, Query
from integrations.vitals import Vitals
from integrations.zendesk.access import API, WRITE, Access
from integrations.zendesk.answers import Meta, User
from integrations.zendesk.client import LISTED_AT_ONCE
from integrations.zendesk.errors import repeated
from integrations.zendesk.refusals import explained
from integrations.zendesk.replies import (
    Audit,
    Audits,
    FieldMade,
    Job,
    JobStatus,
    OrganizationField,
    OrganizationFields,
    Shown,
    ShownMany,
    Standing,
    StandingMany,
    TagsNow,
    Updated,
)
from integrations.zendesk.settings import ZendeskSettings
from integrations.zendesk.writing import (
    Change,
    Changes,
    Comment,
    Definition,
    NewField,
    Note,
    Noted,
    Tags,
)

T = TypeVar("T")

KEY = "seatsignal_key"
"""The name in a note's metadata under which it says which notice it is."""
MOST_PAGES = 100
"""Pages of a ticket's audits that are read: it has 5,000 comments at most."""


class ZendeskWriter:
    """One Zendesk account, to be written to. The budget is that of all calls."""

    def __init__(self, settings: ZendeskSettings, budget: Budget | None = None) -> None:
        """Open no connection yet."""
        self._access = Access(settings, scope=WRITE, budget=budget, explain=explained)

    @property
    def vitals(self) -> Vitals:
        """What the last answer told of Zendesk."""
        return self._access.vitals

    def close(self) -> None:
        """Close the connections."""
        self._access.close()

    # -- reading ---------------------------------------------------------------------------------------

    def me(self) -> User:
        """Who we are; the first thing to ask, for it tells whether anyone is there at all."""
        return self._access.me()

    def fields(self) -> Iterator[OrganizationField]:
        """Every field of organizations."""
        after = ""
        while True:
            page = self._get("organization_fields", OrganizationFields, _paged(after))
            yield from page.organization_fields
            after = _following(page.meta, after)
            if not after:
                return

    def organizations(self, ids: Sequence[str]) -> tuple[Shown, ...]:
        """Up to 100 organizations by their ids, without those that are gone."""
        return self._get("organizations/show_many", ShownMany, {"ids": ",".join(ids)}).organizations

    def tickets(self, ids: Sequence[str]) -> tuple[Standing, ...]:
        """Up to 100 tickets by their ids, without those that are gone."""
        return self._get("tickets/show_many", StandingMany, {"ids": ",".join(ids)}).tickets

    def note(self, ticket: str, key: str) -> Audit | None:
        """The update of a ticket that wrote the note with a key. Raises `RetryLater` if it has no end."""
        after = ""
        for _ in range(MOST_PAGES):
            page = self._get(f"tickets/{ticket}/audits", Audits, _paged(after))
            for audit in page.audits:
                if audit.metadata and (audit.metadata.custom or {}).get(KEY) == key:
                    return audit
            after = _following(page.meta, after)
            if not after:
                return None
        raise RetryLater("unexpected_answer", "zendesk: a ticket's audits have no end")

    def job(self, name: str) -> Job | None:
        """How a job stands; `None` once Zendesk no longer knows it, after a day."""
        try:
            return self._get(f"job_statuses/{name}", JobStatus).job_status
        except Rejected:
            return None

    # -- writing ---------------------------------------------------------------------------------------

    def change(self, changes: Sequence[Change]) -> Job:
        """Let Zendesk write fields of up to 100 organizations that there are; it answers before it does."""
        path = f"{API}/organizations/update_many"
        return self._http.put(path, JobStatus, Changes(tuple(changes))).job_status

    def tag(self, organization: str, tag: str) -> None:
        """Add a tag to an organization's."""
        self._http.put(f"{API}/organizations/{organization}/tags", TagsNow, Tags((tag,)))

    def untag(self, organization: str, tag: str) -> None:
        """Take a tag away from an organization's."""
        self._http.delete(f"{API}/organizations/{organization}/tags", Tags((tag,)))

    def write_note(self, ticket: str, text: str, key: str) -> Audit | None:
        """Write a private note, anew each time; return the update that it is.

        It is sent as HTML in which nothing is marked up: plain bodies are read as Markdown there.
        """
        lines = "<br>".join(map(escape, text.strip().splitlines()))
        asked = Note(Noted(Comment(lines), {KEY: key}))
        return self._http.put(f"{API}/tickets/{ticket}", Updated, asked).audit

    def make_field(self, definition: Definition) -> None:
        """Make a field of organizations."""
        self._http.post(f"{API}/organization_fields", FieldMade, NewField(definition))

    @property
    def _http(self) -> Http:
        return self._access.http()

    def _get(self, path: str, answer: type[T], query: Query | None = None) -> T:
        return self._http.get(f"{API}/{path}", answer, query)


def _paged(after: str) -> Mapping[str, str | int]:
    return {"page[size]": LISTED_AT_ONCE} | ({"page[after]": after} if after else {})


def _following(meta: Meta | None, after: str) -> str:
    """Where a listing goes on; empty at its end. Raises `RetryLater` for one that leads to itself."""
    following = (meta.after_cursor or "") if meta and meta.has_more else ""
    if following and following == after:
        raise repeated()
    return following
