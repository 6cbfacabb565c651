"""The event log of a day is read by the numbers of its pages, several at once, and by cursor beyond them."""

from collections.abc import Iterator
from contextlib import closing
from datetime import date
from itertools import count, islice
from threading import Barrier, Lock
from threading import enumerate as threads

import pytest

from integrations.ahead import AT_ONCE
from integrations.budget import Budget
from integrations.errors import RetryLater
from integrations.keygen import client as module
from integrations.keygen.client import KeygenClient
from integrations.keygen.settings import KeygenSettings
from tests.integrations.keygen import company
from tests.integrations.keygen.account import SLUG, TOKEN, Json, content, event, uuid
from tests.integrations.keygen.conftest import Account

DAY = date(2026, 11, 18)
SIZE = 4


@pytest.fixture(autouse=True)
def _no_thread_is_left() -> Iterator[None]:
    yield
    assert [each.name for each in threads() if each.name.startswith("ahead")] == []


def log(rows: int) -> Json:
    """An account with so many validations on a day, a second apart."""
    made = (
        event(n, 1, "VALID", f"{DAY}T{n // 3600:02}:{n // 60 % 60:02}:{n % 60:02}", succeeded=True)
        for n in range(1, rows + 1)
    )
    return content(policies=company.POLICIES, licenses=company.LICENSES, eventLogs=list(made))


def newest_first(rows: int) -> list[str]:
    return [uuid("e", n) for n in range(rows, 0, -1)]


def client(keygen: Account, budget: Budget | None = None, page_size: int = SIZE) -> KeygenClient:
    given = {"token": TOKEN, "account": SLUG, "base_url": f"{keygen.sandbox.http}/keygen"}
    return KeygenClient(KeygenSettings(**given, page_size=page_size), budget or keygen.calls)


@pytest.fixture
def opened(keygen: Account) -> Iterator[KeygenClient]:
    with closing(client(keygen)) as made:
        yield made


def read(opened: KeygenClient) -> list[str]:
    return [row.id for page in opened.validations(DAY) for row in page.data]


@pytest.mark.parametrize("rows", [0, 1, SIZE - 1, SIZE, SIZE + 1, 2 * SIZE, 9 * SIZE, 9 * SIZE + 3, 80])
def test_every_row_comes_once_and_newest_first(keygen: Account, opened: KeygenClient, rows: int):
    keygen.hold(log(rows))
    assert read(opened) == newest_first(rows)


@pytest.mark.parametrize("rows", [5 * SIZE - 1, 5 * SIZE, 5 * SIZE + 1, 9 * SIZE + 1])
def test_what_has_no_number_any_more_comes_by_cursor(
    keygen: Account, opened: KeygenClient, monkeypatch: pytest.MonkeyPatch, rows: int
):
    monkeypatch.setattr(module, "MOST_NUMBERED", 5)
    keygen.hold(log(rows))
    assert read(opened) == newest_first(rows)


def test_the_stand_in_numbers_as_many_pages_as_keygen_and_no_more(keygen: Account):
    keygen.hold(log(150))
    with closing(client(keygen, page_size=1)) as opened:
        assert read(opened) == newest_first(150)


def test_a_single_page_costs_a_single_call(keygen: Account, opened: KeygenClient):
    keygen.hold(log(SIZE - 1))
    read(opened)
    assert keygen.calls.calls == 1


def test_each_call_is_one_of_the_budget(keygen: Account, opened: KeygenClient):
    keygen.hold(log(20 * SIZE))
    read(opened)
    needed, beyond = 21, 2 * AT_ONCE  # those in flight at the end, and before a wish to wait if there was one
    assert needed <= keygen.calls.calls <= needed + beyond


@pytest.mark.parametrize("pages", [1, 2, 5])
def test_who_leaves_a_listing_asks_no_more_of_it(keygen: Account, opened: KeygenClient, pages: int):
    keygen.hold(log(40 * SIZE))
    with closing(opened.validations(DAY)) as listed:
        found = [row.id for page in islice(listed, pages) for row in page.data]
    assert found == newest_first(40 * SIZE)[: pages * SIZE]
    assert keygen.calls.calls <= pages + AT_ONCE


class Together:
    """A budget that lets none of those behind the first go before all that may be in flight have asked."""

    def __init__(self) -> None:
        self._numbers = count()
        self._lock = Lock()
        self._met = Barrier(AT_ONCE)

    def take(self, calls: int) -> float:
        del calls
        with self._lock:
            number = next(self._numbers)
        if 1 <= number <= AT_ONCE:
            self._met.wait(10)
        return 0.0


def test_as_many_pages_are_in_flight_as_may_be(keygen: Account):
    keygen.hold(log((1 + 2 * AT_ONCE) * SIZE - 1))
    with closing(client(keygen, Together())) as opened, closing(opened.validations(DAY)) as listed:
        assert len([*islice(listed, AT_ONCE)]) == AT_ONCE


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ("500", "status_500"),
        ("truncated", "not_json"),
        ("emptied", "unexpected_answer"),
        ("wrong_types", "unexpected_answer"),
        ("again", "repeated_page"),
    ],
)
@pytest.mark.parametrize("at", [2, 3, 7])
def test_pages_before_a_bad_one_come_and_then_its_error(
    keygen: Account, opened: KeygenClient, fault: str, reason: str, at: int
):
    keygen.hold(log(12 * SIZE))
    keygen.sandbox.faults("keygen", fault, on=f"page%5Bnumber%5D={at}&")
    found: list[str] = []
    with pytest.raises(RetryLater) as caught:
        found.extend(row.id for page in opened.validations(DAY) for row in page.data)
    assert caught.value.reason == reason
    assert found == newest_first(12 * SIZE)[: (at - 1) * SIZE]


def test_a_last_page_that_lost_its_rows_is_not_taken_for_the_end(keygen: Account, opened: KeygenClient):
    keygen.hold(log(3 * SIZE + 2))
    keygen.sandbox.faults("keygen", "emptied", on="page%5Bnumber%5D=4&")
    assert read(opened) == newest_first(3 * SIZE + 2)


def test_a_wait_in_the_middle_is_waited_for_once_and_nothing_is_lost(
    keygen: Account, opened: KeygenClient, monkeypatch: pytest.MonkeyPatch
):
    waits: list[float] = []
    monkeypatch.setattr(module, "sleep", waits.append)
    keygen.hold(log(12 * SIZE))
    keygen.sandbox.faults("keygen", "429", on="page%5Bnumber%5D=5&", retry_after=7, times=2)
    opened.patience_s = 20.0
    assert read(opened) == newest_first(12 * SIZE)
    assert (waits, opened.patience_s) == ([7.0, 7.0], 6.0)


class Spending:
    """A budget of few calls, which somebody fills up whenever it is waited for."""

    def __init__(self, calls: int) -> None:
        self.left = self._calls = calls
        self._lock = Lock()

    def take(self, calls: int) -> float:
        with self._lock:
            if self.left < calls:
                return 3.0
            self.left -= calls
            return 0.0

    def fill(self, _seconds: float) -> None:
        self.left = self._calls


def test_a_budget_that_runs_out_in_between_is_waited_for(keygen: Account, monkeypatch: pytest.MonkeyPatch):
    budget = Spending(5)
    monkeypatch.setattr(module, "sleep", budget.fill)
    keygen.hold(log(12 * SIZE))
    with closing(client(keygen, budget)) as opened:
        opened.patience_s = 300.0
        assert read(opened) == newest_first(12 * SIZE)
