"""When nothing is open of what a task was about, the task is done: once, and only where there is one."""

import json
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace as changed
from sqlalchemy import insert

from config.routes import Route
from health.answers import DISMISS, Answer
from health.features import Features
from health.nouns import Assessment, Flag, Inputs, Notice, Score, Why
from store.tables import threads
from templates.payload import Spoken
from templates.render import render
from tests import book
from tests.owed import notice, owe, rows
from tests.templates.examples import ALERT, EXPANSION, payload
from tests.worker import test_records as crm
from worker import ended
from worker.answers import answer
from worker.deployment import Deployment
from worker.letters import Verdict
from worker.release import go_live

opened, judge = crm.opened, crm.judge
AS_OF, TERM, OLDER = date(2026, 6, 1), "s@2026-03-01", "s@2025-03-01"
ROOM, RISK = f"hubspot/91/sales/A/expansion/{TERM}", f"hubspot/91/csm/A/{TERM}"


def flag(kind: str, state: str, reason: str = "one", term: str = TERM, why: Why = Why.RECOVERED) -> Flag:
    return Flag(7, kind, reason, term, state, why, since=AS_OF)


def task(
    thread: str, content: Spoken = EXPANSION, template: str = "expansion_task", key: str = "1"
) -> Notice:
    said = payload(content)
    return notice(f"{thread}/{key}", thread, "hubspot", template=template, owner="91", payload=said)


@pytest.fixture
def told(deployment: Deployment) -> Deployment:
    """A CRM in which there is a task to each of sales and CSM."""
    to_crm = Route(destination="hubspot")
    deployment.routes = deployment.routes.model_copy(update={"sales": to_crm, "csm": to_crm})
    owe(deployment.database, task(ROOM), task(RISK, ALERT, "alert_task"))
    with deployment.database.write() as connection:
        connection.execute(insert(threads), [{"thread": each, "remote": "5"} for each in (ROOM, RISK)])
    return deployment


def owed(
    deployment: Deployment,
    changed_flags: Sequence[Flag],
    standing: Sequence[Flag] = (),
    told_threads: frozenset[str] = frozenset(),
    record: str = "91",
) -> list[Notice]:
    judged = Assessment(7, AS_OF, Score(9_000, 9_000, 9_000, 1.0, ()), "healthy", Inputs((), ()), term=TERM)
    flags = [*changed_flags, *standing]
    verdict = Verdict(3, Features(7, "A", "Acme"), judged, None, {"hubspot": record}, flags=flags)
    with deployment.database.read() as connection:
        return list(ended.notices(deployment, connection, verdict, changed_flags, told_threads))


@pytest.mark.parametrize(
    ("changed_flags", "standing", "over"),
    [
        ([flag("expansion", "resolved")], [], [ROOM]),
        ([flag("expansion", "ok", why=Why.SUPPRESSED)], [], [ROOM]),
        ([flag("expansion", "resolved")], [flag("expansion", "firing", "two")], []),
        ([flag("expansion", "resolved")], [flag("at_risk", "firing")], [ROOM]),
        ([flag("expansion", "firing")], [], []),
        ([flag("expansion", "resolved", term=OLDER)], [], []),
        ([flag("at_risk", "resolved")], [flag("expansion", "firing")], [RISK]),
        ([flag("at_risk", "resolved")], [flag("renewal_window", "firing", "90")], []),
        ([flag("renewal_window", "resolved", "90")], [], [RISK]),
        ([flag("licensing", "resolved")], [], []),
        ([flag("expansion", "resolved"), flag("at_risk", "resolved")], [], [ROOM, RISK]),
        ([], [], []),
    ],
)
def test_a_task_is_done_once_nothing_of_it_is_open(told, changed_flags, standing, over) -> None:
    found = owed(told, changed_flags, standing)
    assert [each.thread for each in found] == over
    assert [each.key for each in found] == [f"{thread}/ended/3" for thread in over]
    for each in found:
        said, before = (
            json.loads(render(each.template, each.payload)),
            {ROOM: EXPANSION, RISK: ALERT}[each.thread],
        )
        assert said == json.loads(render(each.template, payload(before))) | {"done": True}, (
            "in the same words"
        )
        assert (each.destination, each.owner, each.account) == ("hubspot", "91", 7)


OVER = [flag("expansion", "resolved")]


def test_where_no_task_is_there_none_is_ended(told: Deployment) -> None:
    assert owed(told, OVER, record="92") == []
    assert owed(told, OVER, told_threads=frozenset({ROOM})) == []
    told.routes = told.routes.model_copy(update={"sales": Route(destination="slack", owner="#sales")})
    assert owed(told, OVER) == []


def test_it_is_ended_once(told: Deployment) -> None:
    owe(told.database, task(ROOM, changed(EXPANSION, ended=True), key="2"))
    assert owed(told, OVER) == []


# -- day by day ----------------------------------------------------------------------------------------


def done(deployment: Deployment) -> dict[str, list[bool]]:
    """Of each record whether its tasks' messages say that they are done, in order."""
    found: dict[str, list[bool]] = {}
    for row in rows(deployment.database):
        if row.destination == "hubspot" and row.kind == "message":
            found.setdefault(row.owner, []).append(json.loads(render(row.template, row.payload))["done"])
    return found


def alarmed(deployment: Deployment, folder: Path) -> None:
    """Let a day's alerts be tasks that the CRM has taken."""
    go_live(deployment)
    book.judge_day(deployment, folder / "day", book.DAY)
    with deployment.database.write() as connection:
        for row in rows(deployment.database):
            if row.destination == "hubspot" and row.kind == "message":
                connection.execute(insert(threads).values(thread=row.thread, remote=row.owner))


def test_what_recovers_is_done_and_what_somebody_dismisses_too(opened: Deployment, tmp_path: Path) -> None:
    alarmed(opened, tmp_path)
    assert done(opened) == {"91": [False], "93": [False]}
    with opened.database.write() as connection:
        said = Answer(DISMISS, "ann", book.DAY, detail="a test of theirs")
        answer(opened, connection, book.LEAVING, said)
    assert done(opened) == {"91": [False, True], "93": [False]}
    book.set_day(opened.database, book.DAY + timedelta(days=1))
    judge(opened)
    assert done(opened)["91"] == [False, True], "it is not opened again in its term"


def test_a_recovery_that_is_told_ends_its_task_in_the_same_message(
    opened: Deployment, tmp_path: Path
) -> None:
    alarmed(opened, tmp_path)
    book.set_day(opened.database, book.DAY + timedelta(days=1))
    after = book.write(tmp_path / "after", news=True)
    tickets = after / "tickets.csv"
    tickets.write_text(
        tickets.read_text().replace("Please cancel our subscription", "Please change our address")
    )
    book.judge_folder(opened, after, book.DAY + timedelta(days=1))
    assert done(opened) == {"91": [False, True], "93": [False]}
    assert {row.template for row in rows(opened.database)} >= {"alert_task", "recovered_task"}
