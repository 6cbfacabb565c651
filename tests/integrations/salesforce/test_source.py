"""What a pull of Salesforce must not lose, beyond what every source must do."""

from collections.abc import Iterator
from contextlib import closing
from itertools import islice
from typing import Any

import pytest

from health.records import Account, Record
from integrations.errors import RetryLater
from integrations.roles import Page
from integrations.salesforce.place import instant
from integrations.salesforce.source import SalesforceSource
from tests.integrations.salesforce.conftest import settings
from tests.integrations.salesforce.org import EARLIER, LATELY, NOW_S, account_id, row
from tests.rehearsal import Rehearsal

PAGE = 5
"""Rows of an answer of the stand-in."""


def stamp(at_s: float) -> str:
    return instant(round(at_s * 1000)).replace("Z", "+0000")


class Org:
    """A rehearsed org whose accounts change, and pulls of it at instants."""

    def __init__(self, sandbox: Rehearsal) -> None:
        self._sandbox = sandbox
        self.rows: dict[str, dict[str, Any]] = {}

    def hold(self, *numbers: int, changed: str = EARLIER, **more: object) -> None:
        for number in numbers:
            name = account_id(number)
            self.rows[name] = row(name, changed, Name=f"Firm {number} of {changed}", **more)

    def pages(self, cursor: str | None, now_s: float) -> Iterator[Page]:
        self._sandbox.seed("salesforce", {"records": {"Account": list(self.rows.values())}})
        self._sandbox.set_clock(now_s)
        named = settings(f"{self._sandbox.http}/salesforce")
        with closing(SalesforceSource(named, clock=lambda: now_s)) as source:
            yield from source.pull(cursor)

    def pull(self, cursor: str | None, now_s: float) -> tuple[list[Record], str | None, list[Page]]:
        pages = list(self.pages(cursor, now_s))
        return [each for page in pages for each in page.records], pages[-1].cursor, pages


@pytest.fixture
def org(sandbox: Rehearsal) -> Org:
    return Org(sandbox)


def names(records: list[Record]) -> set[str]:
    return {each.account_id for each in records if isinstance(each, Account)}


def ids(*numbers: int) -> set[str]:
    return {account_id(number) for number in numbers}


@pytest.mark.parametrize("cut", [1, 2, 3])
def test_what_changed_in_one_moment_is_not_lost_where_a_pull_was_cut_among_it(org: Org, cut: int) -> None:
    org.hold(*range(30))
    _, cursor, _ = org.pull(None, NOW_S)
    org.hold(*range(3, 20), changed=stamp(NOW_S + 60))
    before = list(islice(org.pages(cursor, NOW_S + 1_800), cut))
    after, _, _ = org.pull(before[-1].cursor, NOW_S + 3_600)
    read = [each for page in before for each in page.records] + after
    assert names(read) == ids(*range(3, 20))
    assert len(read) == 17, "and nothing twice"


def test_what_was_saved_late_under_an_earlier_time_is_read_by_the_next_pull(org: Org) -> None:
    org.hold(*range(20))
    _, cursor, _ = org.pull(None, NOW_S)
    late = list(range(40, 60, 20))
    for at, number in enumerate(late):
        org.hold(number, changed=stamp(NOW_S - 800 + at))
    found, _, _ = org.pull(cursor, NOW_S + 1_800)
    assert names(found) == ids(*late)


def test_a_quiet_pull_brings_nothing_and_vouches_for_nothing(org: Org) -> None:
    org.hold(*range(7))
    _, cursor, _ = org.pull(None, NOW_S)
    found, _, pages = org.pull(cursor, NOW_S + 1_800)
    assert (found, {page.listing for page in pages}) == ([], {""})


def test_everything_is_vouched_for_only_where_it_was_listed_from_the_start(org: Org) -> None:
    org.hold(*range(2 * PAGE))
    whole = list(org.pages(None, NOW_S))
    assert [(page.listing, page.complete) for page in whole if page.listing] == [
        ("accounts", False),
        ("accounts", True),
    ]
    rest = list(org.pages(whole[0].cursor, NOW_S))
    assert [page.complete for page in rest] == [False, False]
    assert names([each for page in rest for each in page.records]) == ids(*range(PAGE, 2 * PAGE))


def test_what_was_deleted_lets_everything_be_listed_within_the_hour(org: Org) -> None:
    org.hold(*range(8))
    _, cursor, _ = org.pull(None, NOW_S)
    org.hold(3, changed=stamp(NOW_S + 60), IsDeleted=True)
    found, cursor, pages = org.pull(cursor, NOW_S + 1_800)
    assert (found, any(page.complete for page in pages)) == ([], False)
    found, cursor, pages = org.pull(cursor, NOW_S + 3_600)
    assert names(found) == ids(0, 1, 2, 4, 5, 6, 7)
    assert any(page.complete for page in pages)
    found, _, _ = org.pull(cursor, NOW_S + 3_900)
    assert found == [], "once is enough"


def test_everything_is_listed_once_a_day(org: Org) -> None:
    org.hold(*range(8))
    _, cursor, _ = org.pull(None, NOW_S)
    found, _, _ = org.pull(cursor, NOW_S + 86_400)
    assert names(found) == ids(*range(8))


@pytest.mark.parametrize("cursor", ["", "{}", "nonsense", '{"full_ms":1,"began_ms":1,"listing":"Lead"}'])
def test_a_cursor_that_is_none_lists_everything(org: Org, cursor: str) -> None:
    org.hold(1, 2, changed=LATELY)
    found, _, _ = org.pull(cursor, NOW_S)
    assert names(found) == ids(1, 2)


def test_a_query_that_salesforce_forgot_is_asked_anew_behind_what_was_stored(
    org: Org, sandbox: Rehearsal
) -> None:
    org.hold(*range(2 * PAGE + 1))
    pages = org.pages(None, NOW_S)
    first = next(pages)
    sandbox.seed(
        "salesforce", {"records": {"Account": list(org.rows.values())}}
    )  # its cursors are gone with it
    with pytest.raises(RetryLater) as caught:
        list(pages)
    assert caught.value.reason == "busy"
    after, _, _ = org.pull(first.cursor, NOW_S)
    assert names(after) == ids(*range(PAGE, 2 * PAGE + 1))


def test_rows_that_are_missing_end_a_pull(org: Org, sandbox: Rehearsal) -> None:
    org.hold(*range(12))
    pages = org.pages(None, NOW_S)
    next(pages)
    sandbox.faults("salesforce", "emptied", on="-5")
    with pytest.raises(RetryLater, match="more or fewer"):
        list(pages)
