"""Closed deals of the pipeline of renewals are outcomes, where a setting names it; no other deal is read."""

from contextlib import closing
from copy import deepcopy
from datetime import date
from typing import Any

import pytest

from health.records import Outcome
from integrations.errors import Misconfigured
from integrations.roles import Page
from tests.integrations.hubspot.account import BOOK, EARLIER, NOW_S, company_id, held
from tests.integrations.hubspot.test_source import NEXT_PULL_S, made, pulled, records
from tests.rehearsal import Rehearsal

PIPELINE = "renewals"
CLOSED = {"isClosed": "true", "probability": "1.0"}
STAGES = [
    {"id": "due", "label": "Due"},
    {"id": "kept", "label": "Kept", "metadata": CLOSED},
    {"id": "gone", "label": "Gone", "metadata": CLOSED | {"probability": "0.0"}},
]
PIPELINES = [{"id": PIPELINE, "label": "Renewals", "stages": STAGES}]
DAY = "2026-05-20T09:00:00Z"
FIRST, OTHER = company_id(0), company_id(1)


def deal(
    number: int, stage: str, *companies: str, changed: str = EARLIER, **more: str | None
) -> dict[str, Any]:
    """A deal at companies, the first of which is its primary one, if there is a star before it."""
    said = {"dealname": f"Deal {number}", "pipeline": PIPELINE, "dealstage": stage, "closedate": DAY} | more
    ends = [
        {
            "id": each.removeprefix("*"),
            "type": "deal_to_company" if each[0] == "*" else "deal_to_company_unlabeled",
        }
        for each in companies
    ]
    return held(str(number), said, changed) | {"associations": {"companies": {"results": ends}}}


def book(*deals: dict[str, Any]) -> dict[str, Any]:
    return deepcopy(BOOK) | {"deals": list(deals), "pipelines": PIPELINES}


def outcomes(pages: list[Page]) -> set[Outcome]:
    return {each for each in records(pages) if isinstance(each, Outcome)}


def read(sandbox: Rehearsal, *deals: dict[str, Any]) -> tuple[set[Outcome], int]:
    sandbox.seed("hubspot", book(*deals))
    pages = pulled(made(sandbox, renewal_pipeline=PIPELINE))
    return outcomes(pages), sum(page.rejects for page in pages)


RENEWED, CHURNED = Outcome(FIRST, date(2026, 5, 20), "renewed"), Outcome(FIRST, date(2026, 5, 20), "churned")


@pytest.mark.parametrize(
    ("held_there", "found"),
    [
        (deal(1, "kept", f"*{FIRST}"), {RENEWED}),
        (deal(1, "gone", f"*{FIRST}"), {CHURNED}),
        (deal(1, "kept", FIRST), {RENEWED}),
        (deal(1, "kept", OTHER, f"*{FIRST}"), {RENEWED}),
        (deal(1, "due", f"*{FIRST}"), set()),
        (deal(1, "closedwon", f"*{FIRST}", pipeline="default"), set()),
        (deal(1, "kept"), set()),
    ],
)
def test_a_renewal_ended_as_its_stage_says_at_its_primary_company(
    sandbox: Rehearsal, held_there, found
) -> None:
    assert read(sandbox, held_there) == (found, 0)


@pytest.mark.parametrize("unclear", [deal(1, "kept", FIRST, OTHER), deal(1, "gone", FIRST, closedate=None)])
def test_of_what_is_unclear_nothing_is_said_and_it_is_counted(sandbox: Rehearsal, unclear) -> None:
    assert read(sandbox, unclear, deal(2, "kept", f"*{FIRST}")) == ({RENEWED}, 1)


def test_without_the_setting_no_deal_is_even_asked_for(sandbox: Rehearsal) -> None:
    sandbox.seed("hubspot", book(deal(1, "kept", f"*{FIRST}")))
    for on in ("deals", "associations", "pipelines"):
        sandbox.faults("hubspot", "500", on=on)
    source = made(sandbox)
    source.check()
    assert outcomes(pulled(source)) == set()


def test_a_pipeline_that_is_none_is_told_by_its_setting(sandbox: Rehearsal) -> None:
    sandbox.seed("hubspot", book())
    source = made(sandbox, renewal_pipeline="default")
    with (
        closing(source),
        pytest.raises(Misconfigured, match="SEATSIGNAL_HUBSPOT_RENEWAL_PIPELINE: there is no"),
    ):
        source.check()


def test_many_are_listed_whole_and_vouched_for_with_one_call_a_page_for_their_companies(
    sandbox: Rehearsal,
) -> None:
    sandbox.seed("hubspot", book(*(deal(1 + at, "kept", f"*{company_id(at)}") for at in range(12))))
    pages = [page for page in pulled(made(sandbox, renewal_pipeline=PIPELINE)) if page.listing == "outcomes"]
    assert {each.account_id for each in outcomes(pages)} == {company_id(at) for at in range(12)}
    assert [page.complete for page in pages] == [False, False, True]


def test_a_later_pull_brings_what_was_closed_since(sandbox: Rehearsal) -> None:
    old = deal(1, "kept", f"*{FIRST}")
    sandbox.seed("hubspot", book(old))
    cursor = pulled(made(sandbox, renewal_pipeline=PIPELINE))[-1].cursor
    new = deal(2, "gone", f"*{OTHER}", changed="2026-06-01T12:10:00.000Z")
    sandbox.seed("hubspot", book(old, new))
    pages = pulled(made(sandbox, NOW_S + NEXT_PULL_S, renewal_pipeline=PIPELINE), cursor)
    assert outcomes(pages) == {Outcome(OTHER, date(2026, 5, 20), "churned")}
    assert all(not page.listing for page in pages)


def test_a_cursor_among_deals_ends_where_the_setting_is_gone(sandbox: Rehearsal) -> None:
    sandbox.seed("hubspot", book(*(deal(1 + at, "kept", f"*{company_id(at)}") for at in range(12))))
    pages = pulled(made(sandbox, renewal_pipeline=PIPELINE))
    among = next(page.cursor for page in pages if page.listing == "outcomes")
    assert outcomes(pulled(made(sandbox), among)) == set()
