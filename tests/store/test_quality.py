"""Each kind of fact that cannot be so is counted by source, and what can be so is not."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import update

from health.quality import TREATMENTS, Oddity
from health.records import Identifier, Rate, Record, Seat, Subscription, Usage
from store import quality, sources
from store.sources import Landed
from store.tables import batches
from tests.store.test_facts import pull

TODAY = date(2026, 6, 1)
BEGAN, ENDS = date(2026, 1, 1), date(2027, 1, 1)


def term(number: str = "s", account: str = "a", began: date = BEGAN, **stated: Any) -> Subscription:
    stated = {"term_end": ENDS, "seats": 10, "mrr_minor": 900, "currency": "EUR"} | stated
    return Subscription(number, account, began, **stated)


def use(day: date, account: str = "a", **stated: Any) -> Usage:
    return Usage(account, day, **({"active_users": 3} | stated))


def days_ago(days: int) -> date:
    return TODAY - timedelta(days=days)


YEN = Rate(TODAY, "JPY", "EUR", 0.006)
SOUND = [term(), use(BEGAN), use(TODAY), *(Seat("a", f"u{number}") for number in range(3))]
ODD: list[tuple[str, list[Record], int]] = [
    ("use before the first term", [term(), use(days_ago(200)), use(days_ago(201)), use(BEGAN)], 2),
    ("use before the first term", [term(started_on=days_ago(300)), use(days_ago(200))], 0),
    ("use after the last term", [term(term_end=days_ago(9)), use(days_ago(9)), use(days_ago(10))], 1),
    ("use after the last term", [term(term_end=days_ago(9), auto_renew=True), use(days_ago(1))], 0),
    ("use after the last term", [term(term_end=None), use(days_ago(1))], 0),
    ("use in the future", [term(), use(TODAY), use(days_ago(-1))], 1),
    ("a count of use below 0", [term(), use(TODAY, active_users=-1), use(days_ago(1), events=-2)], 2),
    ("more active users than people", [*SOUND, use(TODAY, active_users=4), use(days_ago(1))], 1),
    ("more active users than people", [*SOUND, use(days_ago(9), active_users=4)], 0),
    ("more active users than people", [term(), use(TODAY, active_users=400)], 0),
    ("seats or revenue below 0", [term(seats=-1), term("t", seats=0), term("u", mrr_minor=-1)], 2),
    ("a term that ends before it begins", [term(term_end=days_ago(300)), term("t", term_end=BEGAN)], 1),
    ("terms that overlap", [term(), term(began=days_ago(30)), term("t", began=days_ago(30))], 1),
    ("terms that overlap", [term(), term(began=ENDS, term_end=date(2028, 1, 1))], 0),
    ("a currency without a rate", [term(), term("t"), term("u", currency="JPY")], 1),
    ("a currency without a rate", [term(), term("t"), term("u", currency="JPY"), YEN], 0),
]


@pytest.mark.parametrize(("kind", "records", "rows"), ODD)
def test_what_cannot_be_so_is_counted(emptied_database, kind, records, rows):
    pull(emptied_database, records)
    with emptied_database.read() as connection:
        found = {each.kind: each for each in quality.oddities(connection, TODAY)}
    assert found.get(kind) == (Oddity("files", kind, rows, 1, "a") if rows else None)


def test_of_sound_facts_nothing_is_said(emptied_database):
    pull(emptied_database, SOUND)
    with emptied_database.read() as connection:
        assert quality.oddities(connection, TODAY) == []


def test_each_source_answers_for_its_own(emptied_database):
    pull(emptied_database, [term(), term("t", "b"), use(days_ago(-1)), use(days_ago(-2), "b")])
    with emptied_database.write() as connection:
        sources.register(connection, "posthog")
    pull(emptied_database, [Identifier("p", "files", "a"), use(days_ago(-3), "p")], "posthog")
    with emptied_database.read() as connection:
        found = quality.oddities(connection, TODAY)
    assert found == [
        Oddity("files", "use in the future", 2, 2, "a"),
        Oddity("posthog", "use in the future", 1, 1, "a"),
    ]


def counting(database, kind: str, *rows: int, days_ago: float = 0) -> None:
    """A pull of some pages, each with so many rows that were left out for a reason, so long ago."""
    column = quality.OF_BATCHES[kind].name
    with database.write() as connection:
        sources.register(connection, "files")
        for at, many in enumerate(rows):
            batch = sources.begin_batch(connection, "files", sources.cursor_of(connection, "files"))
            landed = Landed(frozenset(), 5, None, complete=False, **{column: many})
            sources.end_batch(connection, batch, f"{batch.number}/{at}", landed)
        recent = batches.c.batch > batch.number - len(rows)
        moved = batches.c.pulled_ms - int(days_ago * 86_400_000)
        connection.execute(update(batches).where(recent).values(pulled_ms=moved))


@pytest.mark.parametrize(
    ("earlier", "last", "rows"),
    [
        ((), (2, 0, 3), 5),
        ((), (0, 0), 0),
        ((40,), (2,), 2),
        ((40,), (0,), 0),  # mended since
    ],
)
@pytest.mark.parametrize("kind", quality.OF_BATCHES)
def test_what_is_left_out_is_counted_over_the_last_day_of_pulls(emptied_database, kind, earlier, last, rows):
    if earlier:
        counting(emptied_database, kind, *earlier, days_ago=100)
    counting(emptied_database, kind, *last, days_ago=90)
    with emptied_database.read() as connection:
        found = quality.oddities(connection, TODAY)
    assert found == ([Oddity("files", kind, rows, 0, "")] if rows else [])


def test_every_kind_has_a_treatment_and_a_case():
    assert {kind for kind, _, rows in ODD if rows} | set(quality.OF_BATCHES) == set(TREATMENTS)
