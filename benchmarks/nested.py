"""Nested subscriptions into the database: from the bytes that Stripe answers to rows.

Ours decodes and maps as a pull does, and stores the term that each subscription is in. Core stores the
same terms, and the items beside them; what both have stored of the terms must be the same, value by value.
dlt appends what terms and items are made of, as it is.
"""

from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Any

from msgspec.json import Decoder
from sqlalchemy import func, select, table

from benchmarks import pulls, rivals, subscriptions, usual
from benchmarks.measure import ROUNDS, Result, rates
from health.records import Account, Record
from integrations.stripe.answers import Listing, Subscription
from integrations.stripe.client import StripeClient
from integrations.stripe.reading import Reading
from integrations.stripe.settings import StripeSettings
from store.database import Database
from store.sources import Met
from store.tables import facts

Commits = Sequence[Sequence[bytes]]
DLT_GOALS = {"whole": 6, "kept": 2.5}
"""By what dlt is handed: the API's answers, as it is mostly used, or what is kept of them alone."""


def results(database: Database) -> Iterator[Result]:
    """Yield a figure for all pages of the API in one commit, and one for a commit of each, as pulls do."""
    answers = subscriptions.answers()
    with database.write() as connection:
        usual.ITEMS.create(connection)
    yield _against_core(database, "ingest_nested", [answers], 2.5)
    yield _against_core(database, "ingest_nested_paged", [[answer] for answer in answers], 1.25)
    for what, goal in DLT_GOALS.items():
        yield _against_dlt(database, answers, what, goal)


def _against_dlt(database: Database, answers: Sequence[bytes], what: str, goal: float) -> Result:
    """All pages of the API in one commit, against one load of them."""
    bench = f"ingest_nested_dlt_{what}"
    names = [f"{bench}-{number}" for number in range(ROUNDS)]
    turns = iter([(name, _customers(database, name)) for name in names])

    def ours() -> None:
        source, ids = next(turns)
        pulls.store(database, source, _pages([answers]), ids)

    with rivals.dlt(database, answers, what) as load:
        load()  # which makes its tables
        mine, rival = rates((ours, subscriptions.NUMBER), (load, subscriptions.NUMBER))
    _require_all(database, what, subscriptions.NUMBER * (ROUNDS + 1))
    return Result(bench, mine, "subscriptions/s", "dlt", mine / rival, goal)


def _require_all(database: Database, loaded: str, number: int) -> None:
    rows = select(func.count()).select_from(table(loaded, schema=rivals.DATASET))
    with database.read() as connection:
        if connection.execute(rows).scalar_one() != number:
            raise AssertionError("dlt has not stored what it was given")


def _against_core(database: Database, bench: str, commits: Commits, goal: float) -> Result:
    known = {f"{bench}-{number}": _customers(database, f"{bench}-{number}") for number in range(ROUNDS)}
    our_turns, core_turns = iter(known.items()), iter(known.items())

    def ours() -> None:
        source, ids = next(our_turns)
        pulls.store(database, source, _pages(commits), ids)

    def core() -> None:
        source, ids = next(core_turns)
        usual.store(database, f"{source}-core", commits, ids)

    mine, rival = rates((ours, subscriptions.NUMBER), (core, subscriptions.NUMBER))
    for source in known:
        _require_the_same(database, source, f"{source}-core")
    return Result(bench, mine, "subscriptions/s", "JSON, dicts, SQLAlchemy Core bulk", mine / rival, goal)


def _customers(database: Database, source: str) -> Met:
    """Store the customers, whom a pull reads before, and return their accounts."""
    ids = Met()
    pulls.store(database, source, [[Account(name) for name in subscriptions.customers()]], ids)
    return ids


def _pages(commits: Commits) -> Iterator[list[Record]]:
    settings = StripeSettings.model_validate({"api_key": "rk_live_none"})
    reading = Reading(StripeClient(settings), settings.account_id_key, subscriptions.NOW_S)
    for answers in commits:
        listings = (Decoder(Listing[Subscription]).decode(answer) for answer in answers)
        yield list(chain.from_iterable(reading.subscriptions(listing.data).records for listing in listings))


def _require_the_same(database: Database, *of: str) -> None:
    ours, theirs = (_terms(database, source) for source in of)
    if len(ours) != subscriptions.NUMBER or ours != theirs:
        raise AssertionError("what was stored is not the same")


def _terms(database: Database, source: str) -> list[Any]:
    table = facts["subscriptions"]
    columns = [column for column in table.columns if column.name not in {"source", "batch"}]
    query = select(*columns).where(table.c.source == source).order_by(table.c.subscription_id)
    with database.read() as connection:
        return list(connection.execute(query))
