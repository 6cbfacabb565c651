"""What must wait is told as deferred, with the reason; what may leave is not."""

import pytest

from health.nouns import Receipt
from store import claims, deferral, settlement, telemetry, unsettled
from store.database import Database
from store.installation import set_setting
from tests.owed import notice, owe

DUE = {"a": ("due", ""), "b": ("due", ""), "c": ("due", "")}


@pytest.fixture
def database(emptied_database: Database) -> Database:
    owe(emptied_database, notice("a"), notice("b", destination="crm"), notice("c", destination="mail"))
    return emptied_database


def shown(database: Database) -> dict[str, tuple[str, str]]:
    with database.read() as connection:
        return {row.key: (row.status, row.reason) for row in unsettled.owed(connection)}


def test_what_may_leave_is_due(database):
    assert shown(database) == DUE


@pytest.mark.parametrize(
    ("what", "told"),
    [
        (lambda c: deferral.defer(c, "crm", 60, "budget"), {"b": ("deferred", "budget")}),
        (lambda c: deferral.defer(c, "crm", -1, "budget"), {}),
        (lambda c: deferral.pause(c, "mail", 60), {"c": ("deferred", "needs_a_person")}),
        (lambda c: set_setting(c, "paused", "operator"), dict.fromkeys("abc", ("deferred", "paused"))),
    ],
)
def test_what_must_wait_is_deferred_and_says_why(database, what, told):
    with database.write() as connection:
        what(connection)
    assert shown(database) == DUE | told
    with database.read() as connection:
        listed = {one.key: one.reason for one in unsettled.listed(connection, ["deferred"])}
        gauge = next(each for each in telemetry.gauges(connection) if each.name == "notices")
        free = claims.waiting(connection)
    assert listed == {key: why for key, (_, why) in told.items()}
    assert {labels[2] for labels, _ in gauge.samples if labels[1] == "deferred"} == {*listed.values()}
    assert len(free) == 3 - len(told)


def test_one_that_was_put_off_by_itself_is_deferred_too(database):
    with database.write() as connection:
        held = claims.claim(connection, "sink", 1, 30)
        claims.mark(connection, held.token, [held.notices[0].id], keyed=True)
        settlement.settle(connection, held.token, [(held.notices[0], Receipt("a", "retry", "status_500"))])
    assert shown(database)["a"] == ("deferred", "status_500")


def test_a_person_can_go_on_at_once(database):
    with database.write() as connection:
        deferral.defer(connection, "crm", 600, "daily_limit")
        deferral.pause(connection, "crm", 600)
        deferral.lift(connection, "crm")
        assert deferral.why_not(connection, ["crm"]) == {}
