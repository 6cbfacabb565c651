"""Later pulls, the index that is late, listings that are vouched for, and what a check proves."""

from contextlib import closing
from copy import deepcopy
from itertools import islice
from typing import Any

import pytest
import responses
from pydantic import SecretStr

from health.records import Account, Contact, Record
from integrations.errors import IntegrationError, Misconfigured, RetryLater
from integrations.hubspot import client
from integrations.hubspot.settings import HubSpotSettings
from integrations.hubspot.source import HubSpotSource
from integrations.roles import Page
from tests.integrations.hubspot.account import (
    BOOK,
    NOW_S,
    RECORDS,
    TOKEN,
    company_id,
    held,
)
from tests.integrations.hubspot.source_rig import NAMED
from tests.rehearsal import Rehearsal, start_sandbox

HOUR_S = 3_600
NEXT_PULL_S = 1_800
MINUTE_S = 60


def settings(http: str, **more: Any) -> HubSpotSettings:
    named = {name.removeprefix("SEATSIGNAL_HUBSPOT_").lower(): value for name, value in NAMED.items()}
    given = {"page_size": 5, "searches_per_second": 10_000.0, "base_url": f"{http}/hubspot", **named, **more}
    return HubSpotSettings(token=SecretStr(TOKEN), **given)


def made(sandbox: Rehearsal, at_s: float = NOW_S, **more: Any) -> HubSpotSource:
    """The source as it is at an instant, beside a stand-in whose clock says the same."""
    sandbox.set_clock(at_s)
    return HubSpotSource(settings(sandbox.http, **more), clock=lambda: at_s)


def pulled(source: HubSpotSource, cursor: str | None = None) -> list[Page]:
    with closing(source):
        return list(source.pull(cursor))


def records(pages: list[Page]) -> list[Record]:
    return [record for page in pages for record in page.records]


def ids(pages: list[Page]) -> set[str]:
    return {each.account_id for each in records(pages) if isinstance(each, Account)}


def changed(number: int, when: str) -> dict[str, Any]:
    """A book in which a company has a new name since an instant."""
    book = deepcopy(BOOK)
    book["companies"][number]["updatedAt"] = when
    book["companies"][number]["properties"]["name"] = "Renamed"
    return book


@pytest.fixture
def cursor(sandbox: Rehearsal) -> str:
    """Where a first pull ended."""
    sandbox.seed("hubspot", BOOK)
    pages = pulled(made(sandbox))
    assert set(records(pages)) == RECORDS
    assert pages[-1].cursor
    return pages[-1].cursor


# -- what changed since --------------------------------------------------------------------------------


def test_a_later_pull_brings_what_changed_and_looks_back_a_while(sandbox: Rehearsal, cursor: str) -> None:
    sandbox.seed("hubspot", changed(20, "2026-06-01T12:10:00.000Z"))
    found = pulled(made(sandbox, NOW_S + NEXT_PULL_S), cursor)
    renamed = [each for each in records(found) if isinstance(each, Account) and each.name == "Renamed"]
    assert [each.account_id for each in renamed] == [company_id(20)]
    assert ids(found) == {company_id(20), *map(company_id, range(7))}, "or those of before the overlap too"
    assert {each.email for each in records(found) if isinstance(each, Contact)} == {
        f"person.{number}@firm.example" for number in range(9) if number % 5 and number % 7
    }


@pytest.mark.parametrize(("overlap_s", "found"), [(900.0, True), (0.0, False)])
def test_what_the_index_did_not_know_yet_comes_with_the_next_pull(
    sandbox: Rehearsal, cursor: str, overlap_s: float, found: bool
) -> None:
    at_s = NOW_S + NEXT_PULL_S
    sandbox.seed("hubspot", changed(20, "2026-06-01T12:29:55.000Z"))  # 5 seconds before the pull
    early = pulled(made(sandbox, at_s, overlap_s=overlap_s), cursor)
    assert company_id(20) not in ids(early)
    late = pulled(made(sandbox, at_s + NEXT_PULL_S, overlap_s=overlap_s), early[-1].cursor)
    assert (company_id(20) in ids(late)) is found


def test_any_number_of_companies_that_changed_in_the_same_instant_arrive(
    sandbox: Rehearsal, cursor: str
) -> None:
    book = deepcopy(BOOK)
    for each in book["companies"]:
        each["updatedAt"] = "2026-06-01T12:10:00.000Z"
    sandbox.seed("hubspot", book)
    found = pulled(made(sandbox, NOW_S + NEXT_PULL_S), cursor)
    assert ids(found) == set(map(company_id, range(23)))
    assert len(found) > 5, "one page proves no paging"


def test_a_search_that_was_cut_goes_on(sandbox: Rehearsal, cursor: str) -> None:
    whole = pulled(made(sandbox, NOW_S + NEXT_PULL_S), cursor)
    for pages in range(1, len(whole)):
        with closing(made(sandbox, NOW_S + NEXT_PULL_S)) as killed:
            before = list(islice(killed.pull(cursor), pages))
        after = pulled(made(sandbox, NOW_S + NEXT_PULL_S + MINUTE_S), before[-1].cursor)
        assert records([*before, *after]) == records(whole)


def test_nothing_that_changed_is_one_empty_page_a_listing(sandbox: Rehearsal, cursor: str) -> None:
    found = pulled(made(sandbox, NOW_S + 20 * HOUR_S), cursor)
    found = pulled(made(sandbox, NOW_S + 20 * HOUR_S + NEXT_PULL_S), found[-1].cursor)
    assert [(records([page]), page.complete, page.listing) for page in found] == [([], False, "")] * 2


@pytest.mark.parametrize(("hours", "full"), [(23.0, False), (24.0, True), (-1.0, True)])
def test_once_a_day_everything_is_listed(sandbox: Rehearsal, cursor: str, hours: float, full: bool) -> None:
    at_s = NOW_S + hours * HOUR_S
    found = pulled(made(sandbox, at_s), cursor)
    assert (set(records(found)) == RECORDS) is full
    assert any(page.complete for page in found) is full


@pytest.mark.parametrize("cursor", ["", "not json", "7", "{}", '{"full_ms": "x"}', '{"listing": "deals"}'])
def test_a_cursor_that_cannot_be_read_lists_everything(sandbox: Rehearsal, cursor: str) -> None:
    sandbox.seed("hubspot", BOOK)
    assert set(records(pulled(made(sandbox), cursor))) == RECORDS


# -- vouching --------------------------------------------------------------------------------------------


def test_each_listing_of_everything_is_vouched_for_on_its_last_page(sandbox: Rehearsal) -> None:
    sandbox.seed("hubspot", BOOK)
    found = pulled(made(sandbox))
    assert [page.complete for page in found] == [False] * 4 + [True] + [False] * 6 + [True]
    assert [page.listing for page in found] == ["accounts"] * 5 + ["contacts"] * 7


def test_a_listing_that_began_in_an_earlier_pull_is_not_vouched_for(sandbox: Rehearsal) -> None:
    sandbox.seed("hubspot", BOOK)
    with closing(made(sandbox)) as killed:
        before = list(islice(killed.pull(None), 2))
    after = pulled(made(sandbox), before[-1].cursor)
    assert [page.complete for page in after] == [False] * 3 + [False] * 6 + [True]
    assert [page.listing for page in after] == [""] * 3 + ["contacts"] * 7


@pytest.mark.parametrize("fault", ["nulls", "missing"])
def test_a_listing_with_a_row_that_cannot_be_read_is_not_vouched_for(sandbox: Rehearsal, fault: str) -> None:
    sandbox.seed("hubspot", BOOK)
    sandbox.faults("hubspot", fault, on="companies")
    found = pulled(made(sandbox))
    assert [page.rejects for page in found][:2] == [5, 0]
    assert [page.complete for page in found] == [False] * 11 + [True]
    assert set(records(found)) < RECORDS


def test_an_account_without_companies_is_not_vouched_for(sandbox: Rehearsal) -> None:
    sandbox.seed("hubspot", {"owners": BOOK["owners"]})
    found = pulled(made(sandbox))
    assert [(records([page]), page.complete, page.listing) for page in found] == [([], False, "")] * 2


# -- answers that contradict themselves -------------------------------------------------------------------


def met(
    source: HubSpotSource, cursor: str | None, spoil: Any, after: int
) -> tuple[list[Page], IntegrationError]:
    """The pages until the error that comes of spoiling the answer after a number of pages."""
    pages: list[Page] = []
    with closing(source):
        try:
            for page in source.pull(cursor):
                pages.append(page)
                if len(pages) == after:
                    spoil()
        except IntegrationError as error:
            return pages, error
    raise AssertionError("nothing was met")


@pytest.mark.parametrize(
    ("fault", "on", "after", "reason"),
    [
        ("again", "companies", 1, "repeated_page"),
        ("again", "companies", 3, "repeated_page"),
        ("again", "contacts", 6, "repeated_page"),
        ("emptied", "companies", 2, "unexpected_answer"),
        ("emptied", "companies", 4, "unexpected_answer"),  # its last page
        ("emptied", "contacts", 11, "unexpected_answer"),
    ],
)
def test_a_page_that_cannot_follow_ends_the_pull_and_loses_nothing(
    sandbox: Rehearsal, fault: str, on: str, after: int, reason: str
) -> None:
    sandbox.seed("hubspot", BOOK)
    source = made(sandbox)
    pages, error = met(source, None, lambda: sandbox.faults("hubspot", fault, on=on), after)
    assert (type(error), error.reason, len(pages)) == (RetryLater, reason, after)
    rest = pulled(made(sandbox), pages[-1].cursor)
    assert set(records([*pages, *rest])) == RECORDS


def test_a_page_of_a_search_that_comes_again_ends_the_pull(sandbox: Rehearsal, cursor: str) -> None:
    source = made(sandbox, NOW_S + NEXT_PULL_S)
    pages, error = met(source, cursor, lambda: sandbox.faults("hubspot", "again", on="companies/search"), 1)
    assert (error.reason, len(pages)) == ("repeated_page", 1)


def test_what_was_deleted_before_a_pull_goes_on_does_not_hold_it_up(sandbox: Rehearsal) -> None:
    sandbox.seed("hubspot", BOOK)
    with closing(made(sandbox)) as killed:
        before = list(islice(killed.pull(None), 4))
    book = deepcopy(BOOK)
    book["companies"] = book["companies"][:10]
    sandbox.seed("hubspot", book)
    found = pulled(made(sandbox), before[-1].cursor)
    assert [page.complete for page in found] == [False] * 7 + [True]


OWNER_PAGE = {"results": [{"id": "71", "email": "a@seller.example"}], "paging": {"next": {"after": "1"}}}


@pytest.mark.parametrize(
    ("answer", "reason"), [(OWNER_PAGE, "repeated_page"), ({"results": []}, "unexpected_answer")]
)
@responses.activate
def test_owners_come_each_once_and_there_are_some(answer: dict[str, Any], reason: str) -> None:
    responses.get("https://api.hubapi.com/crm/owners/2026-03", json=answer)
    source = HubSpotSource(HubSpotSettings(token=SecretStr(TOKEN)))
    with closing(source), pytest.raises(RetryLater) as caught:
        list(source.pull(None))
    assert caught.value.reason == reason


# -- limits ------------------------------------------------------------------------------------------------


@responses.activate
def test_searches_are_kept_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []
    now = [100.0]
    monkeypatch.setattr(client, "monotonic", lambda: now[0])
    monkeypatch.setattr(client, "sleep", slept.append)
    responses.post("https://api.hubapi.com/crm/objects/2026-03/companies/search", json={"results": []})
    with closing(
        client.HubSpotClient(HubSpotSettings(token=SecretStr(TOKEN), searches_per_second=4.0))
    ) as made:
        for passed_s in (0.0, 0.1, 5.0):
            now[0] += passed_s
            made.searched("companies", ())
    assert slept == [0.0, pytest.approx(0.15), 0.0]


# -- checks -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("version", ["2026-03", "2026-09", "v3"])
def test_every_version_of_the_api_is_read(sandbox: Rehearsal, version: str) -> None:
    sandbox.seed("hubspot", BOOK)
    source = made(sandbox, api_version=version)
    source.check()
    assert set(records(pulled(source))) == RECORDS


SCOPES = ("crm.objects.owners.read", "crm.objects.companies.read", "crm.objects.contacts.read")


@pytest.mark.parametrize("missing", SCOPES)
def test_a_scope_that_is_missing_is_named(missing: str) -> None:
    with start_sandbox({"hubspot_scopes": [scope for scope in SCOPES if scope != missing]}) as narrow:
        narrow.seed("hubspot", BOOK)
        source = made(narrow)
        with closing(source), pytest.raises(Misconfigured, match=missing) as caught:
            source.check()
        with pytest.raises(Misconfigured, match=missing):
            pulled(source)
    assert caught.value.reason == "missing_scopes"
    assert "SEATSIGNAL_HUBSPOT_TOKEN" in str(caught.value)


@pytest.mark.parametrize(
    ("setting", "kind"),
    [
        ("csm_property", "companies"),
        ("sales_property", "companies"),
        ("our_id_property", "companies"),
        ("stripe_property", "companies"),
        ("role_property", "contacts"),
    ],
)
def test_a_property_that_a_setting_names_must_be_there(sandbox: Rehearsal, setting: str, kind: str) -> None:
    sandbox.seed("hubspot", BOOK)
    source = made(sandbox, **{setting: "nowhere_to_be_found"})
    with closing(source), pytest.raises(Misconfigured) as caught:
        source.check()
    assert caught.value.reason == "no_such_property"
    assert str(caught.value) == (
        f"SEATSIGNAL_HUBSPOT_{setting.upper()}: {kind} have no property nowhere_to_be_found"
    )


def test_the_default_property_for_our_id_need_not_be_there_yet(sandbox: Rehearsal) -> None:
    sandbox.seed("hubspot", {"owners": BOOK["owners"], "companies": [held("9001", {"name": "Firm"})]})
    sandbox.set_clock(NOW_S)
    bare = HubSpotSettings(token=SecretStr(TOKEN), base_url=f"{sandbox.http}/hubspot")
    with closing(HubSpotSource(bare, clock=lambda: NOW_S)) as source:
        source.check()
        assert ids(list(source.pull(None))) == {"9001"}
