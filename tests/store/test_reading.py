"""What was known at a batch equals an append-only log, whatever came late, was corrected or went since."""

from datetime import date, timedelta
from random import Random

import pytest
from sqlalchemy import select, text

from health.records import FACTS, Account, Seat, Subscription, Ticket, Usage
from store import facts, history, identity, retire, sources
from store.asked import Asked
from store.built import feature_rows
from store.database import Database
from store.reading import PRESENT, Moment
from store.sources import Landed
from store.tables import accounts, field_type
from tests.store.test_facts import DAY, pull

RUNS = {"sqlite": 20, "postgresql": 6}
"""All 500 were played when this was written; a quarter of a second each is too long for every day."""
BATCHES = 6
KINDS = ("tickets", "usage", "seats", "subscriptions")
METRICS = ("active_users", "feature:x", "validations")


@pytest.fixture
def database(emptied_database: Database) -> Database:
    return emptied_database


def some(dice: Random, name: str):
    """A record of some kind, with a key that others have too."""
    account = f"{name}{dice.randrange(3)}"
    day = DAY - timedelta(days=dice.randrange(4))
    match dice.choice(KINDS):
        case "tickets":
            return Ticket(f"{name}t{dice.randrange(3)}", account, dice.randrange(5), status=dice.choice("ab"))
        case "usage":
            return Usage(account, day, active_users=dice.randrange(3), metrics=dice.choice([None, "{}"]))
        case "seats":
            return Seat(account, dice.choice("uv"), role=dice.choice([None, "champion"]))
        case _:
            return Subscription(dice.choice("st") + name, account, day, seats=dice.choice([None, 1, 2]))


def keyed(record):
    shape = FACTS[next(kind for kind in KINDS if FACTS[kind].record is type(record))]
    return (shape.name, *(getattr(record, name) for name in shape.key))


def lost(connection, batch, shape, kept):
    """Retire what is not among those kept."""
    retire.open_listing(connection, batch.source, shape)
    retire.gather(connection, batch.source, batch.ids, shape, kept)
    retire.retire(connection, batch, shape)
    retire.settled(connection, batch.source, shape)
    connection.execute(text(f"DROP TABLE named_{shape.name}"))


def written(connection, dice: Random, source: str):
    """Store some batches and return after each one what a log of all of them says, by batch."""
    sources.register(connection, source)
    log, said, ids = {}, {}, sources.Met()
    for _ in range(BATCHES):
        batch = sources.begin_batch(connection, source, None, ids)
        page = [some(dice, source) for _ in range(dice.randrange(6))]
        gone = dice.choice([kind for kind in KINDS if kind != "usage"])
        if page or not ids:
            facts.store_records(connection, batch, page)
            log |= {keyed(record): record for record in page}
        else:
            lost(connection, batch, FACTS[gone], [])
            log = {key: record for key, record in log.items() if key[0] != gone}
        landed = Landed(frozenset(facts.kinds_of(page)), len(page), None, complete=False)
        sources.end_batch(connection, batch, None, landed)
        said[batch.number] = dict(log)
    return said


def read(connection, source: str, batch: int, ids):
    """What was known at a batch, as records."""
    then, keys, found = Moment({source: batch}), {}, set()
    for row in connection.execute(select(accounts.c.id, accounts.c.key)):
        keys[row.id] = row.key
    for kind in KINDS:
        for row in connection.execute(select(then.rows(kind)), then.of(ids)):
            said = {"account_id": keys[row.account], "email": None, **row._mapping}
            found.add(FACTS[kind].record(*(said[name] for name in FACTS[kind].fields)))
    return found


def test_facts_as_known_at_a_batch_equal_an_append_only_log(database):
    for number in range(RUNS[database.dialect]):
        source = f"s{number}"
        with database.write() as connection:
            said = written(connection, Random(number), source)
            query = select(accounts.c.id).where(accounts.c.key.startswith(source))
            ids = connection.execute(query).scalars().all()
            for batch, log in said.items():
                assert read(connection, source, batch, ids) == set(log.values()), (number, batch)


MAPS = {"usage": {"metrics": '{"feature:x":2}'}, "people": {"acts": '{"u":["law",{"feature:x":2}]}'}}
"""Texts of which the parts are read."""


def anything(dice: Random, kind: str, account: str, number: int, day: date):
    """A record of a kind, all of it dated on one day, with some value in nearly every column."""
    of_type = {
        str: lambda: dice.choice(["x", "y", "ok", "champion", "open"]),
        int: lambda: dice.randrange(5),
        float: dice.random,
        bool: lambda: dice.random() < 0.5,
        date: lambda: day,
    }
    shape = FACTS[kind]
    values = {}
    for name in shape.fields:
        made = of_type[field_type(shape, name)]()
        values[name] = None if dice.random() < 0.2 and name not in {*shape.required, *shape.key} else made
    values |= {
        name: (day - date(1970, 1, 1)).days * 86_400_000 for name in shape.fields if name.endswith("_ms")
    }
    values |= {name: f"{kind}{number}" for name in shape.key if name.endswith("_id")}
    values |= {"account_id": account} | MAPS.get(kind, {})
    return shape.record(**{name: values[name] for name in shape.fields})


def some_day(dice: Random) -> date:
    return DAY - timedelta(days=dice.randrange(-5, 120))


OF_ACCOUNTS = [kind for kind in FACTS if kind not in {"identifiers", "rates"}]


def present(database):
    """The feature rows as known now, and what is known now."""
    with database.read() as connection:
        ids = connection.execute(select(accounts.c.id).order_by(accounts.c.id)).scalars().all()
        return sources.known(connection), {
            row.account: row for row in feature_rows(Asked(connection, PRESENT), ids, METRICS)
        }


@pytest.mark.parametrize("seed", range(2))
def test_feature_rows_are_told_again_as_they_were_at_any_batch(database, seed):
    dice, seen = Random(seed), []
    for number in range(18):
        source = dice.choice(["files", "desk"])
        page = [
            anything(dice, dice.choice(OF_ACCOUNTS), dice.choice("abc"), dice.randrange(4), some_day(dice))
            for _ in range(12)
        ]
        pull(database, page, source)
        if number % 6 == 5:
            with database.write() as connection:
                identity.unlink(connection, source, dice.choice("abc"))
                identity.link_by_hand(connection, source, dice.choice("abc"), dice.choice("abc"), "ann")
        seen.append(present(database))
    with database.read() as connection:
        for known, rows in seen:
            again = history.features_at(connection, list(rows), known, METRICS)
            assert {row.account: row for row in again} == rows
    assert len({repr(rows) for _, rows in seen}) > 15


@pytest.mark.parametrize("change", ["link", "unlink"])
def test_what_a_person_linked_after_a_batch_was_not_known_with_it(database, change):
    pull(database, [Account("a"), Account("b")])
    pull(database, [Ticket("t", "a", 1)], "desk")
    before = present(database)
    with database.write() as connection:
        if change == "link":
            assert identity.link_by_hand(connection, "desk", "a", "b", "ann")
        else:
            assert identity.unlink(connection, "desk", "a")
    after = present(database)
    assert after != before
    with database.read() as connection:
        for known, rows in (before, after):
            again = history.features_at(connection, list(rows), known, METRICS)
            assert {row.account: row for row in again} == rows


def test_a_source_that_came_later_is_not_known(database):
    pull(database, [Account("a")])
    known, rows = present(database)
    pull(database, [Account("a"), Ticket("t", "a", 1)], "desk")
    with database.read() as connection:
        assert history.features_at(connection, list(rows), known, METRICS) == list(rows.values())


def test_series_are_the_same_whoever_is_read_with_them(database):
    sparse = [Usage("a", DAY - timedelta(days=back), active_users=1) for back in (40, 60, 130)]
    pull(database, [*sparse, Usage("b", DAY, active_users=1)])
    _, together = present(database)
    with database.read() as connection:
        for account, row in together.items():
            assert feature_rows(Asked(connection, PRESENT), [account], METRICS) == [row]
