"""What an integration can be: Source, Webhook, Destination. Structural types, no base class."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple, Protocol, runtime_checkable

from health.nouns import Edit, Notice, Receipt
from health.records import Record
from health.streams import Told
from integrations.vitals import Vitals

Cursor = str
"""Where a source goes on next time. Opaque to everyone but the source that made it."""


Clock = Callable[[], float]
"""Seconds since 1970."""


@dataclass(frozen=True, slots=True)
class Page:
    """Records in the order read, all of it or nothing is stored together with ``cursor``.

    ``listing`` names the kind of fact (``seats``) of which the page is part of an exhaustive listing; all
    pages of it come from one call of `pull`, from the listing's start, none of them left out. ``complete``
    is true on its last page, unless a row of it could not be read: only then may what is absent be taken
    as gone. ``rejects`` counts rows that could not be read; ``reasons`` says of some of them why, and where
    they are, never what they hold.
    """

    records: Iterable[Record]
    cursor: Cursor | None
    complete: bool = False
    rejects: int = 0
    listing: str = ""
    reasons: tuple[str, ...] = ()


class Source(Protocol):
    """Where facts come from."""

    def check(self) -> None:
        """Raise `Misconfigured` with what to change, or return."""

    def pull(self, cursor: Cursor | None) -> Iterator[Page]:
        """Yield pages from the cursor on. Raises `RetryLater`, `Rejected` or `Misconfigured`."""

    @property
    def vitals(self) -> Vitals:
        """What the last answer told of the vendor."""

    def close(self) -> None:
        """Let go of what is held open; a later call opens it again."""


@runtime_checkable
class Sampled(Protocol):
    """A source of several kinds of record that can show how each begins, without all of those before it."""

    def sample(self) -> Iterator[Page]:
        """Yield the first page of each kind, and keep nothing. Raises as `Source.pull` does."""


class Webhook(Protocol):
    """A vendor that calls us."""

    def verify(self, headers: Mapping[str, str], body: bytes) -> str:
        """Return the event id, or nothing for what is of no interest; or raise `Rejected`."""

    def parse(self, body: bytes) -> Iterator[Record | Told]:
        """Yield the records in a verified body; where the vendor tells of use event by event, these."""


@runtime_checkable
class Patient(Protocol):
    """A webhook of which no call rings: there are many, or a pull is dear. The next tick finds them all."""

    patient: bool


@runtime_checkable
class Stream(Webhook, Protocol):
    """A webhook that tells of use event by event: what is a day of it is stored once the day is over."""

    @property
    def metrics(self) -> Sequence[str]:
        """The metrics that every day states, with zero where nothing was told of them."""

    def last_day(self, now_s: float) -> date:
        """Return the last day that is over, at an instant in seconds since 1970."""


@runtime_checkable
class Doorbell(Protocol):
    """A webhook whose calls but name what was touched: its vendor is asked of many at once how it is now."""

    def read(self, bodies: Sequence[bytes]) -> tuple[list[Record], int]:
        """Return the records of verified bodies, and how many of these could not be read.

        Raises the three errors; then all of them are read again by the next pull.
        """


class Returned(NamedTuple):
    """What a sender of letters tells of an address that it wrote to.

    ``kind`` is ``bounced`` (there is no such mailbox), ``complained`` (marked as spam), ``unsubscribed`` or
    ``delayed`` (it may pass next time); ``event`` is the same each time that the sender tells of it, ``at``
    the instant that it says.
    """

    event: str
    address: str
    kind: str
    at: datetime


class Returns(Protocol):
    """A sender of letters that calls us with what comes back."""

    def verify(self, headers: Mapping[str, str], body: bytes) -> None:
        """Return if the sender has sent this, or raise one of the three errors."""

    def read(self, body: bytes) -> Sequence[Returned]:
        """Return what a verified body tells, nothing where it is about no address.

        A sender that asks whether it may call is answered. Raises the three errors.
        """


class Destination(Protocol):
    """Where notices go."""

    batch_size: int
    """How many are claimed and marked at a time: no more than can be sent well within the lease. If a sender
    dies, any of these may be what it died of."""
    keyed: bool
    """Whether sending a notice again under its key leaves one visible effect. If not, what may have arrived
    is never sent again by itself, unless the destination is `Restating`."""

    def check(self) -> None:
        """Raise `Misconfigured` with what to change, or return."""

    def deliver(self, notices: Sequence[Notice]) -> Iterator[Receipt]:
        """Send in order and yield one receipt per notice as soon as it is known."""

    @property
    def vitals(self) -> Vitals:
        """What the last answer told of the vendor."""

    def close(self) -> None:
        """Let go of what is held open; a later call opens it again."""


@runtime_checkable
class Restating(Protocol):
    """A destination without keys to which what may have arrived is sent again: twice rather than not at all.

    Each effect states its notice's key, so that people see that two are the same.
    """

    restates: bool


@runtime_checkable
class Directory(Protocol):
    """A destination that knows colleagues by their address."""

    def person(self, address: str) -> str:
        """Return the id of whoever has an address; empty where nobody has it, or nobody any more.

        Raises `RetryLater`, `Rejected` or `Misconfigured`.
        """


class Prepared(NamedTuple):
    """What was found of one thing that must be there before it is written to: a field of a CRM, a channel.

    ``outcome`` is ``made``, ``there``, ``missing``, or ``differs``, and then ``difference`` says how. What
    differs may be a person's: it is never changed.
    """

    object: str
    kind: str
    name: str
    outcome: str
    difference: str = ""


def outcome(*, there: bool, dry_run: bool) -> str:
    """Return the outcome of a thing that does not differ: what was missing is made, but in a dry run."""
    if there:
        return "there"
    return "missing" if dry_run else "made"


@runtime_checkable
class Crm(Protocol):
    """A destination with fields of ours.

    It looks before it writes: a field that says something else than what we wrote (`Notice.before`) was
    changed by a person. It is left alone and told (`Receipt.edits`), until it is given back.
    """

    ownership: Sequence[str]
    """The fields that are ours, as people see their names there; no other is ever written."""

    def setup(self, *, dry_run: bool = False) -> Sequence[Prepared]:
        """Make what is missing, or in a dry run say what is; doing it again makes nothing.

        Raises the three errors.
        """


@runtime_checkable
class Examined(Protocol):
    """A destination that can tell of each thing that it needs there whether it is as it must be."""

    def examine(self, named: Collection[str]) -> Iterator[Prepared]:
        """Yield what is there, missing or differs, and make nothing. Raises the three errors.

        ``named`` is what the routes name here: channels, ``opportunities`` where these are kept.
        """


@runtime_checkable
class Watched(Protocol):
    """A CRM of which edits can be told while nothing is owed to it."""

    def edits(self, notices: Sequence[Notice]) -> Iterator[tuple[Notice, tuple[Edit, ...]]]:
        """Yield states that were written, each with what people changed of it since; write nothing.

        A record that is gone is left out. Raises the three errors.
        """
