"""A company that reads its alerts in Teams: what it is owed, and what a death leaves there."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from pydantic import SecretStr

from config.routes import Person, Route
from health.answers import Answer
from store import deferral, settlement
from store.database import Database
from tests import book
from tests.integrations.teams.rig import address, rig
from tests.owed import go_live, notice, owe, pass_time, rows
from tests.rehearsal import Rehearsal, start_sandbox
from worker import deliver as module
from worker.answers import answer
from worker.deliver import deliver
from worker.deployment import Deployment
from worker.escalation import escalate, follow
from worker.waiting import look
from worker.weekly import weekly_digest

RISK = f"csm/{book.LEAVING}/s-{book.LEAVING}@{book.TERM_START}/at_risk/3"


@pytest.fixture(scope="module")
def teams() -> Iterator[Rehearsal]:
    with start_sandbox({"teams": {"rate": {"per_second": 10_000, "burst": 10_000}}}) as running:
        yield running


@pytest.fixture
def opened(
    emptied_sqlite: Database, teams: Rehearsal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Deployment]:
    """The day before judged, live, with every route into Teams and an owner who would be known in Slack."""
    teams.reset()
    for variable, value in rig(teams).good.items():
        monkeypatch.setenv(variable, value)
    url = emptied_sqlite.url.render_as_string(hide_password=False)
    made = book.deployment(url)
    routes = {
        name: Route(destination="teams", owner=owner)
        for name, owner in (("csm", "success"), ("sales", "sales"), ("ops", "ops"))
    }
    made.routes = made.routes.model_copy(update={**routes, "people": {book.OWNER: Person(slack="U01ANN")}})
    book.judge_eve(made, tmp_path / "eve")
    go_live(made.database)
    book.judge_day(made, tmp_path / "day", book.DAY)
    yield made
    made.database.close()


def cards(teams: Rehearsal) -> list[tuple[str, str]]:
    """Every card by its key and channel, oldest first."""
    return [(effect["key"], effect["channel_or_to"]) for effect in teams.ledger(system="teams")["effects"]]


def test_alerts_are_cards_in_the_channel_of_their_route(opened: Deployment, teams: Rehearsal) -> None:
    due = {
        row.key: row for row in rows(opened.database) if row.destination == "teams" and row.status == "due"
    }
    assert {(row.owner, row.template) for row in due.values()} == {("success", "alert_card")}
    assert deliver(opened, "teams").settled == len(due)
    assert sorted(cards(teams)) == sorted((key, "success") for key in due)
    assert RISK in due


def test_what_slack_alone_can_is_left_out(opened: Deployment) -> None:
    owed = [row for row in rows(opened.database) if row.destination == "teams"]
    assert not any(json.loads(row.payload)["answerable"] for row in owed if row.template == "alert_card")
    deliver(opened, "teams")
    pass_time(opened.database, 40 * 86_400)
    assert (escalate(opened), follow(opened), weekly_digest(opened), look(opened)) == (0, 0, 0, 0)
    assert [row for row in rows(opened.database) if row.destination == "slack"] == []


def test_news_of_an_alert_is_a_further_card_that_names_the_first(
    opened: Deployment, teams: Rehearsal
) -> None:
    deliver(opened, "teams")
    before = len(cards(teams))
    [first] = [row for row in rows(opened.database) if row.key == RISK]
    said = {name: getattr(first, name) for name in ("thread", "destination", "template", "owner", "payload")}
    owe(opened.database, notice("news", **said))
    deliver(opened, "teams")
    [told] = teams.ledger(system="teams")["effects"][before:]
    assert (told["key"], told["thread"]) == ("news", RISK)


@pytest.mark.parametrize(("owner", "told"), [("success", ["success"]), ("another", [])])
def test_what_somebody_answers_by_command_is_told_where_alerts_are_told(
    opened: Deployment, teams: Rehearsal, owner: str, told: list[str]
) -> None:
    deliver(opened, "teams")
    before = len(cards(teams))
    opened.routes = opened.routes.model_copy(update={"csm": Route(destination="teams", owner=owner)})
    with opened.database.write() as connection:
        answer(opened, connection, book.LEAVING, Answer("acknowledge", "ann.lee", book.DAY))
    deliver(opened, "teams")
    news = teams.ledger(system="teams")["effects"][before:]
    assert [(each["channel_or_to"], each["thread"]) for each in news] == [(channel, RISK) for channel in told]
    assert [row.template for row in rows(opened.database)[-len(told) :] if told] == ["alert_card"] * len(told)
    shown = requests.get(f"{teams.http}/view/teams/success", timeout=10).text
    assert ("Taken on" in shown, "ann.lee" in shown) == (bool(told), bool(told))


def test_a_workflow_that_is_gone_is_told_once_and_the_other_channels_go_on(
    opened: Deployment, teams: Rehearsal
) -> None:
    for owner in ("nobody", "sales"):
        owe(opened.database, notice(owner, destination="teams", template="operator_card", owner=owner))
    channels = opened.destination("teams")._settings.channels
    channels["nobody"] = SecretStr(address(teams.http, "nobody"))
    pass_time(opened.database, 3_600, ["nobody", "sales"])
    deliver(opened, "teams")
    stands = {row.key: (row.status, row.reason) for row in rows(opened.database)}
    assert stands["nobody"] == ("due", "workflow_not_found")
    assert stands["sales"] == ("sent", "")
    with opened.database.write() as connection:
        deferral.lift(connection, "teams")
    for number in range(7):
        owe(
            opened.database,
            notice(f"nobody {number}", destination="teams", template="operator_card", owner="nobody"),
        )
    owe(opened.database, notice("sales again", destination="teams", template="operator_card", owner="sales"))
    deliver(opened, "teams")
    stands = {row.key: (row.status, row.reason) for row in rows(opened.database)}
    assert stands["sales again"] == ("sent", ""), "the others go on while one needs a person"
    assert {stands[f"nobody {number}"] for number in range(7)} == {("due", "workflow_not_found")}
    assert "nobody" not in {channel for _key, channel in cards(teams)}
    [told] = [
        effect for effect in teams.ledger(system="teams")["effects"] if effect["channel_or_to"] == "ops"
    ]
    assert told["text"] == "A channel of Teams takes nothing", (
        "operators hear of it in a channel that is well"
    )


@pytest.mark.parametrize("died", ["marked", "delivered"])
def test_a_sender_that_died_leaves_at_most_one_card_twice_and_loses_none(
    opened: Deployment, teams: Rehearsal, monkeypatch: pytest.MonkeyPatch, died: str
) -> None:
    due = {row.key for row in rows(opened.database) if row.destination == "teams" and row.status == "due"}

    def die(name: str) -> None:
        if name == died:
            raise KeyboardInterrupt

    with monkeypatch.context() as dying:
        dying.setattr(module, "failpoint", die)
        with pytest.raises(KeyboardInterrupt):
            deliver(opened, "teams")
    pass_time(opened.database, 900)
    with opened.database.write() as connection:
        settlement.lapse(connection)
    pass_time(opened.database, 900)
    deliver(opened, "teams")
    seen = [key for key, _channel in cards(teams)]
    assert set(seen) == due
    assert len(seen) - len(due) == (died == "delivered")
    assert {row.status for row in rows(opened.database) if row.key in due} == {"sent"}
