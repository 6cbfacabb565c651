"""The balance finds nothing in what deliveries leave behind, and each of a hundred defects put into it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from random import Random

import pytest
from sqlalchemy import Connection, delete, insert, select, update

from health.nouns import Notice, Receipt
from store import balance, claims, outbox, runs, settlement, unsettled
from store.balance import Balance, balances
from store.database import Database
from store.installation import set_setting
from store.tables import approvals, chunks, notices, receipts
from store.tables import runs as table
from tests.owed import go_live, notice, pass_time

DEFECTS = 100
DAY = date(2026, 6, 1)
ANSWERS = {
    "sent": Receipt("", "sent", remote="1"),
    "quarantined": Receipt("", "rejected", "msg_too_long"),
    "suppressed": Receipt("", "suppressed", "no_consent"),
    "due": Receipt("", "retry", "status_500", after_s=60),
    "unknown": Receipt("", "unknown", "broken"),
}


@pytest.fixture
def database(emptied_database: Database) -> Database:
    go_live(emptied_database)
    return emptied_database


def planned(connection: Connection, *keys: str, kind: str = "message") -> int:
    run, _ = runs.open_run(connection, runs.FULL, DAY, runs.Basis("", "{}", "p", "1"), 10)
    outbox.plan(connection, run, [notice(f"{run}/{key}", kind=kind) for key in keys])
    return run


def released(connection: Connection, run: int, status: str = "released") -> None:
    runs.decide_release(connection, run, status)
    if status == "released":
        outbox.make_due(connection, run)


def delivered(database: Database, answers: Sequence[str]) -> None:
    """Claim what is due, and answer each in turn."""
    with database.write() as connection:
        held = claims.claim(connection, "sink", len(answers), 30)
        worded = [Notice(**(_fields(each) | {"body": b"words"})) for each in held.notices]
        claims.keep_bodies(connection, held.token, worded)
        claims.mark(connection, held.token, [each.id for each in held.notices], keyed=True)
        tried = [Notice(**(_fields(each) | {"attempt": each.attempt + 1})) for each in held.notices]
        settlement.settle(connection, held.token, list(zip(tried, map(ANSWERS.get, answers), strict=True)))


def _fields(of: Notice) -> dict[str, object]:
    return {name: getattr(of, name) for name in of.__dataclass_fields__}


@pytest.fixture
def history(database: Database) -> Database:
    """Runs of every status, and notices that stand every way one can."""
    with database.write() as connection:
        released(connection, planned(connection, *ANSWERS))
    delivered(database, list(ANSWERS))
    with database.write() as connection:
        released(connection, planned(connection, "a", "b"), "held")
        planned(connection, "open")
        discarded = planned(connection, "c")
        released(connection, discarded, "discarded")
        outbox.suppress_planned(connection, "discarded", discarded)
        outbox.plan(connection, None, [notice("outside")])
        outbox.make_due(connection, None)
        released(connection, planned(connection, "lost", "late", "held"))
    delivered(database, ["sent"])
    with database.write() as connection:
        held = claims.claim(connection, "sink", 2, 30)
        claims.mark(connection, held.token, [held.notices[0].id], keyed=False)
    pass_time(database, 60, [each.key for each in held.notices])
    with database.write() as connection:
        settlement.lapse(connection)
        unsettled.settle(connection, held.notices[0].key, sent=True, actor="operator")
        claims.claim(connection, "sink", 1, 30)
    return database


def found(database: Database) -> list[balance.Defect]:
    with database.read() as connection:
        return list(balance.defects(connection))


def test_nothing_is_found_in_what_deliveries_leave(history):
    assert found(history) == []


def test_each_run_adds_up(history):
    with history.read() as connection:
        told = balances(connection)
    ways = {"sent": 1, "quarantined": 1, "suppressed": 1, "pending": 1, "unknown": 1}
    assert told[0] == Balance(told[0].run, 5, ways)
    assert all(each.adds_up for each in told)
    assert [each.run for each in told][-1] is None


def test_a_state_that_a_newer_one_replaced_is_accounted_for(database):
    with database.write() as connection:
        for _ in range(2):
            run, _ = runs.open_run(connection, runs.FULL, DAY, runs.Basis("", "{}", "p", "1"), 10)
            outbox.plan(connection, run, [notice(f"{run}", thread="t", kind="state")])
            released(connection, run)
        told = balances(connection)
    assert [each.standing for each in told] == [{"replaced": 1}, {"pending": 1}]
    assert found(database) == []


def test_what_was_planned_outside_any_run_is_counted_too(history):
    with history.write() as connection:
        outbox.plan(connection, None, [notice("outside"), notice("another")])
        assert balances(connection)[-1] == Balance(None, 2, {"sent": 1, "pending": 1})
        connection.execute(delete(notices).where(notices.c.key == "another"))
    assert found(history) == [balance.Defect("does_not_add_up", "outside any run")]


def test_a_version_that_does_not_count_is_no_defect(history):
    with history.write() as connection:
        set_setting(connection, "planned_outside", "")
        outbox.plan(connection, None, [notice("first to be counted")])
        assert balances(connection)[-1].owed == 2
        connection.execute(insert(notices).values(key="not counted"))
    assert found(history) == []


@dataclass(frozen=True)
class Wrong:
    """A defect: what it does to one of some notices, or to a run, and what finds it."""

    check: str
    status: Sequence[str]
    change: Callable[[Connection, int], object]


def put(**values: object) -> Callable[[Connection, int], object]:
    return lambda connection, id_: connection.execute(
        update(notices).where(notices.c.id == id_).values(**values)
    )


def lost(connection: Connection, id_: int) -> None:
    connection.execute(delete(receipts).where(receipts.c.notice == id_))
    connection.execute(delete(notices).where(notices.c.id == id_))


def unanswered(connection: Connection, id_: int) -> None:
    connection.execute(delete(receipts).where(receipts.c.notice == id_))


def twice(connection: Connection, id_: int) -> None:
    connection.execute(insert(receipts).values(notice=id_, attempt=2, outcome="sent"))


def undecided(connection: Connection, id_: int) -> None:
    of = select(notices.c.run).where(notices.c.id == id_).scalar_subquery()
    connection.execute(update(table).where(table.c.id == of).values(status="held"))


def of_run(**values: object) -> Callable[[Connection, int], object]:
    def change(connection: Connection, id_: int) -> None:
        of = select(notices.c.run).where(notices.c.id == id_).scalar_subquery()
        connection.execute(update(table).where(table.c.id == of).values(**values))

    return change


def undone(connection: Connection, id_: int) -> None:
    run = connection.execute(select(notices.c.run).where(notices.c.id == id_)).scalar_one()
    connection.execute(insert(chunks).values(run=run, first_account=1, last_account=1))
    connection.execute(update(table).where(table.c.id == run).values(chunks_left=1))


def decided(decision: str, **values: object) -> Callable[[Connection, int], object]:
    """Put a notice somewhere that a person has decided about, or has not."""

    def change(connection: Connection, id_: int) -> None:
        connection.execute(insert(approvals).values(notice=id_, decision=decision))
        if values:
            put(**values)(connection, id_)

    return change


WRONG = (
    Wrong("held_for_nothing", ("due",), put(status="held")),
    Wrong("held_for_nothing", ("due",), decided("approved", status="held")),
    Wrong("left_unapproved", ("sent",), decided("")),
    Wrong("sent_though_refused", ("sent",), decided("rejected")),
    Wrong("does_not_add_up", ("sent", "due", "quarantined", "planned"), lost),
    Wrong("stands_nowhere", ("sent", "due", "planned"), put(status="gone")),
    Wrong("forgotten_by_its_run", ("due",), put(status="planned")),
    Wrong("sent_before_its_run", ("sent", "due", "quarantined", "unknown"), undecided),
    Wrong("sent_without_an_answer", ("sent",), unanswered),
    Wrong("sent_without_an_answer", ("due",), put(status="sent", settled_ms=1, attempt=1)),
    Wrong("answered_and_owed_again", ("sent",), put(status="due", settled_ms=None)),
    Wrong("sent_twice", ("sent",), twice),
    Wrong("laid_aside", ("claimed",), put(lease_ms=1)),
    Wrong("laid_aside", ("due",), put(status="sending", claim="x", lease_ms=None)),
    Wrong("held_by_nobody", ("claimed",), put(claim=None)),
    Wrong("closed_without_an_end", ("sent", "quarantined", "suppressed"), put(settled_ms=None)),
    Wrong("open_after_its_end", ("due", "planned", "claimed"), put(settled_ms=1)),
    Wrong("closed_for_no_reason", ("quarantined", "unknown", "suppressed"), put(reason="")),
    Wrong("sent_without_words", ("sent",), put(body=None)),
    Wrong("sent_without_a_try", ("sent",), put(attempt=0)),
    Wrong("put_aside_without_an_answer", ("quarantined",), unanswered),
    Wrong("chunks_do_not_add_up", ("planned",), of_run(chunks_left=3)),
    Wrong("decided_too_early", ("sent",), undone),
    Wrong("decided_at_no_time", ("sent",), of_run(released_ms=None)),
)


def test_every_check_has_its_defect():
    assert {wrong.check for wrong in WRONG} == {
        *balance._of_notices(), *balance._of_runs()
    }  # fmt: skip


def test_a_hundred_seeded_defects_are_found(history):
    dice = Random(2_026)
    for _ in range(DEFECTS):
        wrong = dice.choice(WRONG)
        with history.write() as connection:
            before = connection.begin_nested()
            wrong.change(connection, dice.choice(candidates(connection, wrong.status)))
            assert wrong.check in {defect.check for defect in balance.defects(connection)}, wrong
            before.rollback()
    assert found(history) == []


def candidates(connection: Connection, statuses: Sequence[str]) -> Sequence[int]:
    """Notices of a run that stand so; not the one that a person settled, who needs no proof."""
    query = select(notices.c.id).where(notices.c.run.is_not(None), notices.c.status.in_(statuses))
    query = query.where(~notices.c.key.like("%/lost")).order_by(notices.c.id)
    return connection.execute(query).scalars().all()
