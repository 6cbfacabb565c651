"""Use that comes late: an alert it shows to be wrong is corrected once in its thread, and no other."""

import json
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from config.plays import load_plays
from config.routes import load_routes
from config.settings import Settings
from health.records import Account, Event, Licence, Payment, Seat, Subscription, Survey, Usage, Validation
from store import history, identity, late, rescored, runs, sources, verdicts
from store.database import Database
from store.installation import set_setting
from store.tables import runs as table
from tests.owed import rows
from tests.store.test_facts import pull
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


def test_the_day_is_kept_beside_what_was_told_of_it(alerted):
    keep(alerted.database, used("a0", *range(1, SILENT + 1)))
    keep(alerted.database, later(1))
    judge(alerted, DAY + timedelta(days=1))
    with alerted.database.read() as connection:
        (found,) = rescored.days(connection, 1)
        (told_then,) = verdicts.of_run(connection, found.run, [1])
        known = rescored.latest(connection, found.run, [1])[1]
        assert not late.since(connection, 1, len(NAMES))
    assert (found.as_of, found.by_run) == (DAY, found.run + 1)
    assert found.told_points == told_then.assessment.score.points < found.known_points == known.score.points
    assert {signal.kind for signal in told_then.assessment.signals} > {s.kind for s in known.signals}


def test_a_day_that_is_put_right_twice_is_known_as_it_was_last(alerted):
    points = []
    for half in (range(1, 7), range(7, SILENT + 1)):
        keep(alerted.database, used("a0", *half))
        judge(alerted, DAY + timedelta(days=1))
        with alerted.database.read() as connection:
            points += [each.known_points for each in rescored.days(connection, 1)]
    assert points[0] < points[1]
    assert len(points) == 2


def test_nothing_is_late_that_comes_in_its_turn(alerted):
    for days in (1, 2):
        keep(alerted.database, later(days))
        with alerted.database.read() as connection:
            assert not late.since(connection, 1, len(NAMES))
        judge(alerted, DAY + timedelta(days=days))


def test_what_the_first_pull_of_a_source_tells_of_the_past_is_not_late(alerted):
    records = [Account("a1"), answer("a1", 9), *used("a1", 3)]
    pull(alerted.database, records, "desk")
    with alerted.database.write() as connection:
        assert identity.link_by_hand(connection, "desk", "a1", "a1", "ann")
        assert not late.since(connection, 1, len(NAMES))
        sources.ended(connection, "desk")
    pull(alerted.database, [answer("a1", 8)], "desk")
    with alerted.database.read() as connection:
        assert late.since(connection, 1, len(NAMES)) == {2: day(20)}


def test_days_long_gone_are_judged_again_only_where_an_open_flag_rests_on_them(alerted):
    keep(alerted.database, later(29))
    judge(alerted, DAY + timedelta(days=29))
    keep(alerted.database, [use._replace(active_users=7) for use in used("a1", *range(1, 60))])
    judge(alerted, DAY + timedelta(days=30))
    with alerted.database.read() as connection:
        days = [each.as_of for each in rescored.days(connection, 2)]
    assert days == [DAY + timedelta(days=29)]


@pytest.mark.parametrize("late", [(), (SILENT,)], ids=["none", "too little"])
def test_who_comes_back_has_recovered(alerted, late):
    keep(alerted.database, [*used("a0", *late), *later(29)])
    judge(alerted, DAY + timedelta(days=29))
    assert told(alerted) == [("a0", "alert", "first"), ("a0", "recovered", "recovered")]


def test_what_was_told_is_read_again_only_of_whom_a_day_came_to_another_verdict(alerted, monkeypatch):
    asked: list[int] = []
    said = verdicts.said
    monkeypatch.setattr(
        verdicts, "said", lambda to, account, flags: asked.append(account) or said(to, account, flags)
    )
    keep(alerted.database, later(29))
    judge(alerted, DAY + timedelta(days=29))
    assert (told(alerted)[-1], asked) == (("a0", "recovered", "recovered"), [])
    keep(alerted.database, used("a0", *range(1, SILENT + 1)))
    judge(alerted, DAY + timedelta(days=29))
    with alerted.database.read() as connection:
        assert rescored.accounts(connection, 1, len(NAMES)) == set(asked)


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
            (found,) = history.restated(connection, [1], known, alerted.policy.metrics, DAY)
            return found

    keep(alerted.database, later(29))
    assert row().last_used_on == DAY - timedelta(days=SILENT + 1)
    keep(alerted.database, used("a0", SILENT))
    assert row().last_used_on == DAY - timedelta(days=SILENT)
    assert row().terms[0].subscription_id == "s-a0"


def grown(users, tries):
    """Use of an account of eight seats; with more users than fit and locked features tried it has room."""
    days = [use._replace(active_users=users) for use in used("a3", *range(1, 30))]
    return [*days[:-1], days[-1]._replace(locked_feature_attempts=tries)]


def test_room_to_grow_and_a_shared_key_that_never_were_are_corrected_in_their_threads(alerted):
    def others():
        found = [row for row in rows(alerted.database) if row.template in {"expansion", "operator"}]
        return {
            row.thread: [json.loads(each.payload) for each in found if each.thread == row.thread]
            for row in found
        }

    mismatch = Validation("a4", day(5), "domain_mismatch", 12)
    keep(alerted.database, [*grown(8, 9), mismatch])
    judge(alerted, DAY)
    first = others()
    assert sorted(len(told) for told in first.values()) == [1, 1]
    keep(alerted.database, [*grown(2, 0), mismatch._replace(times=1)])
    judge(alerted, DAY)
    judge(alerted, DAY)
    room, shared = (others()[thread] for thread in sorted(first))
    assert [told.get("corrected_on") for told in room] == [None, str(DAY)]
    assert [each["evidence"] for each in room[1]["triggers"]] == [e["evidence"] for e in room[0]["triggers"]]
    assert shared[1]["title"] == "Correction: what was told of a licence of a4 was not so"
    assert (len(shared), shared[0]["what_happened"] in shared[1]["what_happened"]) == (2, True)


# -- every kind of fact ------------------------------------------------------------------------------


def ms(days_before):
    on = DAY - timedelta(days=days_before)
    return int(datetime(on.year, on.month, on.day, 9, tzinfo=UTC).timestamp() * 1000)


def day(days_before):
    return DAY - timedelta(days=days_before)


def invoice(name):
    return Payment(f"i-{name}", name, day(20), "failed")


def answer(name, score):
    return Survey(name, "nps", score, ms(20))


def licences(name, activated=None):
    return [
        Licence(f"l{n}-{name}", name, "active", issued_ms=ms(20), activated_ms=activated) for n in range(4)
    ]


def champion(name, seen):
    return Seat(name, "u", role="champion", assigned_on=day(200), last_active_ms=ms(seen))


def terms(name):
    """A term that is cheaper than the one before it."""
    before = Subscription(f"c-{name}", name, day(400), day(35), mrr_minor=90_000, currency="EUR")
    return [before, before._replace(term_start=day(35), term_end=day(-330), mrr_minor=50_000)]


def renewed(name, began):
    """A term after these that costs nearly as much as the first."""
    return terms(name)[1]._replace(term_start=day(began), mrr_minor=88_000)


KINDS = {
    "paid": (lambda a: [invoice(a)], lambda a: [invoice(a)._replace(status="paid", paid_on=day(4))]),
    "answered": (lambda a: [answer(a, 2)], lambda a: [answer(a, 9)]),
    "activated": (licences, lambda a: licences(a, ms(9))),
    "seen": (lambda a: [champion(a, 30)], lambda a: [champion(a, 2)]),
    "expected": (lambda _: [], lambda a: [Event(a, ms(12), "known_expected")]),
    "renewed": (terms, lambda a: [renewed(a, 20)]),
}
"""What raises a risk on the day, and what comes later and says that it was none."""
NEWS = {
    "paid since": (lambda a: [invoice(a)], lambda a: [invoice(a)._replace(status="paid", paid_on=DAY)]),
    "void": (lambda a: [invoice(a)], lambda a: [invoice(a)._replace(status="void")]),
    "answered since": (lambda a: [answer(a, 2)], lambda a: [answer(a, 9)._replace(answered_ms=ms(0))]),
    "activated since": (licences, lambda a: licences(a, ms(0))),
    "seen since": (lambda a: [champion(a, 30)], lambda a: [champion(a, 0)]),
    "renewed since": (terms, lambda a: [renewed(a, -1)]),
}
"""The same, but of what happened since: then the risk has ended."""


def only(deployment, name):
    return [(template, why) for account, template, why in told(deployment) if account == name]


def test_a_fact_of_any_kind_that_came_late_corrects_and_one_of_since_then_does_not(deployment):
    """On both databases, an account for each case; the others of the fleet have nothing to tell."""
    names = [*KINDS, *NEWS, *NAMES]
    silent = {"expected": SILENT}
    with deployment.database.write() as connection:
        set_setting(connection, "live_since_ms", "1")
    usual = Subscription("s", "", day(300), day(-400), seats=8)
    keep(
        deployment.database,
        [*map(Account, names), *(usual._replace(subscription_id=f"s-{a}", account_id=a) for a in names)],
    )
    keep(deployment.database, [each for a in names for each in used(a, *range(30, 91))])
    keep(deployment.database, [Event(NAMES[0], ms(99), "noted")])
    judge(deployment, day(29))
    keep(deployment.database, [e for a in names for e in used(a, *range(silent.get(a, 0) + 1, 30))])
    for name, (before, _) in {**KINDS, **NEWS}.items():
        keep(deployment.database, before(name))
    judge(deployment, DAY)
    assert {name: only(deployment, name) for name in (*KINDS, *NEWS)} == {
        name: [("alert", "first")] for name in (*KINDS, *NEWS)
    }
    keep(deployment.database, [each for a in names if a != "expected" for each in used(a, 0)])
    for name, (_, came) in {**KINDS, **NEWS}.items():
        keep(deployment.database, came(name))
    judge(deployment, DAY + timedelta(days=1))
    ends = {name: only(deployment, name)[1:] for name in (*KINDS, *NEWS)}
    assert ends == {name: [("recovered", "corrected")] for name in KINDS} | {
        name: [("recovered", "recovered")] for name in NEWS
    }
