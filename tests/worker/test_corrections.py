"""Use that comes late: an alert it shows to be wrong is corrected once in its thread, and no other."""

import json
from contextlib import closing
from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from config.plays import load_plays
from config.routes import load_routes
from config.settings import Settings
from health.records import Account, Subscription, Usage
from store import history, runs, sources
from store.database import Database
from store.installation import set_setting
from store.tables import runs as table
from tests.owed import rows
from tests.worker.test_assess import keep, rung
from worker.deployment import Deployment
from worker.pipeline import assess, open_run

DAY = date(2026, 6, 1)
SILENT = 13
"""Days before the day of which nothing is known of the first account."""
NAMES = [f"a{n}" for n in range(12)]


def used(name, *days_before):
    return [Usage(name, DAY - timedelta(days=back), active_users=6) for back in days_before]


@pytest.fixture
def alerted(sqlite_url, bell, shipped):
    """Past its first run and live, with an alert to one account that seems to have fallen silent."""
    with closing(Database(sqlite_url)) as database:
        made = Deployment(database, Settings(), shipped, load_routes(None), load_plays(None), bell, None)
        with database.write() as connection:
            set_setting(connection, "live_since_ms", "1")
        term = Subscription("s", "", DAY - timedelta(days=300), DAY + timedelta(days=400), seats=8)
        terms = [term._replace(subscription_id=f"s-{name}", account_id=name) for name in NAMES]
        keep(database, [*map(Account, NAMES), *terms])
        keep(database, [day for name in NAMES for day in used(name, *range(30, 91))])
        judge(made, DAY - timedelta(days=29))
        keep(database, used("a0", *range(SILENT + 1, 30)))
        keep(database, [day for name in NAMES[1:] for day in used(name, *range(1, 30))])
        judge(made, DAY)
        assert told(made) == [("a0", "alert", "first")]
        yield made


def judge(deployment, day):
    with deployment.database.write() as connection:
        set_setting(connection, "business_day", day.isoformat())
        sources.ended(connection, "files")
    before = len(rung(deployment))
    open_run(deployment, runs.FULL)
    for chunk in rung(deployment)[before:]:
        assess(deployment, chunk)


def told(deployment):
    found = [row for row in rows(deployment.database) if row.template in {"alert", "recovered"}]
    return [(row.key.split("/")[1], row.template, json.loads(row.payload)["why"]) for row in found]


def later(days):
    """Use of all accounts from the day on."""
    return [day for name in NAMES for day in used(name, *range(-days + 1, 1))]


def test_late_use_corrects_the_alert_in_its_thread_once(alerted):
    keep(alerted.database, used("a0", *range(1, SILENT + 1)))
    for days in (0, 0, 1):
        keep(alerted.database, later(days))
        judge(alerted, DAY + timedelta(days=days))
    assert told(alerted) == [("a0", "alert", "first"), ("a0", "recovered", "corrected")]
    alert, correction = (row for row in rows(alerted.database) if row.template in {"alert", "recovered"})
    assert alert.thread == correction.thread
    said = json.loads(correction.payload)
    assert said["corrected_on"] == str(DAY)
    assert said["told_score"] == json.loads(alert.payload)["score"] < said["known_score"]
    assert {flag["why"] for flag in said["flags"]} == {"corrected"}


@pytest.mark.parametrize("late", [(), (SILENT,)], ids=["none", "too little"])
def test_who_comes_back_has_recovered(alerted, late):
    keep(alerted.database, [*used("a0", *late), *later(29)])
    judge(alerted, DAY + timedelta(days=29))
    assert told(alerted) == [("a0", "alert", "first"), ("a0", "recovered", "recovered")]


def test_by_other_rules_there_is_nothing_to_compare(alerted):
    alerted.policy = replace(alerted.policy, hash="other")
    keep(alerted.database, used("a0", *range(1, SILENT + 1)))
    judge(alerted, DAY)
    assert told(alerted)[-1] == ("a0", "recovered", "recovered")


def test_late_use_that_leaves_it_at_risk_changes_nothing(alerted):
    keep(alerted.database, used("a0", SILENT))
    judge(alerted, DAY)
    assert told(alerted) == [("a0", "alert", "first")]


def test_the_day_is_judged_with_the_use_of_the_days_before_it_alone(alerted):
    def row():
        with alerted.database.read() as connection:
            known = json.loads(connection.execute(select(table.c.known).order_by(table.c.id.desc())).scalar())
            return history.with_late_use(connection, 1, known, alerted.policy.metrics, DAY)

    keep(alerted.database, later(29))
    assert row() is None
    keep(alerted.database, used("a0", SILENT))
    assert row().last_used_on == DAY - timedelta(days=SILENT)
    assert row().terms[0].subscription_id == "s-a0"
