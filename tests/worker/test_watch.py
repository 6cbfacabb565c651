"""A watch: what a process that does its work never shows."""

from collections.abc import Callable
from threading import Event, Thread
from time import monotonic

import pytest

from worker.watch import Watch


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def watch(clock) -> Watch:
    return Watch(deadline_s=600, silence_s=120, clock=clock)


@pytest.mark.parametrize(("after_s", "wrong"), [(600, ""), (601, "pull has run for 601 s")])
def test_a_task_must_end_in_time(watch, clock, after_s, wrong):
    watch.began("a", "pull")
    clock.now = after_s
    assert watch.wrong() == wrong
    watch.ended("a")
    assert watch.wrong() == ""


def test_one_that_ended_says_nothing_of_another(watch, clock):
    watch.began("a", "pull")
    watch.began("b", "assess")
    watch.ended("b")
    clock.now = 700
    assert watch.wrong() == "pull has run for 700 s"


@pytest.mark.parametrize(("after_s", "wrong"), [(120, ""), (121, "its loop has not turned for 121 s")])
def test_a_loop_must_turn_once_it_has(watch, clock, after_s, wrong):
    watch.turned()
    clock.now = after_s
    assert watch.wrong() == wrong


def test_a_loop_that_never_turned_or_rests_is_not_expected_to(watch, clock):
    clock.now = 1_000
    assert watch.wrong() == ""
    watch.turned()
    watch.rests()
    clock.now = 2_000
    assert watch.wrong() == ""


def test_idle_is_how_long_nothing_has_run(watch, clock):
    clock.now = 50
    assert watch.idle_s() == 50
    watch.began("a", "pull")
    clock.now = 90
    assert watch.idle_s() == 0
    watch.ended("a")
    clock.now = 100
    assert watch.idle_s() == 10


def test_a_loop_that_hangs_says_in_which_calls(watch):
    held = Event()

    def hangs() -> None:
        watch.turned()
        held.wait(10)

    loop = Thread(target=hangs)
    loop.start()
    try:
        found = whatever(lambda: watch.where() if "wait" in watch.where() else "")
    finally:
        held.set()
        loop.join(10)

    assert "test_watch.py:" in found
    assert "hangs > threading.py:" in found
    assert watch.where() == "", "a thread that has ended is in none"


def whatever(look: Callable[[], str]) -> str:
    """What comes up in a moment; nothing if it does not."""
    deadline = monotonic() + 10
    while not (found := look()) and monotonic() < deadline:
        pass
    return found
