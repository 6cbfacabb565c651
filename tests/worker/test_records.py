"""What a CRM is owed: states of records that changed, tasks at the record, and nothing without a record."""

import json
import re
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from cli.opened import judge_waiting
from config.routes import Route
from health.records import Identifier
from integrations.roles import Page
from integrations.vitals import Vitals
from store import matches, verdicts
from store.tables import notices
from tests import book
from tests.owed import go_live, rows
from worker.deployment import Deployment
from worker.pipeline import open_run, pull

LINKED = tuple(account for account in book.ACCOUNTS if account != book.UNPAID)


class Crm:
    """A CRM with a record for all accounts but one, and one that is nobody's."""

    def check(self) -> None:
        """Always well."""

    def pull(self, _cursor: str | None) -> Sequence[Page]:
        records = [Identifier(f"9{account[1:]}", "our_id", account) for account in LINKED]
        return [Page([*records, Identifier("777", "our_id", "a prospect")], "end")]

    @property
    def vitals(self) -> Vitals:
        return Vitals()

    def close(self) -> None:
        """Nothing is open."""


@pytest.fixture
def opened(emptied_sqlite, tmp_path: Path) -> Deployment:
    """The day before judged, live, with a CRM for records and for the CSM's tasks."""
    url = emptied_sqlite.url.render_as_string(hide_password=False)
    made = book.deployment(url)
    made.routes = made.routes.model_copy(update={"record": "hubspot", "csm": Route(destination="hubspot")})
    made.use_source("hubspot", Crm())
    book.set_day(made.database, book.DAY_BEFORE)
    assert pull(made, "hubspot").failure == ""
    book.judge_day(made, tmp_path / "eve", book.DAY_BEFORE)
    yield made
    made.database.close()


def owed(deployment: Deployment, kind: str) -> list[object]:
    return [row for row in rows(deployment.database) if row.kind == kind and row.destination == "hubspot"]


def judge(deployment: Deployment) -> None:
    open_run(deployment, "full")
    judge_waiting(deployment)


def written(deployment: Deployment) -> None:
    """Let the CRM have taken all that is due."""
    from store import states  # noqa: PLC0415 - where it is used

    with deployment.database.write() as connection:
        due = [row for row in rows(deployment.database) if row.status in {"planned", "due"}]
        connection.execute(notices.update().where(notices.c.kind == "state").values(status="sent"))
        states.keep_written(connection, [row for row in due if row.kind == "state"])


def test_every_account_with_a_record_has_its_state_and_no_other(opened):
    states = owed(opened, "state")
    assert {(row.owner, json.loads(row.payload)["account_key"]) for row in states} == {
        (f"9{account[1:]}", account) for account in LINKED
    }
    with opened.database.read() as connection:
        assert matches.without_record(connection, "hubspot") == [book.UNPAID]
        assert [each.external_id for each in matches.unmatched(connection)] == ["777"]


def test_a_state_says_the_verdict_in_fields(opened):
    said = next(json.loads(row.payload) for row in owed(opened, "state") if row.owner == "90")
    assert (said["band"], said["account_key"], said["utilisation_pct"]) == ("healthy", "a0", 88)
    assert (said["expansion"], said["renewal_on"]) == (False, str(book.LATER))
    assert re.fullmatch(r"Of so few seats utilisation is likely between \d+ and \d+ %\.", said["likely"])


def test_while_nothing_changes_nothing_is_owed(opened):
    go_live(opened.database)
    before = len(owed(opened, "state"))
    judge(opened)
    assert len(owed(opened, "state")) == before
    written(opened)
    judge(opened)
    assert len(owed(opened, "state")) == before


def test_that_a_source_is_behind_is_not_written_to_the_crm(opened):
    written(opened)
    go_live(opened.database)
    before = {row.key for row in owed(opened, "state")}
    book.set_day(opened.database, book.DAY_BEFORE + timedelta(days=4))
    judge(opened)
    with opened.database.read() as connection:
        stale = [verdict.assessment.facts.get("stale") for verdict in verdicts.book(connection)]
    assert stale == [f"files, complete through {book.DAY_BEFORE - timedelta(days=1)}"] * len(book.ACCOUNTS)
    news = {row.owner for row in owed(opened, "state") if row.key not in before}
    assert news == {f"9{book.RENEWING[1:]}"}  # whose renewal comes nearer, and so its priority rises


def test_what_changed_is_owed_anew(opened, tmp_path):
    written(opened)
    go_live(opened.database)
    before = {row.key: (row.owner, row.payload) for row in owed(opened, "state")}
    book.judge_day(opened, tmp_path / "day", book.DAY)
    news = {row.owner: row.payload for row in owed(opened, "state") if row.key not in before}
    assert json.loads(news["91"])["band"] == "at_risk"
    assert not set(news.items()) & set(before.values())


def test_a_task_stands_at_the_record_and_without_one_nowhere(opened, tmp_path):
    go_live(opened.database)
    book.judge_day(opened, tmp_path / "day", book.DAY)
    tasks = {row.owner: (row.template, row.thread) for row in owed(opened, "message")}
    assert set(tasks) == {"91", "93"}
    assert {template for template, _ in tasks.values()} == {"alert_task"}
    assert {json.loads(row.payload)["owner"] for row in owed(opened, "message")} == {book.OWNER}
    assert book.UNPAID not in {row.key.split("/")[1] for row in owed(opened, "message")}
