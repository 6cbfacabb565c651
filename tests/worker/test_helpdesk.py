"""What support is owed: fields of organizations where they changed, one note a term at each open ticket."""

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from cli.opened import judge_waiting
from health.records import Identifier, Record, Ticket
from integrations.roles import Page
from integrations.vitals import Vitals
from store.tables import flags
from store.tickets import open_tickets
from tests import book
from tests.owed import go_live, rows
from worker.deployment import Deployment
from worker.helpdesk import MOST_TICKETS
from worker.pipeline import open_run, pull

LINKED = tuple(account for account in book.ACCOUNTS if account != book.UNPAID)
OPENED = datetime(2026, 5, 20, 9, tzinfo=UTC)


def organization(account: str) -> str:
    return f"9{account[1:]}"


def ticket(number: int, account: str, status: str = "open", solved_ms: int | None = None) -> Ticket:
    opened_ms = int(OPENED.timestamp() + number) * 1_000
    return Ticket(str(number), organization(account), opened_ms, solved_ms=solved_ms, status=status)


FIRST = (
    ticket(501, book.LEAVING),
    ticket(502, book.LEAVING, "pending"),
    ticket(503, book.LEAVING, "solved", 1_780_000_000_000),
    ticket(504, book.LEAVING, "closed"),
    ticket(505, book.RENEWING),
    ticket(506, "a7"),
)


class Desk:
    """A help desk with an organization for all accounts but one."""

    def __init__(self) -> None:
        self.tickets: tuple[Record, ...] = FIRST

    def check(self) -> None:
        """Always well."""

    def pull(self, _cursor: str | None) -> Sequence[Page]:
        names = [Identifier(organization(account), "our_id", account) for account in LINKED]
        return [Page([*names, *self.tickets], "end")]

    @property
    def vitals(self) -> Vitals:
        return Vitals()

    def close(self) -> None:
        """Nothing is open."""


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
def opened(emptied_sqlite, tmp_path: Path, desk: Desk) -> Iterator[Deployment]:
    """The day before judged, live, with a help desk."""
    made = book.deployment(emptied_sqlite.url.render_as_string(hide_password=False))
    made.routes = made.routes.model_copy(update={"helpdesk": "zendesk"})
    made.use_source("zendesk", desk)
    book.set_day(made.database, book.DAY_BEFORE)
    assert pull(made, "zendesk").failure == ""
    book.judge_day(made, tmp_path / "eve", book.DAY_BEFORE)
    go_live(made.database)
    yield made
    made.database.close()


def owed(deployment: Deployment, kind: str) -> list[object]:
    return [row for row in rows(deployment.database) if row.kind == kind and row.destination == "zendesk"]


def noted(deployment: Deployment) -> list[str]:
    """The tickets that get a note, in the order planned."""
    return [row.owner for row in owed(deployment, "message")]


def judge(deployment: Deployment) -> None:
    open_run(deployment, "full")
    judge_waiting(deployment)


def news(deployment: Deployment, tmp_path: Path) -> None:
    book.judge_day(deployment, tmp_path / "day", book.DAY)


def test_every_account_with_an_organization_has_its_state_and_no_other(opened) -> None:
    found = {row.owner: json.loads(row.payload) for row in owed(opened, "state")}
    assert {owner: said["account_key"] for owner, said in found.items()} == {
        organization(account): account for account in LINKED
    }
    said = found["90"]
    assert (said["band"], said["renewal_on"], said["revenue_band"]) == ("healthy", str(book.LATER), "1k_10k")
    assert {row.template for row in owed(opened, "state")} == {"helpdesk"}


def test_while_nothing_changes_nothing_is_owed(opened) -> None:
    before = len(owed(opened, "state"))
    judge(opened)
    assert len(owed(opened, "state")) == before


def test_open_tickets_of_an_account_at_risk_get_a_note_and_no_others(opened, tmp_path) -> None:
    assert noted(opened) == []
    news(opened, tmp_path)
    found = owed(opened, "message")
    assert [row.owner for row in found] == ["502", "501"]
    said = json.loads(found[0].payload)
    assert (said["organization"], said["owner_name"]) == (organization(book.LEAVING), "Ann Lee")
    assert any("cancel" in line for line in said["evidence"])
    assert {row.template for row in found} == {"note"}


def test_a_note_is_written_once_a_term_however_often_it_is_judged(opened, tmp_path) -> None:
    news(opened, tmp_path)
    before = {row.key for row in owed(opened, "message")}
    judge(opened)
    assert {row.key for row in owed(opened, "message")} == before
    assert all(key.startswith(f"support/{book.LEAVING}/s-{book.LEAVING}@") for key in before)


def test_a_ticket_that_is_opened_later_gets_one_too(opened, tmp_path, desk: Desk) -> None:
    news(opened, tmp_path)
    desk.tickets = (*FIRST, ticket(507, book.LEAVING, "new"))
    assert pull(opened, "zendesk").failure == ""
    judge_waiting(opened)
    assert noted(opened) == ["502", "501", "507"]


def test_of_many_tickets_the_newest_get_one(opened, tmp_path, desk: Desk) -> None:
    desk.tickets = tuple(ticket(600 + at, book.LEAVING) for at in range(MOST_TICKETS + 5))
    assert pull(opened, "zendesk").failure == ""
    news(opened, tmp_path)
    assert noted(opened) == [str(600 + at) for at in reversed(range(5, MOST_TICKETS + 5))]


def test_while_its_alert_is_snoozed_a_ticket_gets_none(opened, tmp_path, desk: Desk) -> None:
    news(opened, tmp_path)
    with opened.database.write() as connection:
        connection.execute(flags.update().where(flags.c.kind == "at_risk").values(state="snoozed"))
    desk.tickets = (*FIRST, ticket(507, book.LEAVING, "new"))
    assert pull(opened, "zendesk").failure == ""
    judge_waiting(opened)
    assert "507" not in noted(opened)


def test_without_a_help_desk_nothing_is_owed_there(opened, tmp_path) -> None:
    before = len(owed(opened, "state"))
    opened.routes = opened.routes.model_copy(update={"helpdesk": ""})
    news(opened, tmp_path)
    assert (len(owed(opened, "state")), noted(opened)) == (before, [])
    with opened.database.read() as connection:
        assert open_tickets(connection, "", 0, 2**62) == {}
