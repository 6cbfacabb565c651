"""Whatever is wrong with a source, operators hear of it once, and hear when it is over."""

import threading
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import select, update

from health.brake import Hold
from health.features import Cohort
from health.records import Record, Seat
from integrations.errors import Misconfigured, RetryLater
from integrations.roles import Page
from store import incidents, runs
from store.tables import audit
from store.tables import runs as run_rows
from tests.integrations.slack import rig as slack
from tests.owed import go_live
from tests.rehearsal import Rehearsal, start_sandbox
from tests.worker.ill import ACCOUNTS, DAY, SOURCE, USED, Ward, days_before, said, used
from worker import release as module
from worker.deliver import deliver
from worker.incidents import end_unused, review
from worker.pipeline import assess, open_run, pull
from worker.pulse import last_pulse, written

OUTAGE = 9
"""Days without use after which every account looks idle."""


@pytest.fixture
def ward(deployment) -> Ward:
    return Ward(deployment)


def threads(ward: Ward) -> list[str]:
    return [row.thread for row in ward.told()]


# -- out of use ---------------------------------------------------------------------------------------


def taken_out(ward: Ward) -> None:
    """Let nothing be set of the source any more."""
    ward.deployment = replace(ward.deployment, _sources={})


def test_an_incident_of_a_source_that_is_taken_out_of_use_ends_with_it(ward):
    ward.source.error = Misconfigured("unauthorized", "posthog: SEATSIGNAL_POSTHOG_API_KEY is refused")
    ward.read()
    assert [row.key.rpartition("/")[2] for row in ward.told()] == ["unauthorized"]
    end_unused(ward.deployment)
    assert len(ward.told()) == 1
    taken_out(ward)
    for _ in range(2):
        end_unused(ward.deployment)
    _, ended = ward.told()
    assert f"{SOURCE} is out of use" in said(ended)
    assert ended.thread == threads(ward)[0]
    with ward.database.read() as connection:
        assert incidents.standing(connection) == {}


def test_of_a_source_out_of_use_an_incident_begins_only_while_alerts_wait_for_it(ward):
    ward.fall(OUTAGE)
    taken_out(ward)
    ward.turn(5)  # the gate holds: silence since then may be ours
    ward.judge()
    end_unused(ward.deployment)
    ward.turn(30)  # past its shelf life: nothing of it is known, and nothing waits
    ward.judge()
    end_unused(ward.deployment)
    ward.judge()
    news = [tuple(row.key.split("/")[at] for at in (1, -1)) for row in ward.told()]
    assert news == [("fleet", "began"), ("fleet", "ended"), ("stale", "began"), ("stale", "ended")]
    assert "is out of use" in said(ward.told()[-1])


# -- the fleet fell ----------------------------------------------------------------------------------


def test_while_all_is_well_operators_hear_nothing(ward):
    ward.turn(1)
    ward.read(used([DAY]))
    ward.judge()
    assert ward.told() == []


def test_an_outage_over_several_runs_is_told_once_in_plain_words(ward):
    ward.fall(OUTAGE)
    for _ in range(2):
        ward.judge()
        ward.fall(1)
    (told,) = ward.told()
    assert ward.alerted() == []
    assert (told.destination, told.owner, told.status) == ("slack", "#seatsignal-ops", "due")
    assert told.thread == f"slack/#seatsignal-ops/operator/fleet/{SOURCE}/2026-06-10"
    for word in (SOURCE, "36% of what is usual", f"{len(ACCOUNTS)} accounts", "seatsignal doctor"):
        assert word in said(told)


def test_recovery_is_told_once_where_the_outage_was(ward):
    ward.fall(OUTAGE)
    ward.read(used(days_before(ward.today, OUTAGE)))
    for _ in range(2):
        ward.judge()
    began, ended = ward.told()
    assert began.thread == ended.thread
    assert (began.key, ended.key) == (f"{_matter(began)}/began", f"{_matter(began)}/ended")
    assert f"{SOURCE} is well again" in said(ended)
    assert f"Alerts about {len(ACCOUNTS)} accounts waited" in said(ended)


def _matter(row) -> str:
    return row.key.rpartition("/")[0]


def test_what_is_true_comes_out_once_the_source_is_well(ward):
    ward.fall(OUTAGE)
    assert ward.alerted() == []
    ward.read(used(days_before(ward.today, OUTAGE), accounts=ACCOUNTS[1:]))
    assert {key.split("/")[1] for key in ward.alerted()} == {ACCOUNTS[0]}
    assert len(ward.told()) == 2


def test_an_outage_of_next_week_is_another(ward):
    ward.fall(OUTAGE)
    ward.read(used(days_before(ward.today, OUTAGE)))
    ward.turn(7)
    ward.read(used(days_before(ward.today, 7)))
    ward.fall(OUTAGE)
    began, ended, again = ward.told()
    assert (began.thread == ended.thread, again.thread) == (
        True,
        f"slack/#seatsignal-ops/operator/fleet/{SOURCE}/2026-06-26",
    )


def test_what_returns_on_the_same_day_is_told_in_the_same_thread(ward):
    ward.fall(OUTAGE)
    lost = days_before(ward.today, OUTAGE)
    ward.read(used(lost))
    ward.source.records = used(lost, 0)
    pull(ward.deployment, SOURCE, believed=True)  # by itself it would not be
    ward.judge_waiting()
    assert len({row.key for row in ward.told()}) == 3
    assert len(set(threads(ward))) == 1


@pytest.mark.parametrize("when", ["began", "ended"])
def test_runs_that_end_at_once_tell_once(ward, when):
    ward.turn(OUTAGE)
    if when == "ended":
        ward.read(used(days_before(ward.today, OUTAGE), 0))
    told = len(ward.told())
    ward.source.records = used(days_before(ward.today, OUTAGE), 0 if when == "began" else USED)
    pull(ward.deployment, SOURCE)
    open_run(ward.deployment, runs.FULL)
    chunks = ward.chunks()
    at_once = threading.Barrier(len(chunks))

    def judge(chunk):
        at_once.wait()
        assess(ward.deployment, chunk)

    with ThreadPoolExecutor(len(chunks)) as pool:
        list(pool.map(judge, chunks))
    assert [row.key.rpartition("/")[2] for row in ward.told()[told:]] == [when]


def test_a_run_that_the_brake_holds_tells_all_the_same(ward, monkeypatch):
    monkeypatch.setattr(module, "brake", lambda *_: Hold("too much"))
    ward.fall(OUTAGE)
    with ward.database.read() as connection:
        assert len(runs.held(connection)) == 1
    assert [row.status for row in ward.told()] == ["due"]


def test_in_dry_run_nobody_is_told_and_the_first_run_after_it_tells(deployment):
    ward = Ward(deployment, live=False)
    ward.fall(OUTAGE)
    ward.hours(5, RetryLater("timeout"))
    ward.hours(1, Misconfigured("unauthorized"))
    list_(ward, seats(20))
    list_(ward, seats(5))
    assert ward.told() == []
    go_live(ward.database)
    ward.judge()
    assert len(ward.told()) == 1


def test_a_few_accounts_that_fall_are_no_incident(ward):
    ward.turn(OUTAGE)
    lost = days_before(ward.today, OUTAGE)
    ward.read([*used(lost, 0, ACCOUNTS[:4]), *used(lost, accounts=ACCOUNTS[4:])])
    assert ward.told() == []
    assert len(ward.alerted()) == 4


@pytest.fixture(scope="module")
def workspace() -> Iterator[Rehearsal]:
    with start_sandbox() as running:
        yield running


def test_in_slack_it_is_one_message_that_says_in_the_end_that_it_is_over(ward, workspace, monkeypatch):
    workspace.reset()
    for variable, value in slack.rig(workspace).good.items():
        monkeypatch.setenv(variable, value)
    ward.fall(OUTAGE)
    deliver(ward.deployment, "slack")
    ward.read(used(days_before(ward.today, OUTAGE)))
    deliver(ward.deployment, "slack")
    ward.deployment.destination("slack").close()
    began, ended = ward.told()
    effects = [(each["key"], each["action"]) for each in workspace.ledger()["effects"]]
    assert effects == [(began.key, "post"), (began.key, "update"), (ended.key, "post")]


# -- the source is behind ----------------------------------------------------------------------------


def idle_late(ward: Ward, days: int) -> None:
    """Let one account be idle for long, and read it when the source is some days behind."""
    ward.turn(OUTAGE + days)
    known = days_before(ward.today, OUTAGE + days)[:OUTAGE]
    ward.read([*used(known, accounts=ACCOUNTS[1:]), *used(known, 0, ACCOUNTS[:1])])


def test_alerts_that_wait_for_a_source_that_is_behind_are_told_once(ward):
    idle_late(ward, 3)
    ward.judge()
    (told,) = ward.told()
    assert ward.alerted() == []
    assert f"/operator/stale/{SOURCE}/2026-06-13" in told.thread
    assert "nothing later than 9 June 2026" in said(told)
    assert "alerts about 1 account wait" in said(told)
    ward.read(used(days_before(ward.today, 3), accounts=ACCOUNTS[1:]))
    assert [row.thread for row in ward.told()] == [told.thread] * 2
    assert {key.split("/")[1] for key in ward.alerted()} == {ACCOUNTS[0]}


def test_what_is_past_its_shelf_life_is_told_once_and_stays_open_until_it_is_not(ward):
    for _ in range(8):
        ward.turn(1)
        ward.read()
        ward.judge()
    (told,) = ward.told()
    assert "what rests on its usage is unknown" in said(told)
    ward.read(used(days_before(ward.today, 8)))
    assert len(ward.told()) == 2


def test_past_the_shelf_life_nothing_waits_any_more_and_it_is_not_over_for_that(ward):
    idle_late(ward, 3)
    for _ in range(7):
        ward.turn(1)
        ward.read()
        ward.judge()
    assert len(ward.told()) == 1


# -- a listing left out too much ---------------------------------------------------------------------


class Listing:
    """A source that lists seats and contacts."""

    def __init__(self, *listings: tuple[str, Iterable[Record]]) -> None:
        self._listings = listings

    def check(self) -> None:
        """Always content."""

    def pull(self, _cursor: str | None) -> Iterator[Page]:
        for kind, records in self._listings:
            yield Page(list(records), None, listing=kind, complete=True)


def seats(many: int) -> tuple[str, list[Record]]:
    return "seats", [Seat(ACCOUNTS[0], f"u{number}") for number in range(many)]


def list_(ward: Ward, *listings: tuple[str, Iterable[Record]]) -> None:
    ward.deployment.use_source(SOURCE, Listing(*listings))
    pull(ward.deployment, SOURCE)


def test_a_listing_that_is_not_believed_is_told_once_until_it_is_whole(ward):
    list_(ward, seats(20))
    for _ in range(3):
        list_(ward, seats(5))
    (told,) = ward.told()
    assert "15 of 20 seats" in said(told)
    list_(ward, ("tickets", []))
    assert len(ward.told()) == 1
    list_(ward, seats(20))
    assert [row.thread for row in ward.told()] == [told.thread] * 2


def test_a_listing_that_leaves_out_a_few_is_no_incident(ward):
    list_(ward, seats(20))
    list_(ward, seats(19))
    assert ward.told() == []


def test_what_begins_and_ends_is_in_the_audit(ward):
    ward.fall(OUTAGE)
    ward.read(used(days_before(ward.today, OUTAGE)))
    with ward.database.read() as connection:
        found = connection.execute(select(audit).where(audit.c.action.startswith("incident"))).all()
    assert [(row.action, row.about) for row in found] == [
        ("incident_began", f"fleet/{SOURCE}"),
        ("incident_ended", f"fleet/{SOURCE}"),
    ]


# -- customers who began together --------------------------------------------------------------------

FALLEN = Cohort("use", date(2026, 3, 1), date(2026, 3, 31), 60.0, 80.0, 40)


def looked(ward: Ward, *cohorts: Cohort) -> None:
    """Let the last run have seen cohorts below their range, and look at what it means."""
    with ward.database.write() as connection:
        pulse = replace(last_pulse(connection), cohorts=cohorts)
        connection.execute(update(run_rows).values(pulse=written(pulse)))
        review(ward.deployment, connection)


def test_a_cohort_is_told_once_to_those_who_look_after_it_and_when_it_is_over(ward):
    ward.judge()
    looked(ward, FALLEN._replace(gate="volume"))
    assert ward.told() == []
    for _ in range(2):
        looked(ward, FALLEN)
    (began,) = ward.told()
    assert began.owner == ward.deployment.routes.csm.owner != ward.deployment.routes.ops.owner
    assert "Customers who began in March 2026 use less, all together" in said(began)
    assert "60 % of their usual; in the eight weeks before never under 80 %" in said(began)
    assert "40 accounts" in said(began)
    looked(ward, FALLEN._replace(gate="chance"))  # still below: it does not come and go by the day
    end_unused(ward.deployment)  # it is no source
    assert len(ward.told()) == 1
    looked(ward)
    _, ended = ward.told()
    assert ended.thread == began.thread
    assert "no longer below their range" in said(ended)
