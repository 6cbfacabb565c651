"""A manager reads of the week on a Monday morning, once, and of nothing that is not so."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from sqlalchemy import update

from config.routes import Escalation, Person, load_routes
from config.schedule import Schedule
from health.answers import ACKNOWLEDGE, Answer
from store.tables import notices
from templates.render import render
from tests import book
from tests.owed import pass_time, rows
from tests.worker.test_escalation import sent
from worker.answers import answer
from worker.deployment import Deployment
from worker.digests import person_digests
from worker.release import go_live
from worker.tick import tick
from worker.weekly import week_of, weekly_digest

ANN, EVE, CHANNEL = "U01ANN", "U09EVE", "#success-leads"
MONDAY = datetime(2026, 6, 1, 8, 30, tzinfo=UTC)
BERLIN = MONDAY - timedelta(hours=2)


def routes(deployment: Deployment, manager: str, eve: Person | None = None) -> None:
    """Ann looks after all accounts, and Eve may be one of the people."""
    people = {book.OWNER: Person(slack=ANN)} | ({"eve@seller.example": eve} if eve else {})
    changes = {"people": people, "escalation": Escalation(after_hours=24, manager=manager)}
    deployment.routes = load_routes(None).model_copy(update=changes)


@pytest.fixture
def dry(tmp_path: Path, sqlite_url: str) -> Iterator[Deployment]:
    opened = book.deployment(sqlite_url)
    routes(opened, CHANNEL)
    book.judge_eve(opened, tmp_path / "eve")
    yield opened
    opened.database.close()


@pytest.fixture
def live(dry: Deployment, tmp_path: Path) -> Deployment:
    """The day's alerts, told to Ann."""
    go_live(dry)
    book.judge_day(dry, tmp_path / "day", book.DAY)
    sent(dry)
    return dry


def at(deployment: Deployment, monkeypatch: pytest.MonkeyPatch, instant: datetime) -> list[str]:
    """Whom a week was told to, once it is an instant."""
    monkeypatch.setattr("worker.weekly.clock", lambda _connection: int(instant.timestamp() * 1000))
    weekly_digest(deployment)
    return [row.owner for row in rows(deployment.database) if row.template == "week"]


def week(deployment: Deployment) -> dict[str, Any]:
    with deployment.database.read() as connection:
        return json.loads(json.dumps(msgspec.to_builtins(week_of(deployment, connection))))


def test_it_comes_on_monday_from_half_past_eight_once_a_week(live, monkeypatch):
    assert at(live, monkeypatch, MONDAY - timedelta(minutes=1)) == []
    assert at(live, monkeypatch, MONDAY + timedelta(days=1)) == []
    assert at(live, monkeypatch, MONDAY) == [CHANNEL]
    assert at(live, monkeypatch, MONDAY + timedelta(hours=9)) == [CHANNEL]
    assert at(live, monkeypatch, MONDAY + timedelta(days=7)) == [CHANNEL] * 2


@pytest.mark.parametrize(
    ("eve", "instant", "told"),
    [
        (None, MONDAY - timedelta(minutes=1), []),
        (None, MONDAY, [EVE]),
        (Person(slack=EVE, timezone="Europe/Berlin"), BERLIN - timedelta(minutes=1), []),
        (Person(slack=EVE, timezone="Europe/Berlin"), BERLIN, [EVE]),
        (Person(slack=EVE, timezone="America/Los_Angeles"), MONDAY, []),
        (Person(slack=EVE, left=True), MONDAY, []),
    ],
)
def test_it_goes_by_the_clock_of_a_manager_who_is_one_of_the_people(live, monkeypatch, eve, instant, told):
    routes(live, EVE, eve)
    assert at(live, monkeypatch, instant) == told


def test_without_a_manager_and_in_dry_run_none_comes(dry, monkeypatch):
    assert at(dry, monkeypatch, MONDAY) == []
    go_live(dry)
    routes(dry, "")
    assert at(dry, monkeypatch, MONDAY) == []
    routes(dry, CHANNEL)
    assert at(dry, monkeypatch, MONDAY) == [CHANNEL]


def test_several_who_look_at_once_send_one(live, monkeypatch):
    monkeypatch.setattr("worker.weekly.clock", lambda _connection: int(MONDAY.timestamp() * 1000))
    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(lambda _: weekly_digest(live), range(8))) == 1


def test_it_says_what_was_told_and_who_has_it(live):
    told = week(live)
    assert (told["first"], told["last"]) == ("2026-05-26", "2026-06-01")
    assert sum(told["counts"].values()) == len(book.ACCOUNTS)
    assert told["before"] is None
    assert told["overdue"] == []
    (ann,) = told["owners"]
    assert (ann["owner"], ann["told"], ann["taken"], ann["open"]) == (ANN, 3, 0, 3)
    with live.database.write() as connection:
        answer(live, connection, book.UNPAID, Answer(ACKNOWLEDGE, EVE, book.DAY))
    (ann,) = week(live)["owners"]
    assert (ann["told"], ann["taken"], ann["open"]) == (3, 1, 2)


def test_who_has_most_open_comes_first(live):
    theirs = notices.c.thread.like(f"%/csm/{book.UNPAID}/%")
    with live.database.write() as connection:
        connection.execute(update(notices).where(theirs).values(owner="#a"))
    assert [(each["owner"], each["open"]) for each in week(live)["owners"]] == [(ANN, 2), ("#a", 1)]


def test_a_tick_sends_it(live, monkeypatch):
    monkeypatch.setattr("worker.weekly.clock", lambda _connection: int(MONDAY.timestamp() * 1000))
    tick(live, Schedule(pull={}, assess=86_400))
    assert [row.owner for row in rows(live.database) if row.template == "week"] == [CHANNEL]


def test_what_nobody_has_taken_on_in_time_is_overdue_the_most_urgent_first(live):
    with live.database.write() as connection:
        answer(live, connection, book.UNPAID, Answer(ACKNOWLEDGE, EVE, book.DAY))
    sent(live)
    pass_time(live.database, 25 * 3600)
    overdue = [each["account_key"] for each in week(live)["overdue"]]
    assert overdue
    assert overdue[0] == book.LEAVING
    assert book.UNPAID not in overdue


def test_a_week_ago_is_a_week_ago(live):
    book.set_day(live.database, book.DAY + timedelta(days=7))
    told = week(live)
    assert told["before"] == told["counts"]
    words = json.loads(render("week", json.dumps(told)))
    assert "healthy, " in str(words["blocks"])
    assert "a week ago" in str(words["blocks"])


def test_it_keeps_nothing_from_the_digest_of_a_person(live, monkeypatch):
    """A manager who looks after accounts too reads of both."""
    routes(live, ANN)
    assert at(live, monkeypatch, MONDAY) == [ANN]
    assert person_digests(live) == 0
    assert [row.template for row in rows(live.database) if row.owner == ANN].count("digest") == 0
