"""What vendors called in is stored by the next pull, once; a call that says nothing readable is counted."""

from collections.abc import Sequence

import pytest
from sqlalchemy import select

from health.records import Record
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


class Doorbell(Calls):
    """Reads its calls together, and asks the vendor, who may not answer."""

    def __init__(self, error: Exception | None = None) -> None:
        self.error = error
        self.asked: list[int] = []

    def read(self, bodies: Sequence[bytes]) -> tuple[list[Record], int]:
        self.asked.append(len(bodies))
        if self.error:
            raise self.error
        return [record for body in bodies for record in self.parse(body)], 0


def test_calls_that_but_ring_are_read_together(desk):
    desk.use_webhook(VENDOR, bell := Doorbell())
    called(desk, call("e1", "t1"), call("e2", "t2"), call("e3", "t1"))
    assert pull(desk, VENDOR).failure == ""
    assert (tickets(desk), bell.asked) == ({"t1", "t2", "t9"}, [3])


def test_they_wait_while_the_vendor_does_not_answer(desk):
    desk.use_webhook(VENDOR, Doorbell(RetryLater("timeout")))
    called(desk, call("e1", "t1"))
    assert pull(desk, VENDOR).failure == "timeout"
    assert tickets(desk) == set()
    desk.use_webhook(VENDOR, Doorbell())
    assert pull(desk, VENDOR).failure == ""
    assert tickets(desk) == {"t1", "t9"}
