"""Colleagues named by an address alone: found in Slack, told in person, stood in for once they are gone."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from sqlalchemy import update

from config.routes import Escalation, Person, Routes, load_routes
from integrations.errors import IntegrationError, Misconfigured, Rejected, RetryLater
from store import colleagues as kept
from store.tables import colleagues
from tests import book
from tests.owed import rows
from tests.worker.test_escalation import BACKUP, BOB, CHANNEL, later, owners, sent
from worker.colleagues import A_TURN, find, routed
from worker.deployment import Deployment
from worker.escalation import follow
from worker.release import go_live

ANN, MANAGER, BOSS = "U07ANN", "boss@seller.example", "U08BOSS"
WEEK_MS = 7 * 86_400_000


class Slack:
    """A destination that knows people by their address; who it refuses is an error."""

    batch_size, keyed = 5, True

    def __init__(self, **people: str | IntegrationError) -> None:
        self.people = {f"{name.replace('_', '.')}@seller.example": each for name, each in people.items()}
        self.asked: list[str] = []

    def person(self, address: str) -> str:
        self.asked.append(address)
        found = self.people.get(address, "")
        if isinstance(found, IntegrationError):
            raise found
        return found


def by_address(**changes: object) -> Routes:
    people = {book.OWNER: Person(backup=BACKUP), BACKUP: Person(slack=BOB)}
    return load_routes(None).model_copy(update={"people": people, **changes})


@pytest.fixture
def eve(tmp_path: Path, sqlite_url: str) -> Iterator[Deployment]:
    """The day before, live; Ann, to whom all accounts belong, is named by her address alone."""
    opened = book.deployment(sqlite_url)
    opened.routes = by_address()
    book.judge_eve(opened, tmp_path / "eve")
    go_live(opened)
    yield opened
    opened.database.close()


def asking(deployment: Deployment, slack: Slack) -> list[str]:
    """Look for whom it is time to look for, and return whom Slack was asked about."""
    deployment._destinations["slack"] = slack  # type: ignore[assignment]  # it is asked, and sent nothing
    find(deployment)
    return slack.asked


def a_week_on(deployment: Deployment) -> None:
    with deployment.database.write() as connection:
        connection.execute(update(colleagues).values(asked_ms=colleagues.c.asked_ms - WEEK_MS))


def operators(deployment: Deployment) -> list[str]:
    found = [row for row in rows(deployment.database) if row.thread.endswith(("colleagues", "asked"))]
    return [str(row.payload) for row in found]


@pytest.mark.parametrize(
    ("people", "reached"),
    [({"ann_lee": ANN}, ANN), ({}, BOB), ({"ann_lee": RetryLater("timeout")}, BOB)],
)
def test_an_alert_reaches_who_was_found_and_else_whoever_stands_in(eve, tmp_path, people, reached):
    assert asking(eve, Slack(**people)) == [book.OWNER]
    book.judge_day(eve, tmp_path / "day", book.DAY)
    assert owners(eve) == [reached]


def test_slack_is_asked_once_and_then_what_is_known_holds(eve):
    assert asking(eve, Slack(ann_lee=ANN)) == [book.OWNER]
    assert asking(eve, Slack()) == []
    a_week_on(eve)
    assert asking(eve, Slack(ann_lee=RetryLater("rate_limited"))) == [book.OWNER]
    with eve.database.read() as connection:
        assert kept.found(connection)[book.OWNER].id == ANN
    assert asking(eve, Slack(ann_lee=ANN)) == [book.OWNER]


def test_what_they_were_told_follows_once_their_account_is_deactivated(eve, tmp_path):
    asking(eve, Slack(ann_lee=ANN))
    book.judge_day(eve, tmp_path / "day", book.DAY)
    sent(eve)
    assert follow(eve) == 0
    a_week_on(eve)
    asking(eve, Slack())
    assert follow(eve) > 0
    assert owners(eve) == [ANN, ANN, BOB]


def test_what_nobody_takes_on_climbs_to_a_manager_named_by_address(eve, tmp_path):
    people = {**by_address().people, MANAGER: Person()}
    escalation = Escalation(after_hours=24, manager=MANAGER)
    eve.routes = by_address(people=people, escalation=escalation)
    asking(eve, Slack(ann_lee=ANN, boss=BOSS))
    book.judge_day(eve, tmp_path / "day", book.DAY)
    sent(eve)
    for _ in range(5):
        later(eve)
    assert owners(eve) == [ANN, BOB, CHANNEL, BOSS]


@pytest.mark.parametrize(
    ("find_owners", "asked", "reached"), [(True, [book.OWNER], ANN), (False, [], CHANNEL)]
)
def test_an_owner_who_is_none_of_people_is_looked_for_only_if_routes_say_so(
    eve, tmp_path, find_owners, asked, reached
):
    eve.routes = load_routes(None).model_copy(update={"find_owners": find_owners})
    assert asking(eve, Slack(ann_lee=ANN)) == asked
    book.judge_day(eve, tmp_path / "day", book.DAY)
    assert owners(eve) == [reached]


def test_operators_hear_once_of_those_whom_nobody_is(eve):
    asking(eve, Slack())
    a_week_on(eve)
    asking(eve, Slack())
    (told,) = operators(eve)
    assert book.OWNER in told


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (Misconfigured("missing_scope", "slack: the app lacks a scope; it needs users:read.email"), True),
        (RetryLater("rate_limited"), False),
    ],
)
def test_that_slack_may_not_be_asked_is_told_once_and_never_taken_for_nobody(eve, error, told):
    for _ in range(2):
        asking(eve, Slack(ann_lee=error))
    found = operators(eve)
    assert len(found) == told
    assert all("users:read.email" in each for each in found)
    with eve.database.read() as connection:
        assert kept.due(connection, {book.OWNER}, 1) == [book.OWNER]


def test_an_address_that_slack_cannot_read_holds_up_no_other(eve):
    people: Mapping[str, Person] = {f"p{n}@seller.example": Person() for n in range(A_TURN + 5)}
    eve.routes = by_address(people=dict(people))
    slack = Slack(p0=Rejected("invalid_arguments"))
    assert len(asking(eve, slack)) == A_TURN
    assert set(asking(eve, slack)) == set(people)


def test_routes_are_made_anew_only_where_something_changed(eve):
    with eve.database.write() as connection:
        before = routed(eve, connection)
        assert routed(eve, connection) is before
        kept.keep(connection, book.OWNER, ANN)
        assert routed(eve, connection).is_person(ANN)
        eve.routes = load_routes(None)
        assert routed(eve, connection) is eve.routes
