"""Listings are read to their end, once, and as fast as Keygen allows."""

import pytest

from health.records import Limit
from integrations.errors import RetryLater
from integrations.keygen import client
from integrations.keygen import source as module
from tests.integrations.keygen import company
from tests.integrations.keygen.account import content, uuid
from tests.integrations.keygen.conftest import Account
from tests.integrations.test_every_source import pulled

ALL = company.records()


@pytest.mark.parametrize("listing", ["products", "policies", "machines", "licenses", "event-logs"])
def test_an_answer_to_another_question_is_not_taken(keygen: Account, listing: str):
    keygen.hold(company.book())
    keygen.pull_well()
    keygen.sandbox.faults("keygen", "again", on=listing)
    met = keygen.pull()
    assert isinstance(met.error, RetryLater)
    assert met.error.reason == "repeated_page"


def test_a_row_that_goes_while_it_is_the_cursor_does_not_end_the_listing(keygen: Account):
    keygen.hold(company.book())
    pages = keygen.source().pull(None)
    next(pages)
    left = [row for row in company.LICENSES if row["id"] != uuid("l", 11)]  # the last of the first page
    keygen.hold({**company.book(), "licenses": left})
    with pytest.raises(RetryLater) as caught:
        list(pages)
    assert caught.value.reason == "unexpected_answer"


@pytest.mark.parametrize("fault", ["drop_answer", "refuse", "hang"])
def test_a_question_that_is_cut_off_once_is_asked_again(keygen: Account, fault: str):
    keygen.hold(company.book())
    keygen.sandbox.faults("keygen", fault, on="licenses")
    assert set(keygen.pull_well(timeout_s=0.5).records) == ALL


@pytest.mark.parametrize(
    ("fault", "reason"),
    [("drop_answer", "connection_lost"), ("refuse", "connection_lost"), ("hang", "timeout")],
)
def test_a_question_that_is_cut_off_again_waits(keygen: Account, fault: str, reason: str):
    keygen.hold(company.book())
    keygen.sandbox.faults("keygen", fault, on="licenses", times=3)
    met = keygen.pull(timeout_s=0.5)
    assert isinstance(met.error, RetryLater)
    assert met.error.reason == reason


@pytest.mark.parametrize(
    ("fault", "vouched"), [("", {"licences", "limits"}), ("missing", set()), ("nulls", set())]
)
def test_the_last_page_of_a_listing_vouches_for_all_of_it_if_all_was_read(
    keygen: Account, fault: str, vouched: set[str]
):
    keygen.hold(company.book())
    if fault:
        keygen.sandbox.faults("keygen", fault, on="licenses")
    pages = list(keygen.source().pull(None))
    licences = [page.complete for page in pages if page.listing == "licences"]
    assert licences == [False, False, False, "licences" in vouched]
    assert {page.listing for page in pages if page.complete} == vouched
    kinds = {page.listing: {type(record) for record in page.records} for page in pages}
    assert kinds.get("limits", {Limit}) == {Limit}


def test_an_account_without_licences_vouches_for_nothing(keygen: Account):
    keygen.hold(content(products=company.PRODUCTS))
    pages = list(keygen.source(event_log_days=0).pull(None))
    assert [(page.records, page.complete, page.listing) for page in pages] == [([], False, "")]


@pytest.fixture
def slept(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The waits, which take no time."""
    waits: list[float] = []
    monkeypatch.setattr(client, "sleep", waits.append)
    return waits


def test_a_pull_that_has_begun_waits_as_long_as_it_is_asked_to(keygen: Account, slept: list[float]):
    keygen.hold(company.book())
    keygen.sandbox.faults("keygen", "429", on="machines", retry_after=7, times=2)
    assert set(keygen.pull_well().records) == ALL
    assert slept == [7.0, 7.0]


@pytest.mark.parametrize(
    ("on", "wish", "waits"),
    [("products", 7, 0), ("machines", 301, 0), ("machines", 0, 0), ("machines", 70, 4)],
)
def test_a_pull_that_has_not_begun_or_waited_enough_ends(
    keygen: Account, slept: list[float], on: str, wish: int, waits: int
):
    keygen.hold(company.book())
    keygen.sandbox.faults("keygen", "429", on=on, retry_after=wish, times=9)
    met = keygen.pull()
    assert isinstance(met.error, RetryLater)
    assert (met.error.reason, met.error.after_s) == ("rate_limited", wish)
    assert slept == [wish] * waits


def test_patience_is_new_for_every_pull_and_none_for_a_check(keygen: Account, slept: list[float]):
    keygen.hold(company.book())
    source = keygen.source()
    for _ in range(2):
        keygen.sandbox.faults("keygen", "429", on="machines", retry_after=200)
        assert pulled(source).error is None
    assert slept == [200.0, 200.0]
    keygen.sandbox.faults("keygen", "429", on="products", retry_after=20, times=2)
    assert isinstance(pulled(source).error, RetryLater)
    with pytest.raises(RetryLater):
        source.check()
    assert len(slept) == 2


def test_the_rate_limit_of_the_account_is_met_and_told(keygen: Account, slept: list[float]):
    keygen.hold({**company.book(), "requestsPerMinute": 3})
    met = keygen.pull()
    assert isinstance(met.error, RetryLater)
    assert met.error.reason == "rate_limited"
    assert sum(slept) <= module.PATIENCE_S


def test_what_the_rate_limit_leaves_is_known(keygen: Account):
    keygen.hold({**company.book(), "requestsPerMinute": 50_000})
    source = keygen.source()
    source.check()
    left = source.vitals.calls_left
    assert left is not None
    assert 0 < left < 50_000
