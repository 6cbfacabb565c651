"""The simulated history this company was made from, as `data/` holds it, moved to our days."""

import csv
import gzip
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import NamedTuple

from sandbox.company.cast import RENEWAL_30_DAYS
from sandbox.company.clock import shifted

_DATA = Path(__file__).parent / "data"
_RENEWAL_TERM = (date(2025, 7, 1), date(2026, 7, 1))


class Customer(NamedTuple):
    """What the simulation says of an account; ``region`` is a state of the US."""

    account_id: str
    region: str
    created_on: date


class Term(NamedTuple):
    """A row of the import format's subscriptions."""

    subscription_id: str
    account_id: str
    product: str
    plan: str
    licence_model: str
    seats: int
    mrr: int
    currency: str
    status: str
    started_on: date
    term_start: date
    term_end: date
    auto_renew: str

    @property
    def months(self) -> int:
        """The length: 1, 6 or 12."""
        return round((self.term_end - self.term_start).days / 30.5)


class Ending(NamedTuple):
    """A row of the import format's outcomes."""

    account_id: str
    at: date
    outcome: str
    mrr_after: int


class Use(NamedTuple):
    """One day's use of one account. ``features`` are counts in the order of `feature_names`."""

    account_id: str
    day: date
    active_users: int
    events: int
    features: tuple[int, ...]


def customers() -> list[Customer]:
    """Return the accounts by id. The one of the renewal story came as its term began."""
    return [
        Customer(
            account_id, region, _RENEWAL_TERM[0] if account_id == RENEWAL_30_DAYS else shifted(created_on)
        )
        for account_id, region, created_on in _rows("accounts")
    ]


def terms() -> list[Term]:
    """Return every term, oldest first per account. That of the renewal story is moved by some days."""
    return [_retimed(_term(row)) for row in _rows("subscriptions")]


def _term(row: list[str]) -> Term:
    subscription_id, account_id, product, plan, licence_model, seats, mrr, currency, status, *rest = row
    started_on, term_start, term_end = map(shifted, rest[:3])
    return Term(
        subscription_id,
        account_id,
        product,
        plan,
        licence_model,
        int(seats),
        int(mrr),
        currency,
        status,
        started_on,
        term_start,
        term_end,
        auto_renew=rest[3],
    )


def _retimed(term: Term) -> Term:
    if term.account_id != RENEWAL_30_DAYS:
        return term
    start, end = _RENEWAL_TERM
    return term._replace(started_on=start, term_start=start, term_end=end)


def endings() -> list[Ending]:
    """Return how earlier terms ended."""
    return [
        Ending(account_id, shifted(at), outcome, int(mrr))
        for account_id, at, outcome, mrr in _rows("outcomes")
    ]


def use() -> Iterator[Use]:
    """Yield the days with any use, by account and day."""
    for account_id, day, users, events, *features in _rows("usage"):
        yield Use(account_id, shifted(day), int(users), int(events), tuple(map(int, features)))


def feature_names() -> tuple[str, ...]:
    """Return the metrics that `Use.features` counts."""
    with gzip.open(_DATA / "usage.csv.gz", "rt", newline="") as lines:
        return tuple(next(csv.reader(lines))[4:])


def _rows(name: str) -> Iterator[list[str]]:
    with gzip.open(_DATA / f"{name}.csv.gz", "rt", newline="") as lines:
        rows = csv.reader(lines)
        next(rows)
        yield from rows
