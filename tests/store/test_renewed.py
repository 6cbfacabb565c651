"""A feature row that is brought up to date by what changed is the row that all of its facts give."""

from collections.abc import Sequence
from contextlib import closing
from datetime import date, timedelta
from operator import attrgetter
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import select, update

from health.features import Features
from health.records import (
    Account,
    Contact,
    Event,
    Licence,
    Limit,
    Payment,
    People,
    Record,
    Seat,
    Subscription,
    Survey,
    Ticket,
    Usage,
    Validation,
)
from store import built, features, schema
from store.asked import Asked
from store.database import Database
from store.installation import set_setting
from store.reading import PRESENT
from store.tables import accounts, facts
from tests.store.test_facts import DAY, pull
from tests.store.test_features import instant

METRICS = ("active_users", "events", "feature:x", "validations", "validation:expired")
KEYS = ("busy", "quiet", "odd")
STEPS = 40


class _Book:
    """Accounts whose facts change day by day, whose rows are brought up to date after each change."""

    def __init__(self, database: Database, seed: int) -> None:
        self._database = database
        self.draw = Random(seed)
        self.today = DAY

    def goes_on(self, days: int) -> None:
        self.today += timedelta(days=days)
        with self._database.write() as connection:
            set_setting(connection, "business_day", self.today.isoformat())

    def states(self, records: Sequence[Record]) -> None:
        pull(self._database, records)

    def rows(self) -> tuple[list[Features], list[Features]]:
        """Return the rows as brought up to date, and as all of the facts give them."""
        with self._database.write() as connection:
            connection.execute(update(accounts).values(touched=accounts.c.touched + 1))
            fresh = features.refresh(connection, 0, 10**9, METRICS)
            kept = list(features.stored(connection, 0, 99, run=1, stale_only=False))
            assert sorted(fresh, key=attrgetter("account")) == kept  # so nobody need read them again
            ids = connection.execute(select(accounts.c.id)).scalars().all()
            return kept, built.feature_rows(
                Asked(connection, PRESENT), ids, METRICS, through=self.today + timedelta(days=1)
            )

    def day(self, ago: int) -> date:
        """Return a day that is mostly late: the usual is to state what is new."""
        return self.today - timedelta(days=self.draw.choice([0, 0, 0, 1, self.draw.randint(-3, ago)]))


def _use(book: _Book, key: str) -> list[Record]:
    """Use of a day: often nothing, zero or a part of it."""
    draw, day = book.draw, book.day(120)
    other = draw.choice([None, '{"feature:x":2}', '{"feature:x":0,"core:y":1}', '{"feature:z":0}'])
    product = draw.choice(["", "", "more"])
    users, events = draw.choice([None, 0, 3]), draw.choice([None, None, 0, 0.1, 0.2])
    units = draw.choice([None, 2])
    return [Usage(key, day, product, active_users=users, events=events, consumption=units, metrics=other)]


def _validated(book: _Book, key: str) -> list[Record]:
    outcome = book.draw.choice(["ok", "expired", "revoked"])
    return [Validation(key, book.day(120), outcome, book.draw.randint(0, 3), book.draw.choice("ab"))]


def _other(book: _Book, key: str) -> list[Record]:
    """A fact of any other kind, that may take the place of one there is."""
    draw, at = book.draw, instant(book.day(150))
    which, day = draw.choice("ab"), book.day(150)
    return [
        draw.choice(
            [
                Account(key, name=which, country=draw.choice(["US", "DE"])),
                Subscription(which, key, DAY, seats=draw.randint(1, 9)),
                Seat(key, which, role=draw.choice(["champion", None]), assigned_on=day, last_active_ms=at),
                Contact(key, f"{which}@{key}.example", role=draw.choice(["champion", "user"])),
                Ticket(f"{key}{which}", key, at, solved_ms=draw.choice([None, at])),
                Payment(f"{key}{which}", key, day, draw.choice(["paid", "open"])),
                Limit(key, "domains", draw.randint(0, 9), 9),
                Event(key, at, draw.choice(["api_key_deleted", "known_expected"])),
                Survey(key, draw.choice(["nps", "csat"]), draw.randint(0, 9), at),
                Licence(f"{key}{which}", key, "active", issued_ms=at),
                *_dated(key, which, day),
            ]
        )
    ]


def _dated(key: str, which: str, day: date) -> list[Record]:
    """What rests on days of use without being one: who did what, and what was committed to."""
    term = {"term_start": day, "term_end": day + timedelta(days=365)}
    acts = f'{{"{which}":["law",{{"core:send":4}}]}}'
    return [
        People(key, day, acts=acts),
        Subscription(which, key, **term, licence_model="usage", committed=900),
    ]


def _differing(kept: Sequence[Features], built: Sequence[Features]) -> dict[str, tuple[object, object]]:
    """Return what rows hold that differs, by account and field."""
    pairs = zip(kept, built, strict=True)
    return {
        f"{one.key} {name}": (getattr(one, name), getattr(other, name))
        for one, other in pairs
        for name in Features.__dataclass_fields__
        if getattr(one, name) != getattr(other, name)
    }


@pytest.mark.parametrize("seed", range(2))
def test_a_row_that_is_brought_up_to_date_is_what_all_facts_give(tmp_path: Path, seed: int) -> None:
    with closing(Database(str(tmp_path / "book.sqlite3"))) as database:
        schema.migrate(database)
        book = _Book(database, seed)
        book.goes_on(0)
        for _ in range(STEPS):
            key = book.draw.choice(KEYS)
            change = book.draw.choices([_use, _validated, _other], [6, 2, 2])[0]
            book.states([each for key in sorted({key, "busy"}) for each in change(book, key)])
            if book.draw.random() < 0.7:
                kept, built = book.rows()
                assert _differing(kept, built) == {}
            book.goes_on(book.draw.choice([0, 0, 1, 1, 1, 2, 30 if key == "quiet" else 1]))


def _worked(key: str, day: date) -> list[Record]:
    return [People(key, day, acts='{"u1":["law",{"core:send":4}]}')]


def _committed(key: str, day: date) -> list[Record]:
    term = {"term_start": DAY - timedelta(days=200), "term_end": DAY + timedelta(days=165)}
    return [Subscription("s", key, **term, licence_model="usage", committed=900)] if day == DAY else []


@pytest.mark.parametrize("beside", [_worked, _committed])
def test_what_rests_on_days_that_leave_the_series_is_read_again(emptied_database: Database, beside) -> None:
    days = [DAY - timedelta(days=ago) for ago in range(200)]
    pull(emptied_database, [Usage("a", day, active_users=4, consumption=2) for day in days])
    pull(emptied_database, [each for day in days for each in beside("a", day)])
    rows = []
    for today in (DAY, DAY + timedelta(days=5)):
        pull(emptied_database, [Usage("a", today, active_users=4, consumption=2)])
        with emptied_database.write() as connection:
            set_setting(connection, "business_day", today.isoformat())
            features.refresh(connection, 0, 1 << 40, METRICS)
            (kept,) = features.stored(connection, 0, 1 << 40, run=1, stale_only=False)
            rows = built.feature_rows(
                Asked(connection, PRESENT), [kept.account], METRICS, through=today + timedelta(days=1)
            )
    assert kept.champions or kept.commitments
    assert _differing([kept], rows) == {}


def test_of_what_did_not_change_nothing_is_read(emptied_database: Database) -> None:
    use = [Usage("a", DAY - timedelta(days=ago), active_users=4, events=1) for ago in range(1, 120)]
    pull(emptied_database, [Account("a", name="Ada Ltd"), *use])
    with emptied_database.write() as connection:
        features.refresh(connection, 0, 1 << 40, METRICS)
        for table, stated in (("usage", {"active_users": 9}), ("accounts", {"name": "Bit Ltd"})):
            connection.execute(update(facts[table]).values(stated))
    pull(emptied_database, [Usage("a", DAY, active_users=5, events=1)])
    with emptied_database.write() as connection:
        features.refresh(connection, 0, 1 << 40, METRICS)
        (row,) = features.stored(connection, 0, 1 << 40, run=1, stale_only=False)
    assert row.series is not None
    assert row.series.start == DAY - timedelta(days=91)
    assert row.series.values["active_users"].tolist() == [4] * 91 + [5]
    assert row.name == "Ada Ltd"
