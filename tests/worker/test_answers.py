"""What colleagues answer to alerts: what stands changes once, and its message says so once."""

import json
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import cast

import pytest
from sqlalchemy import insert, select

from health.answers import Answer
from integrations.desk import Desk, Form, Press, Question
from store.answers import locked
from store.tables import answers, audit, dismissals, flags, notices, play_outcomes, threads
from templates.render import render
from tests import book
from tests.owed import rows
from tests.store.locks import anybody_waits
from worker.answers import answer
from worker.deployment import Deployment
from worker.desk import OLD, Faulty, filled, pressed
from worker.release import go_live

REMOTE = "C01SUCCESS:1780300800.000000"
ANN, BOB = "U01ANN", "U02BOB"
THREAD = f"slack/#customer-success/csm/{book.UNPAID}/s-{book.UNPAID}@{book.TERM_START}"


@pytest.fixture
def told(tmp_path: Path, eve_url: str) -> Iterator[Deployment]:
    yield from _told(tmp_path, eve_url)


@pytest.fixture
def told_on_postgresql(tmp_path: Path, postgresql_url: str) -> Iterator[Deployment]:
    opened = book.deployment(postgresql_url)
    book.judge_eve(opened, tmp_path / "eve")
    opened.database.close()
    yield from _told(tmp_path, postgresql_url)


def _told(folder: Path, url: str) -> Iterator[Deployment]:
    """A day of which the alert about an unpaid invoice stands in Slack."""
    opened = book.deployment(url)
    go_live(opened)
    opened.use_desk("slack", cast("Desk", None))
    book.judge_day(opened, folder / "day", book.DAY)
    with opened.database.write() as connection:
        connection.execute(insert(threads).values(thread=THREAD, remote=REMOTE))
    yield opened
    opened.database.close()


def press(answer: str = "acknowledge", who: str = ANN, remote: str = REMOTE, call: str = "") -> Press:
    return Press(call or f"call {who} {answer}", who, remote, answer, "trigger")


def form(answer: str, who: str = ANN, remote: str = REMOTE, call: str = "V1", **values: str) -> Form:
    return Form(call, who, remote, answer, values)


def stands(deployment: Deployment, key: str = book.UNPAID) -> set[tuple[str, str]]:
    """The account's flags of risk, each with its state."""
    with deployment.database.read() as connection:
        query = select(flags.c.reason, flags.c.state).where(
            flags.c.kind == "at_risk", flags.c.term.like(f"%{key}@%")
        )
        return {(row.reason, row.state) for row in connection.execute(query)}


def shown(deployment: Deployment) -> list[dict[str, object]]:
    """What the thread was told by answers, as Slack is told it."""
    return [
        json.loads(render(row.template, row.payload))
        for row in rows(deployment.database)
        if row.thread == THREAD and "/answer/" in row.key
    ]


def buttons(message: dict[str, object]) -> list[str]:
    blocks = message["blocks"]
    assert isinstance(blocks, list)
    return [each["action_id"] for block in blocks if block["type"] == "actions" for each in block["elements"]]


def test_who_acknowledges_takes_it_on_and_the_message_says_so(told):
    assert pressed(told, "slack", press()) == ""
    assert stands(told) == {("failed_payment", "acknowledged")}
    (message,) = shown(told)
    assert message["news"] == f"*Taken on* by <@{ANN}>, Jun 1, 2026"
    assert [row.status for row in rows(told.database) if "/answer/" in row.key] == ["due"]
    with told.database.read() as connection:
        last = connection.execute(select(audit).order_by(audit.c.id.desc())).first()
    assert (last.actor, last.action, last.about) == (ANN, "alert_acknowledged", book.UNPAID)


def test_the_second_is_told_who_has_it_and_nobody_else_is_told_anything(told):
    pressed(told, "slack", press())
    assert pressed(told, "slack", press(who=BOB)) == f"<@{ANN}> has taken it on already, on Jun 1, 2026."
    assert pressed(told, "slack", press(call="again")) == "You have taken it on already, on Jun 1, 2026."
    assert len(shown(told)) == 1


def test_two_at_the_same_moment_one_has_it(told_on_postgresql):
    told = told_on_postgresql
    said = Answer("acknowledge", ANN, book.DAY)
    with ThreadPoolExecutor(1) as pool:
        with told.database.write() as first, told.database.read() as watch:
            assert answer(told, first, book.UNPAID, said).before is None
            second = pool.submit(pressed, told, "slack", press(who=BOB))
            until = time.monotonic() + 10
            while not (second.done() or anybody_waits(watch)):
                assert time.monotonic() < until
        assert second.result() == f"<@{ANN}> has taken it on already, on Jun 1, 2026."
    assert len(shown(told)) == 1


def test_the_same_call_again_changes_nothing(told):
    for _ in range(3):
        filled(told, "slack", form("snooze", reason="on holiday", **{"for": "7"}))
    assert len(shown(told)) == 1
    with told.database.read() as connection:
        assert len(connection.execute(select(answers)).all()) == 1


def test_what_needs_more_is_asked_back_and_nothing_changes_meanwhile(told):
    for name in ("snooze", "dismiss", "done", "assign"):
        assert isinstance(pressed(told, "slack", press(name)), Question)
    assert stands(told) == {("failed_payment", "firing")}
    assert pressed(told, "slack", press("something else")) == ""
    with told.database.read() as connection:
        assert connection.execute(select(answers)).all() == []


def test_a_form_opens_while_somebody_writes(told):
    """A judge's unit of work may take longer than the 3 s for which Slack lets a form be opened."""
    with told.database.write() as judging:
        assert locked(judging, book.UNPAID)
        assert isinstance(pressed(told, "slack", press("snooze")), Question)


def test_a_snooze_is_silent_until_its_day_and_the_message_says_why(told):
    filled(told, "slack", form("snooze", reason="they pay  on\nMonday", **{"for": "7"}))
    assert stands(told) == {("failed_payment", "snoozed")}
    (message,) = shown(told)
    assert message["news"] == f"*Snoozed until Jun 8, 2026* by <@{ANN}>, Jun 1, 2026: they pay on Monday"
    assert buttons(message) == ["acknowledge", "snooze", "dismiss", "done", "assign"]
    with told.database.read() as connection:
        until = connection.execute(select(flags.c.until).where(flags.c.state == "snoozed")).scalar_one()
    assert until == book.DAY + timedelta(days=7)


def test_what_is_no_risk_is_closed_and_has_no_buttons_left(told):
    filled(told, "slack", form("dismiss", reason="paid by cheque"))
    assert stands(told) == {("failed_payment", "resolved")}
    (message,) = shown(told)
    assert message["news"] == f"*Closed as no risk* by <@{ANN}>, Jun 1, 2026: paid by cheque"
    assert buttons(message) == []
    assert "closed, no risk" in json.dumps(message["blocks"])
    with told.database.read() as connection:
        row = connection.execute(select(dismissals)).one()
    assert (row.rule, row.reason, row.actor) == ("failed_payment", "paid by cheque", ANN)


def test_what_was_done_is_counted_for_its_play(told):
    filled(told, "slack", form("done", outcome="kept"))
    assert stands(told) == {("failed_payment", "acknowledged")}
    assert shown(told)[0]["news"] == f"*Done* by <@{ANN}>, Jun 1, 2026: they stay"
    with told.database.read() as connection:
        row = connection.execute(select(play_outcomes)).one()
    assert (row.signal, row.outcome, row.actor) == ("failed_payment", "kept", ANN)


def test_who_it_is_assigned_to_is_named(told):
    filled(told, "slack", form("assign", to=BOB))
    assert shown(told)[0]["news"] == f"*Assigned to <@{BOB}>* by <@{ANN}>, Jun 1, 2026"
    assert stands(told) == {("failed_payment", "firing")}


@pytest.mark.parametrize(
    ("given", "field"),
    [
        (form("snooze", reason="x", **{"for": "365"}), "for"),
        (form("snooze", reason="x", **{"for": "window"}), "for"),
        (form("snooze", reason=" \n ", **{"for": "7"}), "reason"),
        (form("dismiss", reason=""), "reason"),
        (form("dismiss"), "reason"),
        (form("done", outcome="won"), "outcome"),
        (form("assign"), "to"),
        (form("nothing of ours"), "reason"),
    ],
)
def test_what_cannot_be_taken_is_said_beside_its_field_and_changes_nothing(told, given, field):
    with pytest.raises(Faulty) as caught:
        filled(told, "slack", given)
    assert list(caught.value.faults) == [field]
    assert stands(told) == {("failed_payment", "firing")}
    assert shown(told) == []


@pytest.mark.parametrize("remote", ["C01SUCCESS:1.000000", "", "C01SUCCESS:"])
def test_a_message_that_is_none_of_ours_changes_nothing(told, remote):
    assert pressed(told, "slack", press(remote=remote)) == OLD
    with pytest.raises(Faulty):
        filled(told, "slack", form("dismiss", remote=remote, reason="x"))


def test_on_a_message_that_a_newer_one_followed_nothing_can_be_answered(told):
    newer = THREAD.replace("2025", "2026")
    with told.database.write() as connection:
        row = connection.execute(select(notices).where(notices.c.thread == THREAD)).one()
        same = {
            name: row._mapping[name] for name in ("destination", "kind", "template", "account", "payload")
        }
        connection.execute(insert(notices).values(key="k", thread=newer, status="sent", **same))
        connection.execute(insert(threads).values(thread=newer, remote="C01SUCCESS:2.000000"))
    assert pressed(told, "slack", press()) == OLD
    assert stands(told) == {("failed_payment", "firing")}


def test_an_answer_to_an_alert_that_has_closed_meanwhile_is_told_so(told):
    filled(told, "slack", form("dismiss", reason="paid by cheque"))
    assert pressed(told, "slack", press(who=BOB)) == OLD
    with pytest.raises(Faulty) as caught:
        filled(told, "slack", form("snooze", BOB, call="V2", reason="x", **{"for": "7"}))
    assert "nothing is left to answer" in str(caught.value.faults)
    assert len(shown(told)) == 1
