"""What governance asks, on both databases: arrivals, calls, gates, the record, what waits, coverage."""

from collections.abc import Sequence
from datetime import date
from itertools import count

import pytest
from sqlalchemy import insert, select, update

from store import (
    arrivals,
    audit,
    balance,
    budgets,
    gates,
    matches,
    outbox,
    precision,
    runs,
    sources,
    unsettled,
    users,
)
from store.arrivals import Arrived
from store.budgets import Taken
from store.database import Database
from store.precision import Counted, Coverage
from store.tables import accounts, assessments, batches, book, flags, links, notices, source_accounts
from store.tables import budgets as minutes
from store.tables import runs as table
from store.unsettled import Planned, PlannedMessage, Tallied
from tests.owed import go_live, notice

DAY_MS = 86_400_000
DAY = date(2026, 6, 1)


@pytest.fixture
def database(emptied_database: Database) -> Database:
    return emptied_database


def test_rows_and_rejects_are_of_the_day_up_to_the_last_page(database: Database):
    with database.write() as connection:
        sources.register(connection, "desk")
        sources.register(connection, "silent")
        at = {1: 0, 2: DAY_MS, 3: DAY_MS + 1, 4: 2 * DAY_MS}
        for batch, pulled_ms in at.items():
            made = {"source": "desk", "batch": batch, "rows": 10**batch, "rejects": batch, "repeats": 1}
            connection.execute(insert(batches).values(pulled_ms=pulled_ms, **made))
        sources.failed(connection, "silent", "wrong_key", pause=True)

        found = arrivals.arrived(connection)

    assert found["desk"] == Arrived(11_000, 7, 2, None, None, "", needs_a_person=False)
    assert found["silent"].failure == "wrong_key"
    assert found["silent"].needs_a_person
    assert found["silent"].rows == 0


def test_calls_are_those_of_this_minute(database: Database):
    with database.write() as connection:
        budgets.lease(connection, "now", 3, 10)
        budgets.lease(connection, "before", 4, 10)
        budgets.lease(connection, "now a second", 1, 2, budgets.SECOND_MS)
        connection.execute(update(minutes).where(minutes.c.vendor == "before").values(minute=5))

        assert budgets.taken_lately(connection) == [Taken("before", 0, 10), Taken("now", 3, 10)]


def stopped(database: Database, limit: int, owners: Sequence[str] | None = None) -> list[tuple[str, str]]:
    """Every candidate that gates stopped, page by page."""
    found, after = [], ""
    for _ in range(50):
        with database.read() as connection:
            page = gates.stopped(connection, {}, owners, after, limit)
        found += [(each.key, each.signal) for each in page.found]
        after = page.after
        if not after:
            return found
    raise AssertionError("it has no end")


@pytest.fixture
def gated(database: Database) -> Database:
    """Candidates of three accounts, of which a gate stopped some; their texts sort apart by locale."""
    with database.write() as connection:
        connection.execute(insert(accounts), [{"id": n, "key": f"a{n}", "name": f"N{n}"} for n in (1, 2, 3)])
        shared = {"state": "ok", "why": "suppressed"}
        days = {1: DAY, 2: date(2026, 5, 30), 3: DAY}
        for account, since in days.items():
            for reason in ("B", "a", "é", "_"):
                made = {"account": account, "kind": "at_risk", "reason": reason, "term": "t", "since": since}
                gate = "" if (account, reason) == (3, "_") else "fleet"
                connection.execute(insert(flags).values(gate=gate, **shared, **made))
        row = {"as_of": DAY, "csm_email": "ann@seller.example", "sales_email": "bob@seller.example"}
        connection.execute(insert(book).values(account=2, points=1, **row))
    return database


@pytest.mark.parametrize("limit", [1, 2, 3, 11, 12])
def test_pages_of_gates_follow_without_a_gap_or_a_repeat(gated: Database, limit: int):
    whole = stopped(gated, 50)

    assert stopped(gated, limit) == whole
    assert len(set(whole)) == 11
    assert [key for key, _ in whole] == ["a3"] * 3 + ["a1"] * 4 + ["a2"] * 4
    assert [signal for key, signal in whole if key == "a1"] == ["é", "a", "_", "B"], "byte by byte"


@pytest.mark.parametrize(
    ("owners", "keys"),
    [
        (("ann@seller.example",), {"a2"}),
        (("bob@seller.example", "x@seller.example"), {"a2"}),
        (("x@seller.example",), set()),
        ((), set()),
    ],
)
def test_gates_of_somebody_s_own_accounts(gated: Database, owners: tuple[str, ...], keys: set[str]):
    assert {key for key, _ in stopped(gated, 2, owners)} == keys


def test_the_record_is_read_backwards(database: Database):
    with database.write() as connection:
        for number in range(5):
            audit.record(connection, "tried", f"t{number}", actor=f"w{number % 2}")
        first = audit.page(connection, {}, limit=3)
        second = audit.page(connection, {}, first.after, 3)
        of_one = audit.page(connection, {"actor": "w1", "action": "tried"}, limit=3)

    assert [each.about for each in first.acts] == ["t4", "t3", "t2"]
    assert [each.about for each in second.acts] == ["t1", "t0"]
    assert (second.after, of_one.after) == ("", "")
    assert [each.about for each in of_one.acts] == ["t3", "t1"]


def test_what_waits_is_tallied_and_what_is_over_is_not(database: Database):
    go_live(database)
    with database.write() as connection:
        outbox.plan(connection, None, [notice(f"n{number}") for number in range(8)])
        states = ["planned", "planned", "quarantined", "unknown", "sent", "suppressed", "replaced", "held"]
        for number, status in enumerate(states):
            reason = "why" if status in {"quarantined", "unknown", "held"} else ""
            chosen = update(notices).where(notices.c.key == f"n{number}")
            connection.execute(chosen.values(status=status, reason=reason))

        assert unsettled.tallied(connection) == [
            Tallied("held", "sink", "why", 1),
            Tallied("planned", "sink", "", 2),
            Tallied("quarantined", "sink", "why", 1),
            Tallied("unknown", "sink", "why", 1),
        ]
        assert unsettled.planned(connection) == [Planned("sink", "operator", 2, 0)]
        assert unsettled.planned_messages(connection, 1) == [PlannedMessage(None, None, "operator", "sink")]
        assert [each.key for each in unsettled.listed(connection, ["quarantined", "unknown"], 1)] == ["n2"]


def planned_by(database: Database, *counts: int) -> list[int]:
    """Open runs that plan so many notices each, and return their numbers."""
    keys, made = count(), []
    with database.write() as connection:
        for many in counts:
            run, _ = runs.open_run(connection, runs.FULL, DAY, runs.Basis("", "{}", "p", "1"), 10)
            outbox.plan(connection, run, [notice(f"k{next(keys)}") for _ in range(many)])
            made.append(run)
        outbox.plan(connection, None, [notice("outside")])
    return made


def test_the_last_runs_that_planned_anything_are_balanced_with_what_is_outside(database: Database):
    made = planned_by(database, 2, 1, 0, 3)
    with database.read() as connection:
        assert balance.nth_last(connection, 1) == made[3]
        assert balance.nth_last(connection, 2) == made[1]
        assert balance.nth_last(connection, 4) == 0

        found = balance.balances(connection, balance.nth_last(connection, 2))
        assert [(each.run, each.told) for each in found] == [(made[1], 1), (made[3], 3), (None, 1)]
        assert [each.run for each in balance.balances(connection)] == [made[0], made[1], made[3], None]
        assert connection.execute(select(table.c.id).where(table.c.id == made[2])).scalar_one()


def test_where_users_are_signed_in_is_counted(database: Database):
    with database.write() as connection:
        users.add(connection, "a@seller.example", "csm", "x", own_only=False)
        users.add(connection, "b@seller.example", "csm", "x", own_only=False)
        one = users.find(connection, "a@seller.example")
        assert one is not None
        for token, lasts_ms in {"t1": DAY_MS, "t2": DAY_MS, "over": -1}.items():
            users.begin(connection, one.id, token, "a test", lasts_ms)

        found = users.open_sessions(connection)

    assert [*found] == [one.id]
    assert found[one.id].sessions == 2


def test_coverage_is_of_last_verdicts_by_band_and_kept_as_counted(database: Database):
    with database.write() as connection:
        run, _ = runs.open_run(connection, runs.FULL, DAY, runs.Basis("", "{}", "p", "1"), 10)
        rows = [{"id": n, "key": f"a{n}", "judged_run": run} for n in (1, 2, 3)]
        connection.execute(insert(accounts), rows)
        bands = {1: ("healthy", 1.0), 2: ("healthy", 0.5), 3: ("unknown", 0.25)}
        for account, (band, share) in bands.items():
            made = {"account": account, "as_of": DAY, "run": run, "band": band, "coverage": share}
            connection.execute(insert(assessments).values(verdict=b"", **made))
        found = precision.coverage(connection, 0.6)
        precision.keep(connection, Counted(DAY, [], found))

        assert found == [Coverage("healthy", 2, 0.75, 1), Coverage("unknown", 1, 0.25, 1)]
        assert precision.kept(connection) == Counted(DAY, [], found)


def test_what_is_joined_to_nobody_is_read_page_by_page(database: Database):
    with database.write() as connection:
        for source in ("desk", "Desk"):
            sources.register(connection, source)
            rows = [{"source": source, "external_id": each} for each in ("B", "a", "é")]
            connection.execute(insert(source_accounts), rows)
        whole = [(each.source, each.external_id) for each in matches.unmatched(connection)]
        first = matches.unmatched(connection, 4)
        last = (first[-1].source, first[-1].external_id)
        rest = matches.unmatched(connection, 4, last)

    assert whole == [(source, each) for source in ("Desk", "desk") for each in ("B", "a", "é")]
    assert [(each.source, each.external_id) for each in (*first, *rest)] == whole


def test_what_people_said_stands_with_what_they_parted(database: Database):
    with database.write() as connection:
        sources.register(connection, "desk")
        connection.execute(insert(accounts).values(id=1, key="ours"))
        rows = [{"id": n, "source": "desk", "external_id": f"d{n}"} for n in (1, 2, 3, 4)]
        connection.execute(insert(source_accounts), rows)
        joined = {"account": 1, "from_batch": 1}
        connection.execute(insert(links).values(source_account=1, rule="by_hand", evidence="ann", **joined))
        connection.execute(insert(links).values(source_account=2, rule="domain", to_batch=2, **joined))
        connection.execute(insert(links).values(source_account=3, rule="domain", **joined))

        found = [(each.external_id, each.account, each.actor) for each in matches.by_hand(connection, 9)]

    assert found == [("d1", "ours", "ann"), ("d2", "", "")]
