"""Verdicts: what is read is what was found, whatever measures have come and gone since."""

import json
from dataclasses import replace
from datetime import date

import msgspec
import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import bindparam, insert, select, update

from health.decide import Previous
from health.features import PaymentFact, TicketFact
from health.nouns import NOT_APPLICABLE, Assessment, Inputs
from health.rules import NUMBERS, TEXTS
from store import runs, schema, verdicts
from store.database import Database
from store.runs import Basis
from store.tables import accounts, assessments
from store.tables import runs as runs_table
from tests.health.examples import AS_OF, account, assess

BASIS = Basis(pulse="{}", known='{"files": 3}', policy_hash="p", engine_version="1")
COMPRESSED_BYTES = 2_000
"""PostgreSQL compresses rows from about here on, which takes longer than all else about them."""
PAGED = 1_000
"""Verdicts that the migration converts at a time."""

STEADY = assess(account())
UNPAID = assess(account(payments=(PaymentFact("i", date(2025, 5, 1), "failed", attempts=2),)))
LEAVING = assess(account(tickets=(TicketFact("t", AS_OF, subject="Please cancel our contract"),)))


def keep(database: Database, *judged: Assessment, names: tuple[str, ...] = NUMBERS) -> int:
    """Store verdicts in a run whose inputs have these names."""
    with database.write() as connection:
        connection.execute(
            insert(accounts),
            [{"id": each.account, "key": str(each.account), "fresh": 1} for each in judged],
        )
        number, _ = runs.open_run(connection, runs.FULL, AS_OF, BASIS, 10)
        connection.execute(
            update(runs_table).where(runs_table.c.id == number).values(inputs=json.dumps(names))
        )
        run = runs.load(connection, number)
        ids = [each.account for each in judged]
        verdicts.keep(connection, run, min(ids), max(ids), [verdicts.packed(run, each) for each in judged])
    return number


def read(database: Database, key: str = "1") -> Assessment:
    with database.read() as connection:
        found = verdicts.verdict(connection, key)
    assert found is not None
    assert (found.policy_hash, found.engine_version, found.known) == ("p", "1", '{"files": 3}')
    return found.assessment


@pytest.mark.parametrize("judged", [STEADY, UNPAID, LEAVING], ids=["steady", "unpaid", "leaving"])
def test_what_is_read_is_what_was_found(emptied_database, judged):
    keep(emptied_database, judged)
    assert read(emptied_database) == judged
    assert {type(value) for value in judged.inputs.values()} == {float, type(None), type(NOT_APPLICABLE)}


def test_the_examples_have_all_that_a_verdict_can_have():
    assert UNPAID.signals
    assert LEAVING.undecided
    assert STEADY.term
    assert {STEADY.band, LEAVING.band} == {"healthy", "at_risk"}


def test_inputs_go_by_the_names_of_their_run(emptied_database):
    names = ("idle_days", "dropped_since", "seats")
    keep(emptied_database, STEADY, names=names)
    inputs = read(emptied_database).inputs
    assert inputs == {"idle_days": STEADY.inputs["idle_days"], "dropped_since": None, "seats": 20.0}


def test_texts_are_kept_by_the_names_of_their_run_and_those_that_facts_quote_not_twice(emptied_database):
    judged = replace(STEADY, traits=STEADY.traits | {"plan": "Plan of its own", "customer_type": "school"})
    keep(emptied_database, judged)
    assert read(emptied_database).traits == judged.traits
    assert judged.traits.keys() == set(TEXTS)
    with emptied_database.read() as connection:
        (packed,) = connection.execute(select(assessments.c.verdict)).scalars()
    assert packed.count(str(judged.traits["active_wording"]).encode()) == 2  # of the facts, and of a reason


def test_a_run_that_names_no_inputs_keeps_none(emptied_database):
    keep(emptied_database, STEADY, names=())
    assert read(emptied_database) == replace(STEADY, inputs=Inputs((), ()))


def test_the_verdict_before_is_that_of_the_last_run(emptied_database):
    keep(emptied_database, STEADY, replace(UNPAID, account=2))
    with emptied_database.read() as connection:
        found = verdicts.previous(connection, 1, 2)
        alone = verdicts.previous(connection, 2, 9)
        book = verdicts.book(connection)
    assert found == {each: Previous(v.band, v.score.points, v.band) for each, v in ((1, STEADY), (2, UNPAID))}
    assert set(alone) == {2}
    assert [verdict.assessment for verdict in book] == [STEADY, replace(UNPAID, account=2)]


@pytest.mark.parametrize("judged", [STEADY, UNPAID, LEAVING], ids=["steady", "unpaid", "leaving"])
def test_a_verdict_is_small_enough_to_be_stored_as_it_is(emptied_database, judged):
    number = keep(emptied_database, judged)
    with emptied_database.read() as connection:
        *_, rest = verdicts.packed(runs.load(connection, number), judged)
    assert len(rest) < COMPRESSED_BYTES * 0.9


def test_verdicts_of_before_are_read_after_migrating(database):
    early = [replace(STEADY, account=n) for n in range(1, PAGED)]
    late = [replace(UNPAID, account=PAGED), replace(LEAVING, account=PAGED + 1)]
    first, second = keep(database, *early), keep(database, *late)
    with database.write() as connection:
        alembic = Config(attributes={"connection": connection})
        alembic.set_main_option("script_location", str(schema.MIGRATIONS))
        command.downgrade(alembic, "0004")
        named = update(assessments).where(assessments.c.account == bindparam("of"))
        connection.execute(
            named.values(verdict=bindparam("packed")),
            [{"of": each.account, "packed": as_of_before(each)} for each in (*early, *late)],
        )
    assert schema.migrate(database) == schema.newest()
    with database.read() as connection:
        book = verdicts.book(connection)
    assert [each.assessment for each in book] == [replace(each, traits={}) for each in (*early, *late)]
    assert [each.run for each in book] == [first] * len(early) + [second] * len(late)


def as_of_before(judged: Assessment) -> bytes:
    """Return a verdict as it was packed when its inputs had their names with them."""
    return msgspec.msgpack.encode(replace(judged, inputs=dict(judged.inputs)))
