"""The CRM as a sales person sees it."""

import re
from copy import deepcopy
from typing import Any

import pytest
import requests

from tests.sandbox.hubspot.conftest import HubSpot, Json, change, held, text

HOSTILE = "<script>alert(1)</script>"
INERT = "&lt;script&gt;alert(1)&lt;/script&gt;"
NUMBERS = ("health", "priority", "utilisation", "suggested_seats", "uplift", "revenue_at_risk")
OURS = [
    *(text(f"seatsignal_{name}", type="number", fieldType="number") for name in NUMBERS),
    *(
        text(f"seatsignal_{name}")
        for name in ("band", "reasons", "expansion", "expansion_evidence", "currency")
    ),
    *(text(f"seatsignal_{name}", type="date", fieldType="date") for name in ("renewal_on", "anchor_on")),
]


def said(**fields: str) -> dict[str, str]:
    return {f"seatsignal_{name}": value for name, value in fields.items()}


TASK_WORDS = {"hs_task_priority": "HIGH", "hs_task_body": "One<br>Two &amp; &lt;b&gt;three"}
BOOK: Json = {
    "owners": [{"id": "71", "email": "robin.vale@seller.example", "firstName": "Robin", "lastName": "Vale"}],
    "groups": {"companies": [{"name": "ours", "label": "Ours"}]},
    "properties": {"companies": OURS},
    "companies": [
        held(1, name="Quiet Firm", domain="quiet.example"),
        held(
            2,
            name="Growing Firm",
            **said(band="healthy", health="88", priority="120", expansion="true", suggested_seats="20"),
            **said(uplift="400", currency="EUR", expansion_evidence="92 of 100 seats in use\nSecond sign"),
        ),
        held(
            3,
            name="Leaving Firm",
            hubspot_owner_id="71",
            **said(band="at_risk", health="34", priority="9000", reasons="First reason\nSecond reason"),
            **said(revenue_at_risk="48000", currency="EUR", renewal_on="2026-08-14", expansion="false"),
        ),
    ],
    "tasks": [
        held(number, hs_timestamp=due, hs_task_subject=subject, hs_task_status=status, **TASK_WORDS)
        | {"associations": {"companies": {"results": [{"id": "3", "type": "task_to_company"}]}}}
        for number, due, subject, status in (
            (51, "1780315200000", "Done already", "COMPLETED"),
            (52, "2026-06-09T12:00:00.000Z", "Later one", "NOT_STARTED"),
            (53, "2026-06-02T12:00:00.000Z", "First one", "NOT_STARTED"),
        )
    ],
}  # fmt: skip


@pytest.fixture
def crm(hubspot: HubSpot) -> HubSpot:
    hubspot.sandbox.seed("hubspot", BOOK)
    return hubspot


def page(crm: HubSpot, path: str = "/view/crm") -> str:
    answer = requests.get(crm.sandbox.http + path, timeout=10)
    assert answer.status_code == 200
    return answer.text


def rows(shown: str) -> list[str]:
    return re.findall(r'href="/view/crm/\d+">([^<]*)</a>', shown)


def test_the_most_pressing_comes_first_and_who_says_nothing_last(crm: HubSpot):
    shown = page(crm)
    assert rows(shown) == ["Leaving Firm", "Growing Firm", "Quiet Firm"]
    for part in (
        '<span class="band at_risk">At risk</span>',
        '<meter min="0" low="50" high="75" optimum="100" max="100" value="34">',
        "48,000 EUR",
        "14 Aug 2026",
        "20 seats",
        "400 EUR a month",
        "Robin Vale",
    ):
        assert part in shown


@pytest.mark.parametrize(
    ("only", "expected"),
    [
        ("", ["Leaving Firm", "Growing Firm", "Quiet Firm"]),
        ("upsell", ["Growing Firm"]),
        ("at_risk", ["Leaving Firm"]),
        ("healthy", ["Growing Firm"]),
        ("watch", []),
    ],
)
def test_filters(crm: HubSpot, only, expected):
    assert rows(page(crm, f"/view/crm?only={only}")) == expected


@pytest.mark.parametrize(
    ("seats", "shown"), [("", "▲ beyond seats<"), ("1", "▲ 1 seat<"), ("20", "▲ 20 seats<")]
)
def test_room_to_grow_says_for_what(crm: HubSpot, seats, shown):
    crm.post("companies/batch/update", {"inputs": [change(2, seatsignal_suggested_seats=seats)]})
    assert shown in page(crm, "/view/crm?only=upsell")


def test_a_company_shows_the_verdict_its_tasks_and_what_changed(crm: HubSpot):
    crm.post("companies/batch/update", {"inputs": [change(3, seatsignal_health="31")]})
    shown = page(crm, "/view/crm/3")
    for part in ("<li>First reason</li><li>Second reason</li>", "owned by Robin Vale", "health 34 → 31"):
        assert part in shown
    assert "Room to grow" not in shown
    subjects = re.findall(r"</span>(\w+ \w+)</h3>", shown)
    assert subjects == ["First one", "Later one", "Done already"]
    assert shown.count('class="task done"') == 1
    assert "Due 2 Jun 2026" in shown
    assert "One\nTwo &amp; &lt;b&gt;three" in shown


def test_a_company_that_grows_says_why(crm: HubSpot):
    shown = page(crm, "/view/crm/2")
    assert "<li>92 of 100 seats in use</li><li>Second sign</li>" in shown
    assert "No task stands here." in shown


def test_a_company_that_was_never_written_to_says_so(crm: HubSpot):
    assert "Nothing was written to this company." in page(crm, "/view/crm/1")


def test_the_start_counts_what_there_is(crm: HubSpot):
    shown = page(crm, "/")
    for part in ("companies in HubSpot", "At risk<b>1</b>", "Room to grow<b>1</b>", "Open tasks<b>2</b>"):
        assert part in shown


def test_an_effect_leads_to_its_company(crm: HubSpot):
    crm.post("companies/batch/update", {"inputs": [change(3, seatsignal_health="31")]})
    assert 'href="/view/crm/3"' in page(crm, "/")
    assert "Leaving Firm" in page(crm, "/view/ledger")


def hostile(value: Any) -> Any:
    """A book in which every text that people write is hostile."""
    if isinstance(value, dict):
        kept = {"id", "createdAt", "updatedAt", "type", "hs_timestamp"}
        words = {"name", "domain", "hs_task_subject", "hs_task_body", "seatsignal_reasons", "firstName"}
        return {
            name: HOSTILE
            if name in words and isinstance(each, str)
            else each
            if name in kept
            else hostile(each)
            for name, each in value.items()
        }
    return [hostile(each) for each in value] if isinstance(value, list) else value


def test_hostile_text_is_inert(crm: HubSpot):
    book = deepcopy(BOOK)
    book |= {name: hostile(book[name]) for name in ("owners", "companies", "tasks")}
    crm.sandbox.seed("hubspot", book)
    crm.post("companies/batch/update", {"inputs": [change(3, seatsignal_band=HOSTILE)]})
    for path in ("/view/crm", "/view/crm/3", "/", "/view/ledger"):
        shown = page(crm, path)
        assert INERT in shown
        assert "<script" not in shown
