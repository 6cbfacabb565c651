"""A person is told of so many alerts a day; the rest stands in one ranked digest in their morning."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from config.routes import Person, load_routes
from health.nouns import Notice
from store import told
from templates.render import render
from tests import book
from tests.owed import go_live, notice, owe, pass_time, rows
from tests.templates.examples import EXAMPLES, payload
from tests.worker.test_deliver import Scripted
from worker.deliver import deliver
from worker.deployment import Deployment
from worker.digests import person_digests

ANN, BOB = "U01ANN", "U02BOB"
MORNING = datetime(2026, 6, 2, 6, 30, tzinfo=UTC).timestamp()
"""Half past eight in Berlin."""


@pytest.fixture
def day(tmp_path: Path, sqlite_url: str) -> Iterator[Deployment]:
    """A book that is judged, and Ann in Berlin, who takes two alerts a day."""
    opened = book.deployment(sqlite_url)
    people = {book.OWNER: Person(slack=ANN, timezone="Europe/Berlin"), "b@seller.example": Person(slack=BOB)}
    opened.routes = load_routes(None).model_copy(update={"people": people, "alerts_a_day": 2})
    book.judge_eve(opened, tmp_path / "eve")
    go_live(opened.database)
    yield opened
    opened.database.close()


def alert(key: str, account: int, owner: str = ANN, stake: int = 0, **more: object) -> Notice:
    """An alert of an account in a thread of its own."""
    words = json.dumps(json.loads(payload(EXAMPLES["alert"])) | more)
    made = notice(key, f"slack/{owner}/csm/{key}/t", "slack", template="alert", owner=owner, payload=words)
    return replace(made, account=account, stake=stake)


def sent(day: Deployment) -> list[str]:
    """What Slack takes of what is due."""
    destination = Scripted()
    day._destinations["slack"] = destination
    deliver(day, "slack")
    return [each.key for call in destination.calls for each in call]


def states(day: Deployment) -> dict[str, str]:
    of_accounts = [row for row in rows(day.database) if row.account]
    return {row.key: row.reason if row.status == "suppressed" else row.status for row in of_accounts}


def at(day: Deployment, monkeypatch: pytest.MonkeyPatch, instant: float) -> list[dict[str, object]]:
    """The digests that come when it is an instant."""
    monkeypatch.setattr("worker.digests.clock", lambda _connection: int(instant * 1000))
    person_digests(day)
    digests = [row for row in rows(day.database) if row.template == "digest" and row.owner in {ANN, BOB}]
    return [json.loads(row.payload) for row in digests]


def test_what_has_most_at_stake_is_told_and_the_rest_kept(day):
    owe(day.database, alert("small", 1), alert("large", 2, stake=9_000), alert("middle", 3, stake=500))
    assert sent(day) == ["large", "middle"]
    assert states(day) == {"small": told.OVER_BUDGET, "large": "sent", "middle": "sent"}


def test_what_is_urgent_is_told_however_much_there_was(day):
    owe(day.database, alert("a", 1), alert("b", 2), alert("c", 3, severity="high"))
    assert set(sent(day)) == {"a", "b", "c"}


def test_news_of_what_was_told_is_none_more(day):
    owe(day.database, alert("a", 1), alert("b", 2))
    sent(day)
    owe(day.database, replace(alert("a2", 1), thread=alert("a", 1).thread))
    assert sent(day) == ["a2"]


def test_the_end_of_what_nobody_was_told_of_is_told_to_nobody(day):
    owe(day.database, alert("a", 1), alert("b", 2), alert("c", 3))
    assert sent(day) == ["a", "b"]
    owe(day.database, *(ended(key, number) for number, key in enumerate("abc", 1)))
    assert sent(day) == ["a over", "b over"]
    assert states(day)["c over"] == "never_told"


def ended(key: str, account: int) -> Notice:
    """The end of an alert, in its thread."""
    return replace(alert(key, account), key=f"{key} over", template="recovered")


def test_a_budget_is_of_a_person_and_of_a_day(day):
    owe(day.database, alert("a", 1), alert("b", 2), alert("c", 3, BOB), alert("d", 4, "#customer-success"))
    assert len(sent(day)) == 4
    owe(day.database, alert("e", 5))
    assert sent(day) == []
    pass_time(day.database, 86_400)
    owe(day.database, alert("f", 6))
    assert sent(day) == ["f"]


def test_one_digest_in_the_morning_ranks_what_was_kept(day, monkeypatch):
    owe(day.database, *(alert(f"k{n}", n, stake=1_000 - n) for n in range(1, 7)))
    assert len(sent(day)) == 2
    assert at(day, monkeypatch, MORNING - 60) == []
    (digest,) = at(day, monkeypatch, MORNING)
    assert [row["account_key"] for row in digest["rows"]] == sorted(book.ACCOUNTS)[2:6]
    assert {row["currency"] for row in digest["rows"]} == {"EUR"}
    assert "4 more accounts that changed" in json.loads(render("digest", json.dumps(digest)))["text"]
    assert len(at(day, monkeypatch, MORNING + 3_600)) == 1
    assert sent(day) == [f"digest/2026-06-02/{ANN}"]


def test_all_that_was_kept_is_counted_and_not_only_what_is_listed(day, monkeypatch):
    monkeypatch.setattr("worker.digests.DIGEST_ROWS", 3)
    owe(day.database, *(alert(f"k{n}", n, stake=1_000 - n) for n in range(1, 7)))
    sent(day)
    (digest,) = at(day, monkeypatch, MORNING)
    assert (len(digest["rows"]), digest["more"]) == (3, 1)
    text = json.loads(render("digest", json.dumps(digest)))["text"]
    assert text.startswith("3 more accounts that changed, and 1 beside:")


def test_where_nothing_was_kept_no_digest_comes(day, monkeypatch):
    owe(day.database, alert("a", 1))
    sent(day)
    assert at(day, monkeypatch, MORNING) == []


def test_what_a_digest_told_is_not_told_again(day, monkeypatch):
    owe(day.database, *(alert(f"k{n}", n) for n in range(1, 4)))
    sent(day)
    pass_time(day.database, 3_600)
    assert len(at(day, monkeypatch, MORNING)) == 1
    tomorrow = MORNING + timedelta(days=1).total_seconds()
    assert len(at(day, monkeypatch, tomorrow)) == 1


def test_who_is_no_longer_one_of_the_people_gets_none(day, monkeypatch):
    owe(day.database, *(alert(f"k{n}", n) for n in range(1, 4)))
    sent(day)
    day.routes = load_routes(None)
    assert at(day, monkeypatch, MORNING) == []


def test_a_batch_in_hand_is_counted_in_its_order(day):
    """All of a batch are prepared before any is sent: each counts those before it."""
    owe(day.database, *(alert(f"k{n}", n, stake=100 - n) for n in range(1, 6)))
    assert sent(day) == ["k1", "k2"]
