"""What vendors called in is stored by the next pull, once; a call that says nothing readable is counted."""

import pytest
from sqlalchemy import select

from integrations.errors import RetryLater
from store import inbox
from store.tables import facts
from tests.calls import VENDOR, Calls, Desk, call
from worker import pipeline, tick
from worker.bell import NO_SLOT
from worker.pipeline import pull


@pytest.fixture
def deployment(deployment_on_both):
    return deployment_on_both


@pytest.fixture
def desk(deployment):
    deployment.use_source(VENDOR, Desk())
    deployment.use_webhook(VENDOR, Calls())
    return deployment


def called(deployment, *bodies: bytes) -> None:
    with deployment.database.write() as connection:
        for number, body in enumerate(bodies):
            assert inbox.append(connection, VENDOR, f"{body!r}{number}", body)


def tickets(deployment) -> set[str]:
    with deployment.database.read() as connection:
        return set(connection.execute(select(facts["tickets"].c.ticket_id)).scalars())


def test_calls_are_stored_before_the_vendor_is_asked(desk):
    called(desk, call("e1", "t1"), call("e2", "t2"))
    done = pull(desk, VENDOR)
    assert (done.rows, done.rejects, done.failure) == (3, 0, "")
    assert tickets(desk) == {"t1", "t2", "t9"}
    assert pull(desk, VENDOR).rows == 1, "a call is stored once"


def test_calls_are_stored_though_the_vendor_does_not_answer(desk):
    desk.use_source(VENDOR, Desk(RetryLater("timeout")))
    called(desk, call("e1", "t1"))
    assert pull(desk, VENDOR).failure == "timeout"
    assert tickets(desk) == {"t1"}


def test_a_call_that_cannot_be_read_is_counted_and_holds_up_nobody(desk):
    called(desk, call("e1", ""), call("e2", "t2"))
    assert pull(desk, VENDOR).rejects == 1
    assert tickets(desk) == {"t2", "t9"}
    with desk.database.read() as connection:
        assert inbox.called(connection) == []


def test_many_calls_are_stored_in_parts(desk, monkeypatch):
    monkeypatch.setattr(pipeline, "CALLS_A_PAGE", 2)
    called(desk, *(call(f"e{n}", f"t{n}") for n in range(5)))
    assert pull(desk, VENDOR).rows == 6


def test_a_bell_that_was_lost_rings_again_until_the_calls_are_stored(desk, bell):
    tick._answer_calls(desk)
    assert bell.rung == []
    called(desk, call("e1"))
    tick._answer_calls(desk)
    tick._answer_calls(desk)
    assert bell.rung == [(f"pull {VENDOR}", NO_SLOT)], "once a minute"
    pull(desk, VENDOR)
    bell.rung.clear()
    tick._answer_calls(desk)
    assert bell.rung == []
