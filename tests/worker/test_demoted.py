"""A rule that was wrong too often alerts nobody: a digest tells what it finds, and how right it was."""

import json
from contextlib import closing
from dataclasses import replace
from datetime import date, timedelta

import pytest

from config.plays import load_plays
from config.routes import load_routes
from config.settings import Settings
from health.answers import DISMISS, Answer
from health.policy import LedgerRules
from health.records import Account, Payment, Survey
from store import runs
from store.database import Database
from store.installation import set_setting
from tests.owed import rows
from tests.worker.test_assess import keep, rung
from worker.answers import answer
from worker.deployment import Deployment
from worker.pipeline import assess, open_run

DAY = date(2026, 6, 1)


@pytest.fixture
def told_twice(sqlite_url, bell, shipped):
    """Past its first run, live: it alerted twice, and each time somebody said that it was no risk."""
    policy = replace(shipped, ledger=LedgerRules(90, 2, {"detractor": 0.5}))
    with closing(Database(sqlite_url)) as database:
        made = Deployment(database, Settings(), policy, load_routes(None), load_plays(None), bell, None)
        with database.write() as connection:
            set_setting(connection, "business_day", DAY.isoformat())
            set_setting(connection, "live_since_ms", "1")
        keep(database, [Account(f"a{n}") for n in range(4)])
        judge(made)
        keep(database, [unhappy("a0"), unhappy("a1")])
        judge(made)
        with database.write() as connection:
            said = Answer(DISMISS, "kim", DAY, detail="all is well")
            given = [answer(made, connection, key, said) for key in ("a0", "a1")]
        assert [each.rules for each in given] == [("detractor",)] * 2
        yield made


def unhappy(account):
    at_ms = ((DAY - timedelta(days=2)) - date(1970, 1, 1)).days * 86_400_000
    return Survey(account, "nps", 2, at_ms)


def judge(deployment, kind=runs.FULL):
    before = len(rung(deployment))
    open_run(deployment, kind)
    for chunk in rung(deployment)[before:]:
        assess(deployment, chunk)


def told(deployment):
    """What is owed beside the first digest of the book: accounts alerted to, and digests of demoted rules."""
    found = [row for row in rows(deployment.database) if row.key != "book"]
    alerts = [row.key.split("/")[1] for row in found if row.template == "alert"]
    return alerts, [json.loads(row.payload) for row in found if row.template == "digest"]


def test_what_a_demoted_rule_finds_is_told_in_a_digest_once(told_twice):
    keep(told_twice.database, [unhappy("a2")])
    judge(told_twice, runs.TOUCHED)
    assert told(told_twice) == (["a0", "a1"], [])  # a run over what was touched leaves it to the next
    judge(told_twice)
    judge(told_twice)
    alerted, (digest,) = told(told_twice)
    assert alerted == ["a0", "a1"]
    assert digest["notes"] == ["An unhappy answer: 0 of 2 closed alerts were right (0%), 50% is agreed"]
    assert [(row["account_key"], row["reasons"]) for row in digest["rows"]] == [
        ("a2", ["NPS answer 2 of 10"])
    ]


def test_other_rules_alert_as_ever_and_list_it(told_twice):
    keep(told_twice.database, [unhappy("a2"), Payment("i", "a2", date(2026, 5, 20), "failed")])
    judge(told_twice)
    alerted, _ = told(told_twice)
    assert alerted == ["a0", "a1", "a2"]
    last = [json.loads(row.payload) for row in rows(told_twice.database) if row.template == "alert"][-1]
    assert [flag["kind"] for flag in last["flags"]] == ["failed_payment", "detractor"]


def test_where_nothing_is_agreed_every_rule_alerts(told_twice):
    told_twice.policy = replace(told_twice.policy, ledger=LedgerRules(90, 2, {}))
    keep(told_twice.database, [unhappy("a2")])
    judge(told_twice)
    assert told(told_twice) == (["a0", "a1", "a2"], [])


def test_who_said_that_it_is_no_risk_is_not_asked_again_in_the_term(told_twice):
    judge(told_twice)
    assert told(told_twice) == (["a0", "a1"], [])
