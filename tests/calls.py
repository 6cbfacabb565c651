"""A vendor that calls in: its calls are signed with a word and name one ticket each."""

import json
from collections.abc import Iterator, Mapping, Sequence

from health.records import Record, Ticket
from integrations.errors import Rejected
from integrations.roles import Page
from integrations.vitals import Vitals

VENDOR = "desk"
SIGNED = {"X-Signature": "open sesame"}


def call(event: str, ticket: str = "t1", account: str = "a1") -> bytes:
    """The body of a call."""
    return json.dumps({"event": event, "ticket": ticket, "account": account}).encode()


class Calls:
    """What verifies and reads them."""

    def verify(self, headers: Mapping[str, str], body: bytes) -> str:
        if headers.get("x-signature") != SIGNED["X-Signature"]:
            raise Rejected("signature")
        return str(json.loads(body)["event"])

    def parse(self, body: bytes) -> Iterator[Record]:
        told = json.loads(body)
        if not told["ticket"]:
            raise Rejected("no_ticket")
        yield Ticket(told["ticket"], told["account"], 1)


class Desk:
    """The same vendor as a source: it knows one ticket more, and fails if told to."""

    def __init__(self, error: Exception | None = None) -> None:
        self.error = error

    def check(self) -> None:
        """Always well."""

    def pull(self, _cursor: str | None) -> Iterator[Page]:
        if self.error:
            raise self.error
        yield from _PAGES

    @property
    def vitals(self) -> Vitals:
        return Vitals()

    def close(self) -> None:
        """Nothing is open."""


_PAGES: Sequence[Page] = (Page([Ticket("t9", "a9", 9)], "end"),)
