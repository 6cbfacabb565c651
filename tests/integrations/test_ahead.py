"""Pages asked for ahead come in their order, stop where they fail, and leave no thread behind."""

import threading
from collections.abc import Iterator
from contextlib import closing
from itertools import count, islice

import pytest

from integrations.ahead import AT_ONCE, ahead

PATIENCE_S = 10.0


class Pages:
    """Answers each number with itself, but the first only as soon as ``together`` are asked for at once."""

    def __init__(self, together: int = 1, failing: frozenset[int] = frozenset()) -> None:
        self.asked: list[int] = []
        self.most = self._flying = 0
        self._failing = failing
        self._met = threading.Barrier(together)
        self._lock = threading.Lock()

    def ask(self, number: int) -> int:
        with self._lock:
            self.asked.append(number)
            self._flying += 1
            self.most = max(self.most, self._flying)
        if number > 1:
            self._met.wait(PATIENCE_S)
        with self._lock:
            self._flying -= 1
        if number in self._failing:
            raise ValueError(number)
        return number


@pytest.fixture(autouse=True)
def _no_thread_is_left() -> Iterator[None]:
    yield
    assert [thread.name for thread in threading.enumerate() if thread.name.startswith("ahead")] == []


def test_answers_come_in_the_order_of_their_numbers_though_the_last_answers_first():
    answered = {number: threading.Event() for number in range(2, 12)}

    def ask(number: int) -> int:
        later = answered.get(number + 1)
        if later and number % 3 == 0:
            assert later.wait(PATIENCE_S)
        answered.get(number, threading.Event()).set()
        return number

    assert list(ahead(ask, range(1, 11))) == [*range(1, 11)]


@pytest.mark.parametrize("at_once", [1, 3, AT_ONCE])
def test_as_many_are_in_flight_as_may_be_and_no_more(at_once: int):
    pages = Pages(together=at_once)
    assert list(ahead(pages.ask, range(1, 2 + 3 * at_once), at_once)) == [*range(1, 2 + 3 * at_once)]
    assert pages.most == at_once


def test_the_first_is_asked_alone_and_nothing_before_somebody_wants_it():
    pages = Pages()
    answers = ahead(pages.ask, count(1))
    assert pages.asked == []
    with closing(answers):
        assert next(iter(answers)) == 1
        assert pages.asked == [1]


@pytest.mark.parametrize("number", [0, 1, 2, 9, 10])
def test_a_listing_of_few_pages_is_read_to_its_end(number: int):
    assert list(ahead(Pages().ask, range(1, number + 1))) == [*range(1, number + 1)]


def test_no_more_are_asked_for_than_may_be_ahead_of_a_slow_reader():
    pages = Pages()
    with closing(ahead(pages.ask, count(1), 4)) as answers:
        for read in islice(answers, 5):
            assert len(pages.asked) <= read + 4
    assert len(pages.asked) <= 5 + 4


@pytest.mark.parametrize("failing", [{3}, {3, 4, 5}, {3, 7}])
def test_what_went_before_an_error_comes_before_it(failing: set[int]):
    pages = Pages(failing=frozenset(failing))
    read: list[int] = []
    with pytest.raises(ValueError, match=r"^3$"):
        read.extend(ahead(pages.ask, range(1, 20)))
    assert read == [1, 2]
    assert max(pages.asked) <= 2 + AT_ONCE


def test_of_two_errors_the_one_with_the_lower_number_is_raised_though_it_comes_later():
    failed = threading.Event()

    def ask(number: int) -> int:
        if number == 4:
            failed.set()
            raise ValueError(number)
        if number == 3:
            assert failed.wait(PATIENCE_S)
            raise ValueError(number)
        return number

    with pytest.raises(ValueError, match=r"^3$"):
        list(ahead(ask, range(1, 9)))


def test_nothing_is_asked_any_more_once_something_has_failed():
    failed = threading.Event()
    numbers = count(1)

    def ask(number: int) -> int:
        if number == 9:
            failed.set()
            raise ValueError(number)
        if number == 2:
            assert failed.wait(PATIENCE_S)
        return number

    with pytest.raises(ValueError, match=r"^9$"):
        list(ahead(ask, numbers))
    assert next(numbers) < 1 + AT_ONCE + 4  # of the seven that were read, some may have been so before


@pytest.mark.parametrize("pages", [1, 2, 5, 30])
def test_who_stops_at_any_page_leaves_no_thread_behind(pages: int):
    held = Pages()
    with closing(ahead(held.ask, count(1))) as answers:
        assert list(islice(answers, pages)) == [*range(1, pages + 1)]
    assert len(held.asked) <= pages + AT_ONCE


def test_a_reader_that_breaks_leaves_no_thread_behind():
    pages = Pages()

    def read() -> None:
        with closing(ahead(pages.ask, count(1))) as answers:
            for number in answers:
                assert number < 4

    with pytest.raises(AssertionError):
        read()
    assert len(pages.asked) <= 4 + AT_ONCE
