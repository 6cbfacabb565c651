"""What every source must do, and more of those that are asked over HTTP, picked up from the registry.

A source that is added there is tried here; its rig says what its vendor holds and how to upset it.
"""

import logging
import re
import socket
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from itertools import islice
from typing import get_type_hints

import pytest
import responses
from msgspec import convert

from health.records import FACTS, Record, Usage, Validation
from integrations import registry
from integrations.errors import IntegrationError, Misconfigured, Rejected, RetryLater
from integrations.registry import Budgets
from integrations.roles import Cursor, Source
from tests.integrations.source_rig import PASSES, SourceRig, Trouble, source_rig
from tests.integrations.wire import TELL_LIMITS, put_off
from tests.rehearsal import Rehearsal

LOCAL = {"files", *registry.PUSHED}
"""Sources without a vendor or a database that could be asked; they have tests of their own."""
UNWIRED = {"sql"}
"""Sources with a rig that are not asked over HTTP: what their vendor's bad days are, their own tests know."""
FOLDERS = {"http": "api"}
"""Where a source lies whose name is a shared module's."""
ALL = tuple(name for name in registry.SOURCES if name not in LOCAL)
NAMES = tuple(name for name in ALL if name not in UNWIRED)
LABEL = re.compile(r"[a-z][a-z0-9_]{0,59}")
SECRET = re.compile("TOKEN|KEY|PASSWORD|SECRET")
PAGE_LIMIT = 2_000
typed = cache(get_type_hints)
"""What each field of a type is said to be."""
PATIENT_PAGES = 200
"""More pages than any rig's book has: who goes on after that goes round in circles."""


@dataclass
class Pulled:
    """What a pull brought until it ended, well or not."""

    records: list[Record] = field(default_factory=list)
    cursors: list[Cursor | None] = field(default_factory=list)
    rejects: int = 0
    error: IntegrationError | None = None

    @property
    def cursor(self) -> Cursor | None:
        """Where the next pull goes on."""
        return self.cursors[-1] if self.cursors else None


def pulled(source: Source, cursor: Cursor | None = None, pages: int = PATIENT_PAGES) -> Pulled:
    """Pull for a number of pages at most, and then break off as a killed process does."""
    found = Pulled(cursors=[cursor])
    try:
        for page in islice(source.pull(cursor), pages):
            records = list(page.records)
            assert len(records) <= PAGE_LIMIT
            found.records += records
            found.rejects += page.rejects
            found.cursors.append(page.cursor)
    except IntegrationError as error:
        found.error = error
    assert len(found.cursors) <= PATIENT_PAGES, "the pull has no end"
    return found


@pytest.fixture
def tried(name: str, sandbox: Rehearsal, monkeypatch: pytest.MonkeyPatch) -> SourceRig:
    rig = source_rig(name, sandbox)
    rig.open_book()
    for variable, value in rig.good.items():
        monkeypatch.setenv(variable, value)
    return rig


def opened(tried: SourceRig, budgets: Budgets = registry.unlimited) -> Source:
    return registry.source(tried.vendor, budgets=budgets, clock=lambda: tried.clock_s)


@pytest.fixture
def source(tried: SourceRig) -> Iterator[Source]:
    with closing(opened(tried)) as made:
        yield made


def troubles() -> list[object]:
    """Every trouble of every source; building a rig needs no running sandbox."""
    nowhere = Rehearsal("http://127.0.0.1:1", "127.0.0.1", 1, 0)
    return [
        pytest.param(name, trouble, id=f"{name}-{trouble.fault}-{trouble.on}")
        for name in NAMES
        for trouble in source_rig(name, nowhere).troubles
    ]


def assert_tells_nothing(tried: SourceRig, told: str, logged: str = "") -> None:
    """No secret is told or logged, and no address told: urllib3 logs those by itself, when debugging."""
    prefix = f"SEATSIGNAL_{tried.vendor.upper()}_"  # a vendor's own name may sound like a secret's
    good = [value for name, value in tried.good.items() if SECRET.search(name.removeprefix(prefix))]
    assert good, "a vendor without a secret proves nothing"
    assert [secret for secret in (tried.secret, *good) if secret in told + logged] == []
    assert [address for address in ("127.0.0.1", "localhost") if address in told] == []


@pytest.mark.parametrize("name", registry.SOURCES)
def test_it_lies_where_its_name_says(name: str) -> None:
    entry, folder = registry.SOURCES[name], FOLDERS.get(name, name)
    assert entry.settings.startswith(f"integrations.{folder}.settings:")
    assert str(entry.model().model_config["env_prefix"]) == f"SEATSIGNAL_{name.upper()}_"
    assert entry.model().model_config["extra"] == "forbid"
    assert name in LOCAL or entry.builder.startswith(f"integrations.{folder}.source:")


@pytest.mark.parametrize("name", ALL)
def test_a_pull_brings_all_there_is_in_several_pages(source: Source, tried: SourceRig) -> None:
    source.check()
    found = pulled(source)
    assert found.error is None
    assert found.rejects == 0
    assert set(found.records) == tried.records
    assert len(found.cursors) > len(tried.listings) + 1, "one page a listing proves no paging"


@pytest.mark.parametrize("name", ALL)
def test_records_are_of_the_types_they_say(source: Source, tried: SourceRig) -> None:
    assert_typed(pulled(source).records)
    assert_typed(list(tried.records))


def assert_typed(records: list[Record]) -> None:
    for record in records:
        for name, kind in typed(type(record)).items():
            convert(getattr(record, name), kind, strict=True)


@pytest.mark.parametrize("name", ALL)
def test_a_pull_goes_on_where_a_killed_one_was(tried: SourceRig) -> None:
    with closing(opened(tried)) as first:
        whole = pulled(first)
    for pages in range(1, len(whole.cursors) - 1):
        with closing(opened(tried)) as killed:
            before = pulled(killed, pages=pages)
        with closing(opened(tried)) as next_one:
            after = pulled(next_one, before.cursor)
        assert after.error is None
        assert {*before.records, *after.records} == tried.records


@pytest.mark.parametrize("name", ALL)
def test_a_second_pull_brings_nothing_that_was_not_there(source: Source, tried: SourceRig) -> None:
    first = pulled(source)
    again = pulled(source, first.cursor)
    assert again.error is None
    assert set(again.records) <= tried.records


STRANGE = ("not json", '{"version": 99}', '{"step": 7, "after": []}')
"""Cursors that a source did not make: what another version of ours, or a restored database, left."""


@pytest.mark.parametrize("name", ALL)
def test_a_cursor_that_it_did_not_make_is_as_good_as_none(source: Source, tried: SourceRig) -> None:
    for cursor in STRANGE:
        found = pulled(source, Cursor(cursor))
        assert found.error is None
        assert set(found.records) == tried.records, cursor


@pytest.mark.parametrize(("name", "trouble"), troubles())
def test_trouble_ends_a_pull_or_costs_what_it_is_about(
    trouble: Trouble, tried: SourceRig, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.INFO, "urllib3")  # whose DEBUG lines name every address, the sandbox's own too
    if trouble.fault == "hang":
        monkeypatch.setenv(f"SEATSIGNAL_{tried.vendor.upper()}_TIMEOUT_S", "0.3")
    with closing(opened(tried)) as made:
        tried.sandbox.faults(tried.vendor, trouble.fault, on=trouble.on)
        met = pulled(made)
        tried.sandbox.calm()
        assert_typed(met.records)
        assert_tells_nothing(tried, f"{met.error!r}{met.error}", caplog.text)
        if trouble.expected == PASSES:
            assert met.error is None
            return
        assert (type(met.error), met.error and met.error.reason) == (trouble.expected, trouble.reason)
        assert set(met.records) <= tried.records
        after = pulled(made, met.cursor)
        assert after.error is None
        assert {*met.records, *after.records} == tried.records


@pytest.mark.parametrize("name", NAMES)
def test_every_kind_of_trouble_is_tried(tried: SourceRig) -> None:
    met = {trouble.fault for trouble in tried.troubles}
    assert met >= {
        "401", "403", "429", "429_bare", "500", "html", "truncated", "drop_answer", "refuse", "hang",
        "again", "emptied", "missing", "new_words", "nulls", "wrong_types",
    }  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_the_same_page_again_ends_the_pull_and_loses_nothing(tried: SourceRig) -> None:
    for listing in tried.listings:
        tried.sandbox.reset()  # the last answer of a pull before is none that this one repeats
        tried.open_book()
        tried.sandbox.faults(tried.vendor, "again", on=listing, after=1, times=PATIENT_PAGES)
        with closing(opened(tried)) as made:
            met = pulled(made)
            assert isinstance(met.error, RetryLater), listing
            tried.sandbox.calm()
            after = pulled(made, met.cursor)
            assert {*met.records, *after.records} == tried.records


@pytest.mark.parametrize("name", NAMES)
def test_wrong_credentials_say_what_to_change(tried: SourceRig, monkeypatch: pytest.MonkeyPatch) -> None:
    for variable, value in tried.bad.items():
        monkeypatch.setenv(variable, value)
    with closing(opened(tried)) as made:
        with pytest.raises(Misconfigured) as caught:
            made.check()
        met = pulled(made)
    assert caught.value.reason == tried.bad_reason
    assert f"SEATSIGNAL_{tried.vendor.upper()}_" in str(caught.value)
    assert isinstance(met.error, Misconfigured)
    assert met.records == []
    assert_tells_nothing(tried, f"{caught.value!r}{caught.value}{met.error!r}{met.error}")


@pytest.mark.parametrize("name", ALL)
def test_missing_and_misspelt_settings_are_named(tried: SourceRig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(f"SEATSIGNAL_{tried.vendor.upper()}_COLOUR", "red")
    with pytest.raises(Misconfigured, match=f"SEATSIGNAL_{tried.vendor.upper()}_COLOUR"):
        opened(tried)
    monkeypatch.delenv(f"SEATSIGNAL_{tried.vendor.upper()}_COLOUR")
    secret = next(iter(tried.bad))
    monkeypatch.delenv(secret)
    with pytest.raises(Misconfigured, match=secret):
        opened(tried)


@pytest.mark.parametrize("name", NAMES)
def test_a_vendor_that_is_gone_is_asked_again_later(
    tried: SourceRig, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    monkeypatch.setenv(tried.base_url_variable, f"http://127.0.0.1:{port}")
    with closing(opened(tried)) as made:
        met = pulled(made)
    assert isinstance(met.error, RetryLater)
    assert met.error.reason == "connect_failed"


SKEWS_S = (-7_200, -600, 600, 7_200)
"""The vendor's clock minus ours."""
KEYS = {shape.record: shape.key for shape in FACTS.values()}
DAILY = (Usage, Validation)


def at(tried: SourceRig, ours_s: float, skew_s: float, cursor: Cursor | None = None) -> Pulled:
    """What a new process pulls at an instant of ours, of a vendor whose clock is off ours."""
    tried.sandbox.set_clock(ours_s + skew_s, skew_s)
    with closing(registry.source(tried.vendor, clock=lambda: ours_s)) as made:
        found = pulled(made, cursor)
    assert found.error is None
    ended = {record.day for record in found.records if isinstance(record, DAILY)}
    today = datetime.fromtimestamp(ours_s + min(skew_s, 0), tried.zone).date()
    assert max(ended, default=date.min) < today, "a day is told that is not over by both clocks"
    return found


def effect(records: Iterable[Record]) -> dict[object, Record]:
    """What stays of records once they are stored: of each thing the last that was said."""
    return {(type(each), *(getattr(each, name) for name in KEYS[type(each)])): each for each in records}


@pytest.mark.parametrize("skew_s", SKEWS_S)
@pytest.mark.parametrize("name", NAMES)
def test_of_a_vendor_whose_clock_is_off_ours_nothing_is_lost_and_nothing_counts_twice(
    tried: SourceRig, skew_s: int
) -> None:
    ours_s = tried.critical_s or tried.clock_s
    before = at(tried, ours_s, skew_s)
    tried.sandbox.seed(tried.vendor, tried.happens(ours_s + skew_s + 30))
    after = at(tried, ours_s + tried.every_s, skew_s, before.cursor)
    truth = effect(at(tried, ours_s + tried.every_s + skew_s, 0).records)
    told = effect([*before.records, *after.records])
    assert [record for key, record in truth.items() if told.get(key) != record] == []
    assert [record for key, record in truth.items() if effect(before.records).get(key) != record] != []


@pytest.mark.parametrize("skew_s", SKEWS_S)
@pytest.mark.parametrize("name", NAMES)
def test_a_date_to_come_back_at_is_measured_from_the_vendors_own(
    source: Source, tried: SourceRig, skew_s: int
) -> None:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as vendor:
        for method in ("GET", "POST"):
            vendor.add(method, answered(tried), status=429, headers=put_off(skew_s, 45))
        vendor.add_passthru(tried.base_url)
        met = pulled(source)
    assert isinstance(met.error, RetryLater)
    assert (met.error.reason, met.error.after_s) == ("rate_limited", 45.0)


def answered(tried: SourceRig) -> re.Pattern[str]:
    """The calls of a vendor at which statuses are tried: all but the one that lets us in, if there is one."""
    entry = f"(?!/{re.escape(tried.entry)})" if tried.entry else ""
    return re.compile(f"{re.escape(tried.base_url)}{entry}.*")


class Spent:
    def take(self, calls: int) -> float:
        return 4.0 * calls


@pytest.mark.parametrize("name", NAMES)
def test_a_spent_budget_ends_the_pull_for_now(tried: SourceRig) -> None:
    with closing(opened(tried, lambda *_: Spent())) as made:
        met = pulled(made)
    assert isinstance(met.error, RetryLater)
    assert (met.error.reason, met.error.after_s, met.records) == ("budget", 4.0, [])


@pytest.mark.parametrize("name", NAMES)
def test_what_the_vendor_tells_of_itself_is_kept(name: str, source: Source) -> None:
    assert source.vitals.clock_skew_s is None
    source.check()
    assert source.vitals.clock_skew_s is not None
    assert (source.vitals.calls_left is not None) == (name in TELL_LIMITS)


STATUSES: dict[int, type[IntegrationError]] = {
    301: Misconfigured,
    400: Rejected,
    401: Misconfigured,
    403: Misconfigured,
    404: Rejected,
    408: RetryLater,
    409: Rejected,
    422: Rejected,
    425: RetryLater,
    429: RetryLater,
    500: RetryLater,
    502: RetryLater,
    503: RetryLater,
    504: RetryLater,
}


@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("name", NAMES)
def test_status_codes(status: int, source: Source, tried: SourceRig) -> None:
    with responses.RequestsMock() as vendor:
        for method in ("GET", "POST"):
            vendor.add(method, answered(tried), status=status, body=tried.secret)
        vendor.add_passthru(tried.base_url)
        vendor.assert_all_requests_are_fired = False
        met = pulled(source)
    assert isinstance(met.error, STATUSES[status])
    assert LABEL.fullmatch(met.error.reason)
    assert met.records == []
    assert_tells_nothing(tried, f"{met.error!r}{met.error}")
