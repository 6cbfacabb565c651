"""What is past its retention goes in pieces, what something rests on stays, and a kill changes nothing."""

from collections import Counter
from datetime import UTC, date, datetime, time, timedelta

import pytest
from sqlalchemy import func, insert, select, update

from health.records import Account, People, Rate, Ticket, Usage
from store import balance, retention, verdicts
from store.installation import set_setting
from store.runs import FULL
from store.tables import (
    accounts,
    assessments,
    batches,
    bodies,
    facts,
    flags,
    inbox,
    notices,
    overrides,
    past,
    receipts,
    rescored,
    runs,
)
from tests.store.test_facts import pull

TODAY = date(2026, 6, 10)
DAY_MS = 86_400_000
DAYS = {
    "assessments_daily": 35,
    "assessments": 400,
    "usage": 400,
    "people": 400,
    "past_versions": 400,
    "notices": 400,
    "inbox": 30,
}


@pytest.fixture
def database(emptied_database, monkeypatch):
    monkeypatch.setattr(retention, "ROWS", 3)
    monkeypatch.setattr(retention, "ACCOUNTS", 2)
    with emptied_database.write() as connection:
        set_setting(connection, "business_day", TODAY.isoformat())
    return emptied_database


def ago(days: int) -> date:
    return TODAY - timedelta(days=days)


def ms(database, days: int) -> int:
    return database.now() - days * DAY_MS


def piece(database, days=DAYS):
    with database.write() as connection:
        return retention.retain(connection, days)


def whole_round(database, days=DAYS) -> int:
    gone = 0
    while (number := piece(database, days)) is not None:
        gone += number
    return gone


def column(database, of, *where):
    with database.read() as connection:
        return sorted(connection.execute(select(of).where(*where)).scalars())


# -- calls and notices -------------------------------------------------------------------------------


def test_calls_go_once_they_are_stored_and_old(database):
    rows = [(f"old{number}", 31, 7) for number in range(5)] + [("waiting", 31, None), ("young", 29, 7)]
    with database.write() as connection:
        for event, days, batch in rows:
            received = retention.clock(connection) - days * DAY_MS
            row = {"source": "s", "event": event, "body": b"{}", "received_ms": received, "batch": batch}
            connection.execute(insert(inbox).values(row))
    assert whole_round(database) == 5
    assert column(database, inbox.c.event) == ["waiting", "young"]


NOTICES = (
    # key, thread, status, days ago; those that go
    ("gone", "a", "sent", 401),
    ("gone-too", "b", "suppressed", 500),
    ("replaced", "c", "replaced", 401),
    ("fourth", "d", "sent", 420),
    ("in-a-living-thread", "e", "sent", 401),
    ("its-newest", "e", "sent", 10),
    ("in-an-open-thread", "f", "sent", 401),
    ("open", "f", "due", 401),
    ("aside", "g", "quarantined", 401),
    ("doubtful", "h", "unknown", 401),
    ("young", "i", "sent", 399),
)
GONE = {"gone", "gone-too", "replaced", "fourth"}


def owe(database) -> None:
    with database.write() as connection:
        now_ms = retention.clock(connection)
        released = {"as_of": ago(401), "status": "released", "released_ms": 1, "planned": len(NOTICES)}
        run = connection.execute(insert(runs).values(released).returning(runs.c.id)).scalar_one()
        connection.execute(insert(bodies), [{"hash": name, "body": b"x"} for name in ("own", "shared")])
        for key, thread, status, days in NOTICES:
            at = now_ms - days * DAY_MS
            row = {
                "key": key,
                "thread": thread,
                "status": status,
                "run": run,
                "planned_ms": at,
                "reason": "r",
            }
            row |= {"settled_ms": None if status == "due" else at, "attempt": 1}
            row |= {"body": "own" if key == "gone" else "shared"}
            number = connection.execute(insert(notices).values(row).returning(notices.c.id)).scalar_one()
            outcome = "rejected" if status == "quarantined" else status
            connection.execute(insert(receipts).values(notice=number, outcome=outcome, at_ms=at))


def test_notices_go_with_all_that_is_theirs_and_what_is_left_adds_up(database):
    owe(database)
    whole_round(database)
    assert set(column(database, notices.c.key)) == {key for key, *_ in NOTICES} - GONE
    assert len(column(database, receipts.c.id)) == len(NOTICES) - len(GONE)
    assert column(database, bodies.c.hash) == ["shared"]
    with database.read() as connection:
        assert list(balance.defects(connection)) == []
        assert balance.balances(connection)[0].owed == len(NOTICES) - len(GONE)


# -- verdicts ----------------------------------------------------------------------------------------

PEOPLE = range(1, 6)
BACK, SHORT = 80, {"assessments_daily": 10, "assessments": 60}
RESTS = {1: 20, 2: 30, 3: 40, 4: 65, 5: 70}
"""Accounts, and how many days ago there was a verdict on them that something rests on."""


def judge(database) -> None:
    """A full run a day and a second one for account 1, some of which something rests on."""
    of_day = {}
    with database.write() as connection:
        connection.execute(insert(accounts), [{"id": number, "key": f"a{number}"} for number in PEOPLE])
        for back in range(BACK, -1, -1):
            opened = retention.clock(connection) - back * DAY_MS
            row = {
                "as_of": ago(back),
                "kind": FULL,
                "status": "released",
                "opened_ms": opened,
                "released_ms": 1,
            }
            of_day[back] = connection.execute(insert(runs).values(row).returning(runs.c.id)).scalar_one()
            small = insert(runs).values(row | {"kind": "touched"}).returning(runs.c.id)
            made = {of_day[back]: PEOPLE, connection.execute(small).scalar_one(): [1]}
            for run, ids in made.items():
                base = {"as_of": ago(back), "run": run, "coverage": 1.0, "verdict": b""}
                connection.execute(insert(assessments), [{"account": number, **base} for number in ids])
                connection.execute(insert(rescored), [{"account": ids[0], "by_run": run, **base}])
        rest(connection, of_day)


def rest(connection, of_day) -> None:
    flag = {"kind": "at_risk", "reason": "r", "term": "", "account": 1, "run": of_day[RESTS[1]]}
    connection.execute(insert(flags).values(flag))
    told = {"key": "n", "thread": "t", "status": "unknown", "account": 2, "run": of_day[RESTS[2]]}
    connection.execute(insert(notices).values(told | {"reason": "r", "settled_ms": 1}))
    set_ms = retention.clock(connection) - RESTS[3] * DAY_MS + 1
    connection.execute(insert(overrides).values(account=3, set_ms=set_ms, until=TODAY))
    connection.execute(update(accounts).where(accounts.c.id == 4).values(judged_run=of_day[RESTS[4]]))
    closed = {"kind": "growth", "reason": "r", "term": "old", "account": 5, "run": of_day[RESTS[5]]}
    connection.execute(insert(flags).values(closed))


def kept_days(database, account: int) -> Counter[int]:
    days = column(database, assessments.c.as_of, assessments.c.account == account)
    return Counter((TODAY - day).days for day in days)


def whole_days() -> set[int]:
    """Days back of which a whole run is kept: all of the last, then the last of each week and month."""
    daily, oldest = SHORT["assessments_daily"], SHORT["assessments"]
    last = {(ago(back).isocalendar()[:2], ago(back).month): back for back in range(oldest, daily, -1)}
    return {*range(daily + 1), *last.values()}


def test_verdicts_are_kept_by_day_then_by_week_then_only_what_something_rests_on(database, monkeypatch):
    monkeypatch.setattr(retention, "ROWS", 1_000)
    judge(database)
    whole_round(database, SHORT)
    rested = {1: {20}, 2: {30}, 3: {*range(40, 47)}, 4: {65}, 5: {70}}
    for account in PEOPLE:
        assert set(kept_days(database, account)) == whole_days() | rested[account]
    assert kept_days(database, 1)[5] == 2
    assert set(column(database, rescored.c.run)) <= set(column(database, assessments.c.run))
    assert len(column(database, rescored.c.run)) >= 2 * SHORT["assessments_daily"]
    assert_the_book_of_any_day_is_of_the_last_whole_run_before_it(database)


def assert_the_book_of_any_day_is_of_the_last_whole_run_before_it(database):
    before_april = (TODAY - date(2026, 4, 30)).days
    assert before_april in whole_days(), "a month begins with the verdicts of the day before"
    for back in (1, 9, 11, 12, 25, before_april - 1, 55):
        with database.read() as connection:
            stood = connection.execute(select(verdicts.standing_until(ago(back)))).all()
        expected = min(day for day in whole_days() if day > back)
        of_others = {(row.account, (TODAY - row.as_of).days) for row in stood if row.account > 3}
        assert of_others == {(4, expected), (5, expected)}


# -- facts -------------------------------------------------------------------------------------------


def state(database) -> None:
    """Use of five accounts over long, and three versions each of a ticket and a rate, the first two past."""
    for number, back in enumerate((500, 450, 10)):
        use = [
            Usage(f"a{each}", ago(days), active_users=3) for each in range(5) for days in (450, 401, 400, 10)
        ]
        told = [Ticket(f"t{each}", f"a{each}", 1, subject=str(number)) for each in range(5)]
        rates = [Rate(ago(500), "EUR", "USD", 1.0 + number)]
        batch = pull(database, [Account("a0"), *(use if not number else []), *told, *rates])
        with database.write() as connection:
            at = retention_ms(back)
            connection.execute(update(batches).where(batches.c.batch == batch).values(pulled_ms=at))


def retention_ms(back: int) -> int:
    return int(datetime.combine(ago(back), time(12), UTC).timestamp() * 1000)


def test_use_and_past_versions_go_after_their_days_and_what_is_current_stays(database):
    state(database)
    assert whole_round(database) == 10 + 5 + 1
    assert {(TODAY - day).days for day in column(database, facts["usage"].c.day)} == {400, 10}
    assert column(database, past["tickets"].c.subject) == ["1"] * 5
    assert column(database, facts["tickets"].c.subject) == ["2"] * 5
    assert len(column(database, past["rates"].c.batch)) == 1


# -- in pieces ---------------------------------------------------------------------------------------


class KilledError(Exception):
    pass


def killed(database) -> None:
    """Do the next piece, and die before it is committed."""
    with database.write() as connection:
        retention.retain(connection, DAYS)
        raise KilledError


def test_who_did_what_is_forgotten_in_both_versions_of_the_days(database):
    for users in ('{"x":["",{"open":2}]}', '{"y":["",{"open":2}]}'):
        did = [People(f"a{each}", ago(days), acts=users) for each in range(5) for days in (401, 400, 10)]
        pull(database, did)
    assert whole_round(database) == 2 * 5
    for table in (facts["people"], past["people"]):
        assert {(TODAY - day).days for day in column(database, table.c.day)} == {400, 10}


def test_killed_after_every_piece_it_ends_where_it_would_have(database):
    owe(database)
    state(database)
    done = True
    while done:
        with pytest.raises(KilledError):
            killed(database)
        done = piece(database) is not None
    assert set(column(database, notices.c.key)) == {key for key, *_ in NOTICES} - GONE
    assert column(database, past["tickets"].c.subject) == ["1"] * 5
    with database.read() as connection:
        assert list(balance.defects(connection)) == []


def test_a_round_is_made_once_a_day_and_begins_anew_the_next(database):
    state(database)
    assert whole_round(database) > 0
    assert piece(database) is None
    with database.write() as connection:
        set_setting(connection, "retention", "2026-01-01 ")
    assert piece(database) == 0
    assert whole_round(database) == 0


def test_what_is_not_named_is_kept_for_good(database):
    owe(database)
    state(database)
    with database.read() as connection:
        before = connection.execute(select(func.count()).select_from(notices)).scalar_one()
    assert whole_round(database, {}) == 0
    assert len(column(database, notices.c.key)) == before
