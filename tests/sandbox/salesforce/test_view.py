"""Salesforce as a sales person sees it."""

import re

import pytest
import requests

from tests.rehearsal import Rehearsal
from tests.sandbox.salesforce.test_routes import STAMP, Json, Org

HOSTILE = "<script>alert(1)</script>"
INERT = "&lt;script&gt;alert(1)&lt;/script&gt;"
FIELDS = {
    "Band": "picklist",
    "Health": "double",
    "Priority": "double",
    "Reasons": "textarea",
    "Expansion": "boolean",
    "Suggested_Seats": "double",
    "Renewal": "date",
    "Act_By": "date",
}
ROBIN = "005000000000000001"


def row(name: str, **fields: object) -> Json:
    return {"Id": name, "CreatedDate": STAMP, "SystemModstamp": STAMP, **fields}


def said(**fields: object) -> Json:
    return {f"Seatsignal_{name}__c": value for name, value in fields.items()}


def task(number: int, due: str, subject: str, status: str) -> Json:
    return row(
        f"00T{number:015}",
        WhatId="001000000000000003",
        Subject=subject,
        Status=status,
        IsClosed=status == "Completed",
        ActivityDate=due,
        Priority="High",
        Description=f"One\nTwo {HOSTILE}",
    )


BOOK: Json = {
    "records": {
        "Account": [
            row("001000000000000001", Name="Quiet Firm", Website="https://quiet.example/about"),
            row(
                "001000000000000002",
                Name="Growing Firm",
                **said(Band="healthy", Health=88.0, Priority=120, Expansion=True, Suggested_Seats=1.0),
            ),
            row(
                "001000000000000003",
                Name=f"Leaving {HOSTILE}",
                OwnerId=ROBIN,
                **said(Band="at_risk", Health=34, Priority=9000, Reasons="First reason\nSecond reason"),
                **said(Renewal="2026-08-14", Act_By="2026-07-01", Expansion=False),
            ),
        ],
        "Task": [
            task(1, "2026-06-01", "Done already", "Completed"),
            task(2, "2026-06-09", "Later one", "Not Started"),
            task(3, "2026-06-02", "First one", "Not Started"),
        ],
        "User": [row(ROBIN, Name="Robin Vale", Email="robin.vale@seller.example", IsActive=True)],
    },
    "fields": {
        "Account": [{"name": f"Seatsignal_{name}__c", "type": kind} for name, kind in FIELDS.items()],
    },
}


@pytest.fixture
def org(sandbox: Rehearsal) -> Org:
    sandbox.seed("salesforce", BOOK)
    return Org(sandbox)


def page(org: Org, path: str = "/view/salesforce") -> str:
    answer = requests.get(org.sandbox.http + path, timeout=10)
    assert answer.status_code == 200
    assert HOSTILE not in answer.text
    return answer.text


@pytest.mark.parametrize(
    ("only", "expected"),
    [
        ("", [f"Leaving {INERT}", "Growing Firm", "Quiet Firm"]),
        ("upsell", ["Growing Firm"]),
        ("at_risk", [f"Leaving {INERT}"]),
        ("watch", []),
    ],
)
def test_accounts_are_listed_the_most_pressing_first(org: Org, only: str, expected: list[str]) -> None:
    shown = page(org, f"/view/salesforce?only={only}")
    assert re.findall(r'href="/view/salesforce/\w+">([^<]*)</a>', shown) == expected


def test_a_row_says_what_was_written(org: Org) -> None:
    shown = page(org)
    for part in ("14 Aug 2026", "1 Jul 2026", "▲ 1 seat<", ">quiet.example<", ">Robin Vale<", "<b>88</b>"):
        assert part in shown


def test_an_account_shows_why_and_what_is_to_be_done(org: Org) -> None:
    shown = page(org, "/view/salesforce/001000000000000003")
    assert "<li>First reason</li><li>Second reason</li>" in shown
    assert re.findall(r"</span>([A-Z]\w+ \w+)</h3>", shown) == ["First one", "Later one", "Done already"]
    assert "Due 2 Jun 2026 · nobody&#39;s" in shown
    assert "Nothing was written to this company." in page(org, "/view/salesforce/001000000000000001")


def test_what_changed_of_an_account_is_told_there_and_reached_from_the_start(org: Org) -> None:
    changed = {"attributes": {"type": "Account"}, "id": "001000000000000001", **said(Health=41.5)}
    assert org.save(changed).json()[0]["success"]
    assert "Health 41.5" in page(org, "/view/salesforce/001000000000000001")
    assert 'href="/view/salesforce/001000000000000001"' in page(org, "/")
