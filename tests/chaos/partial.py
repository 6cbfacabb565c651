"""Pages that are empty, cut off or come again, in the middle of the whole job: nobody hears of it.

After a full day every source is read anew from its beginning, through answers that lie about what there is.
Every account is judged after each, and what is owed is sent: nothing may be. What was known stays known.
"""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import NamedTuple
from unittest.mock import patch

from sqlalchemy import delete, update

from cli.opened import judge_waiting
from integrations.errors import IntegrationError
from integrations.roles import Cursor, Page, Source
from integrations.vitals import Vitals
from store.database import Database
from store.tables import budgets, source_status
from tests.chaos.company import MONDAY
from tests.chaos.days import Monday, begin, deployed, judge_all, open_monday, send
from tests.chaos.kept import Facts, kept, of
from tests.chaos.stage import stage
from tests.chaos.vendors import SOURCES, Town, Vendors
from tests.chaos.verdict import Verdict
from worker import pipeline
from worker.deployment import Deployment


class Lie(NamedTuple):
    """A fault of a stand-in, on answers of which path, and how many of these pass before."""

    fault: str
    on: str
    after: int = 0


EMPTIED, TRUNCATED, AGAIN = "emptied", "truncated", "again"
LIES: Mapping[str, tuple[Lie, ...]] = {
    "stripe": (
        Lie(EMPTIED, "/v1/customers?"),
        Lie(TRUNCATED, "/v1/subscriptions?", 1),
        Lie(AGAIN, "/v1/invoices?", 2),
    ),
    "posthog": (Lie(EMPTIED, "query", 1), Lie(TRUNCATED, "query", 2), Lie(AGAIN, "query", 3)),
    "keygen": (Lie(EMPTIED, "/licenses"), Lie(TRUNCATED, "/licenses", 1), Lie(AGAIN, "/licenses", 2)),
    "zendesk": (
        Lie(EMPTIED, "incremental/organizations"),
        Lie(TRUNCATED, "incremental/organizations", 1),
        Lie(AGAIN, "incremental/tickets/cursor", 2),
    ),
    "hubspot": (
        Lie(EMPTIED, "/companies?"),
        Lie(TRUNCATED, "/companies?", 1),
        Lie(AGAIN, "/contacts?", 2),
    ),
}
"""In the order met: an empty first page, a later one that is cut off, one that is the one before."""
LISTED = {"keygen": ("licences", "limits"), "hubspot": ("accounts", "contacts")}
"""What a source vouches for as complete."""


@dataclass
class Believing:
    """A source that takes what it could not read for gone: the safeguards' control."""

    source: Source
    listings: tuple[str, ...]

    def check(self) -> None:
        """As the source does."""
        self.source.check()

    def pull(self, cursor: Cursor | None) -> Iterator[Page]:
        """As the source does, and vouch for the rest as empty where it fails."""
        try:
            yield from self.source.pull(cursor)
        except IntegrationError:
            yield from (Page((), cursor, complete=True, listing=listing) for listing in self.listings)

    @property
    def vitals(self) -> Vitals:
        """As the source has them."""
        return self.source.vitals

    def close(self) -> None:
        """As the source does."""
        self.source.close()


@dataclass
class _Seen:
    """What came of the lies: how many were told, believed, and felt by anybody."""

    told: int = 0
    believed: int = 0
    effects: int = 0
    lost: int = 0


def partial(town: Town, clean: Monday, database: str = "sqlite", like: str = "") -> Verdict:
    """Play every lie of every source after a clean Monday, from that Monday's database or one ``like`` it."""
    return _played(town, clean, database, like or clean.url, believing=False)


def control(town: Town, clean: Monday) -> Verdict:
    """The same with sources that believe what they are told."""
    return _played(town, clean, "sqlite", clean.url, believing=True)


def _played(town: Town, clean: Monday, database: str, like: str, *, believing: bool) -> Verdict:
    started, seen, vendors = time.monotonic(), _Seen(), town.vendors
    open_monday(vendors)
    with (
        stage(town.servers, database, judged=False, like=like) as chosen,
        vendors.set_up(),
        deployed(chosen.database) as here,
    ):
        begin(chosen.database, MONDAY)
        _forget_calls(chosen.database)
        for name in LISTED if believing else SOURCES:
            with _believing(here, name) if believing else _reading_anew(here, name):
                _lie(here, vendors, name, clean.facts, seen, believing=believing)
    bar = "partial pages, believed" if believing else "partial pages"
    felt = seen.believed or seen.effects or seen.lost
    return Verdict(
        bar=bar,
        database=database,
        seed=0,
        kills=0,
        sent=seen.told,
        unique=seen.told - seen.believed,
        lost=seen.lost,
        duplicated=seen.effects,
        unknown=0,
        disorder=seen.believed,
        seconds=round(time.monotonic() - started, 1),
        gap_s=0.0,
        ok=not felt and seen.told == sum(map(len, LIES.values())),
    )


def _forget_calls(database: Database) -> None:
    """Allow as many calls as in a new minute: on a fast machine what came before has used them up."""
    with database.write() as connection:
        connection.execute(delete(budgets))


@contextmanager
def _reading_anew(here: Deployment, name: str) -> Iterator[None]:
    """Let a source be read from its beginning."""
    with here.database.write() as connection:
        statement = update(source_status).where(source_status.c.source == name)
        connection.execute(statement.values(cursor=None))
    yield


@contextmanager
def _believing(here: Deployment, name: str) -> Iterator[None]:
    """The same with a source that believes, and with nobody who wonders how much is gone."""
    here.use_source(name, Believing(here.source(name), LISTED[name]))
    with _reading_anew(here, name), patch.object(pipeline.Listings, "settle", _settle_all):
        yield


_settle = pipeline.Listings.settle


def _settle_all(listings: pipeline.Listings, **_: object) -> object:
    return _settle(listings, retire_all=True)


def _lie(
    here: Deployment, vendors: Vendors, name: str, known: Facts, seen: _Seen, *, believing: bool
) -> None:
    """Tell a source's lies, one in each pull, and then the truth."""
    before, known = len(vendors.effects()), of(known, {name})
    for lie in LIES[name][:1] if believing else LIES[name]:
        _forget_calls(here.database)
        vendors.at[name].faults(name, lie.fault, on=lie.on, after=lie.after)
        pulled = pipeline.pull(here, name)
        seen.told += not vendors.at[name].waiting()
        seen.believed += not pulled.failure
        vendors.at[name].calm()
        judge_all(here)
        send(here)
        seen.lost += (known - kept(here.database, {name})).total()
    if not believing:
        _forget_calls(here.database)
        assert pipeline.pull(here, name).failure == ""
        judge_waiting(here)
        send(here)
        seen.lost += int(kept(here.database, {name}) != known)
    seen.effects += len(vendors.effects()) - before
