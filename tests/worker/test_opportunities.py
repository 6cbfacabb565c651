"""Which opportunities sales is owed: by the flags that stand, once, and anew where their figures change."""

import json
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from cli.opened import judge_waiting
from health.features import Features
from health.nouns import Assessment, Flag, Inputs, Score, Why
from health.records import Identifier
from integrations.roles import Page
from integrations.vitals import Vitals
from tests import book
from tests.owed import go_live, rows
from worker.deployment import Deployment
from worker.letters import Verdict
from worker.opportunities import CLOSE_DAYS, opportunities
from worker.pipeline import open_run, pull

AS_OF, SINCE = date(2026, 6, 1), date(2026, 5, 4)
TERM, EARLIER = "sub@2025-09-01", "sub@2024-09-01"
FACTS = {
    "anchor_on": "2026-08-01",
    "renewal_on": "2026-08-30",
    "revenue_at_risk_minor": 120_000,
    "uplift_minor": 2_500,
    "currency": "EUR",
}


def flag(kind: str, reason: str, state: str = "firing", term: str = TERM, since: date = SINCE) -> Flag:
    return Flag(7, kind, reason, term, state, Why.FIRST, evidence=f"because of {reason}", since=since)


def said(flags: Sequence[Flag], **facts: object) -> list[dict[str, Any]]:
    """What is owed to an account's record of which these flags stand."""
    judged = Assessment(
        7,
        AS_OF,
        Score(9_000, 9_000, 9_000, 1.0, ()),
        "healthy",
        Inputs((), ()),
        facts=FACTS | facts,
        term=TERM,
    )
    verdict = Verdict(3, Features(7, "acme", "Acme"), judged, None, flags=flags)
    return [json.loads(each.payload) for each in opportunities("salesforce", "001", verdict)]


WINDOW, ROOM = flag("renewal_window", "90"), flag("expansion", "capacity")


def test_a_renewal_closes_at_its_anchor_and_brings_a_years_revenue() -> None:
    [renewal] = said([WINDOW])
    assert renewal == {
        "key": f"renewal/acme/{TERM}",
        "matter": "renewal",
        "name": "Acme: renewal 2026-08-30",
        "close_on": "2026-08-01",
        "amount_minor": 120_000,
        "currency": "EUR",
        "evidence": ["because of 90"],
        "language": "en",
    }


def test_room_to_grow_is_one_opportunity_under_the_term_in_which_it_was_first_seen() -> None:
    newer = flag("expansion", "interest", since=AS_OF)
    older = flag("expansion", "capacity", term=EARLIER)
    [room] = said([newer, older])
    assert (room["key"], room["amount_minor"]) == (f"expansion/acme/{EARLIER}", 30_000)
    assert room["close_on"] == str(SINCE + timedelta(CLOSE_DAYS))
    assert room["evidence"] == ["because of interest", "because of capacity"]


@pytest.mark.parametrize(
    ("flags", "facts", "matters"),
    [
        ((), {}, []),
        ((WINDOW, ROOM), {}, ["renewal", "expansion"]),
        ((flag("at_risk", "score"),), {}, []),
        ((flag("renewal_window", "90", "resolved"), flag("expansion", "capacity", "resolved")), {}, []),
        ((flag("renewal_window", "90", "snoozed"), flag("expansion", "capacity", "ok")), {}, []),
        ((flag("expansion", "capacity", "acknowledged"),), {}, ["expansion"]),
        ((flag("renewal_window", "90", term=EARLIER),), {}, []),
        ((WINDOW,), {"anchor_on": None}, []),
    ],
)
def test_only_of_what_sales_should_act_on(
    flags: Sequence[Flag], facts: dict[str, object], matters: list[str]
) -> None:
    assert [each["matter"] for each in said(flags, **facts)] == matters


@pytest.mark.parametrize("unknown", ["uplift_minor", "currency"])
def test_what_nobody_can_price_has_no_amount(unknown: str) -> None:
    assert said([ROOM], **{unknown: None})[0]["amount_minor"] is None


class Crm:
    """A CRM with a record for all accounts but one."""

    def check(self) -> None:
        """Always well."""

    def pull(self, _cursor: str | None) -> Sequence[Page]:
        linked = [account for account in book.ACCOUNTS if account != book.UNPAID]
        return [Page([Identifier(f"9{account[1:]}", "our_id", account) for account in linked], "end")]

    @property
    def vitals(self) -> Vitals:
        return Vitals()

    def close(self) -> None:
        """Nothing is open."""


@pytest.fixture
def unrouted(emptied_sqlite, tmp_path: Path) -> Iterator[Deployment]:
    """The day before judged, live, with a CRM of which the routes name no opportunities."""
    made = book.deployment(emptied_sqlite.url.render_as_string(hide_password=False))
    made.routes = made.routes.model_copy(update={"record": "salesforce"})
    made.use_source("salesforce", Crm())
    book.set_day(made.database, book.DAY_BEFORE)
    assert pull(made, "salesforce").failure == ""
    book.judge_day(made, tmp_path / "eve", book.DAY_BEFORE)
    go_live(made.database)
    yield made
    made.database.close()


@pytest.fixture
def opened(unrouted: Deployment) -> Deployment:
    """The same, and they do."""
    unrouted.routes = unrouted.routes.model_copy(update={"opportunities": "salesforce"})
    return unrouted


def owed(deployment: Deployment) -> list[tuple[str, str]]:
    found = (row for row in rows(deployment.database) if row.template == "opportunity")
    return [(row.owner, json.loads(row.payload)["key"]) for row in found]


def judge(deployment: Deployment) -> None:
    open_run(deployment, "full")
    judge_waiting(deployment)


RENEWAL = f"renewal/{book.RENEWING}/s-{book.RENEWING}@{book.TERM_START}"


def test_they_are_owed_once_and_not_while_nothing_changed(opened: Deployment) -> None:
    judge(opened)
    assert owed(opened) == [("93", RENEWAL)]
    judge(opened)
    assert owed(opened) == [("93", RENEWAL)]


def test_they_are_owed_by_runs_over_everything_alone(opened: Deployment, tmp_path: Path) -> None:
    folder = book.write(tmp_path / "renamed", news=False)
    accounts = folder / "accounts.csv"
    accounts.write_text(accounts.read_text().replace(f"Account {book.RENEWING}", "Renamed"))
    book.judge_folder(opened, folder, book.DAY_BEFORE)
    assert owed(opened) == []
    judge(opened)
    assert owed(opened) == [("93", RENEWAL)]


def test_without_a_route_none_are_owed(unrouted: Deployment) -> None:
    judge(unrouted)
    assert owed(unrouted) == []
