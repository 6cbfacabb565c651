"""What a run planned leaves, waits for a person, or never leaves: decided once, by the last 24 hours."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from sqlalchemy import insert, select, update

from config.routes import SENDERS
from store import claims, outbox, runs
from store.runs import Basis
from store.tables import accounts, audit, notices
from store.tables import runs as runs_table
from tests.owed import go_live as live
from tests.owed import notice, rows, standing
from tests.owed import notice as a_notice
from worker.deployment import Deployment
from worker.release import approve, discard, expire, go_live, release

AS_OF = date(2026, 6, 1)
BASIS = Basis(pulse="{}", known="{}", policy_hash="p", engine_version="1")
ACTIVE = 1_000


@pytest.fixture
def deployment(deployment_on_both: Deployment) -> Deployment:
    return deployment_on_both


@pytest.fixture(autouse=True)
def _one_run_behind(deployment: Deployment) -> None:
    """The installation is past its first run and judges `ACTIVE` accounts."""
    with deployment.database.write() as connection:
        connection.execute(insert(accounts), [{"key": f"a{n}", "fresh": 1} for n in range(ACTIVE)])
    decide(deployment, judged(deployment))


def judged(deployment: Deployment, *owed: str, worse: int = 0, hours_ago: float = 0) -> int:
    """A run that is judged to its end, with what it owes planned."""
    with deployment.database.write() as connection:
        run, _ = runs.open_run(connection, runs.FULL, AS_OF, BASIS, ACTIVE)
        outbox.plan(connection, run, [notice(key) for key in owed])
        of_run = update(runs_table).where(runs_table.c.id == run)
        opened_ms = runs_table.c.opened_ms - int(hours_ago * 3_600_000)
        connection.execute(of_run.values(chunks_left=0, worsened=worse, opened_ms=opened_ms))
    return run


def decide(deployment: Deployment, run: int) -> None:
    with deployment.database.write() as connection:
        runs.decide_release(connection, run, "dry")


def recorded(deployment: Deployment) -> list[tuple[str, str, str]]:
    with deployment.database.read() as connection:
        found = connection.execute(select(audit).order_by(audit.c.id)).all()
    return [(row.actor, row.action, row.about) for row in found]


def test_a_run_within_the_limits_makes_what_it_planned_due_and_rings(deployment, bell):
    live(deployment.database)
    run = judged(deployment, "a", "b")
    assert release(deployment, run) == "released"
    assert standing(deployment.database) == {"a": "due", "b": "due"}
    assert bell.rung == [("deliver", "sink")]
    assert recorded(deployment) == [("system", "run_released", str(run))]


LIMIT = 50
"""Five in a hundred of `ACTIVE`, which is more than 25."""


@pytest.mark.parametrize(
    ("earlier", "worse", "status"),
    [
        ([], 0, "released"),
        ([], LIMIT, "released"),
        ([], LIMIT + 1, "held"),
        ([(LIMIT, 1)], 0, "released"),
        ([(LIMIT, 1)], 1, "held"),
        ([(LIMIT, 23.9)], 1, "held"),
        ([(LIMIT, 24.1)], 1, "released"),
        ([(20, 20), (20, 10), (11, 1)], 0, "held"),
        ([(900, 25)], LIMIT, "released"),
    ],
)
def test_the_brake_looks_at_a_day_of_runs(deployment, bell, earlier, worse, status):
    live(deployment.database)
    for before, hours_ago in earlier:
        decide(deployment, judged(deployment, worse=before, hours_ago=hours_ago))
    run = judged(deployment, "a", worse=worse)
    assert release(deployment, run) == status
    assert standing(deployment.database) == {"a": "due" if status == "released" else "planned"}
    assert bell.rung == ([("deliver", "sink")] if status == "released" else [])


def test_a_run_that_ends_a_day_late_is_braked_all_the_same(deployment):
    """Its chunks may have waited for a worker: what it found has not been told yet."""
    live(deployment.database)
    assert release(deployment, judged(deployment, "a", worse=51, hours_ago=25)) == "held"


@pytest.mark.parametrize(("letters", "status"), [(2, "released"), (3, "held")])
def test_no_person_is_written_to_more_often_than_the_limit(deployment, letters, status):
    live(deployment.database)
    run = judged(deployment)
    owed = [a_notice(f"l{n}", destination=SENDERS[n % 2], owner="ann") for n in range(letters)]
    owed += [a_notice(f"m{n}", destination="mail", owner=f"other {n}") for n in range(9)]
    with deployment.database.write() as connection:
        outbox.plan(connection, run, owed)
    assert release(deployment, run) == status


def test_a_held_run_goes_once_a_person_says_so(deployment):
    live(deployment.database)
    run = judged(deployment, "a", "b", worse=LIMIT + 1)
    release(deployment, run)
    with deployment.database.read() as connection:
        ((held, reason),) = runs.held(connection)
    assert (held, reason) == (
        run,
        f"{LIMIT + 1} of {ACTIVE} accounts got a worse band within 24 hours, the limit is {LIMIT}",
    )
    assert approve(deployment, run, actor="robin") == 2
    assert standing(deployment.database) == {"a": "due", "b": "due"}
    assert approve(deployment, run, actor="robin") is None
    assert recorded(deployment) == [("system", "run_held", str(run)), ("robin", "run_approved", str(run))]


@pytest.mark.parametrize("status", ["open", "released", "dry"])
def test_only_a_held_run_can_be_approved(deployment, status):
    live(deployment.database)
    run = judged(deployment, "a")
    if status != "open":
        with deployment.database.write() as connection:
            runs.decide_release(connection, run, status)
    assert approve(deployment, run, actor="robin") is None
    assert standing(deployment.database) == {"a": "planned"}
    assert recorded(deployment) == []


def test_a_held_run_that_is_discarded_sends_nothing_and_lets_later_ones_pass(deployment):
    live(deployment.database)
    run = judged(deployment, "a", "b", worse=LIMIT + 1)
    with deployment.database.write() as connection:
        outbox.plan(connection, run, [notice("first", thread="account")])
    release(deployment, run)
    assert discard(deployment, run, actor="robin") == 3
    for late in (discard, approve):
        assert late(deployment, run, actor="robin") is None
    assert set(standing(deployment.database).values()) == {"suppressed"}
    assert {row.reason for row in rows(deployment.database)} == {"discarded"}
    assert recorded(deployment)[-1] == ("robin", "run_discarded", str(run))
    with deployment.database.write() as connection:
        outbox.plan(connection, None, [notice("second", thread="account")])
        outbox.make_due(connection, None)
        assert [one.key for one in claims.claim(connection, "sink", 9, 30).notices] == ["second"]


@pytest.mark.parametrize("status", ["open", "released", "dry"])
def test_only_a_held_run_can_be_discarded(deployment, status):
    live(deployment.database)
    run = judged(deployment, "a")
    if status != "open":
        with deployment.database.write() as connection:
            runs.decide_release(connection, run, status)
    assert discard(deployment, run, actor="robin") is None
    assert standing(deployment.database) == {"a": "planned"}


def test_of_eight_who_approve_at_once_one_does(deployment):
    live(deployment.database)
    run = judged(deployment, "a", worse=LIMIT + 1)
    release(deployment, run)
    with ThreadPoolExecutor(8) as pool:
        due = list(pool.map(lambda _: approve(deployment, run, actor="robin"), range(8)))
    assert sorted(due, key=str) == [1, *[None] * 7]


def test_of_eight_who_release_at_once_one_decides_and_all_say_the_same(deployment):
    live(deployment.database)
    run = judged(deployment, "a")
    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(lambda _: release(deployment, run), range(8))) == {"released"}
    assert recorded(deployment) == [("system", "run_released", str(run))]


def test_in_dry_run_nothing_is_ever_due(deployment, bell):
    run = judged(deployment, "a", worse=ACTIVE)
    assert release(deployment, run) == "dry"
    assert standing(deployment.database) == {"a": "planned"}
    assert bell.rung == []


def test_going_live_closes_what_was_planned_and_only_once(deployment):
    release(deployment, judged(deployment, "a", "b"))
    assert go_live(deployment) == 2
    assert standing(deployment.database) == {"a": "suppressed", "b": "suppressed"}
    assert {row.reason for row in rows(deployment.database)} == {"before_go_live"}
    later = judged(deployment, "c")
    assert go_live(deployment) == 0
    assert standing(deployment.database)["c"] == "planned"
    release(deployment, later)
    assert standing(deployment.database)["c"] == "due"
    assert [action for _, action, _ in recorded(deployment)] == ["run_dry", "went_live", "run_released"]


def test_a_run_that_began_before_going_live_sends_nothing_and_is_in_nobodys_way(deployment):
    run = judged(deployment)
    go_live(deployment)
    with deployment.database.write() as connection:  # its last chunk ends now
        outbox.plan(connection, run, [notice("a", thread="account")])
    assert release(deployment, run) == "dry"
    assert standing(deployment.database) == {"a": "suppressed"}
    later = judged(deployment)
    with deployment.database.write() as connection:
        outbox.plan(connection, later, [notice("b", thread="account")])
    release(deployment, later)
    with deployment.database.write() as connection:
        assert [one.key for one in claims.claim(connection, "sink", 9, 30).notices] == ["b"]


def test_what_is_due_already_is_rung_for_whatever_becomes_of_the_run(deployment, bell):
    live(deployment.database)
    release(deployment, judged(deployment, "a"))
    bell.rung.clear()
    assert release(deployment, judged(deployment, "b", worse=LIMIT + 1)) == "held"
    assert bell.rung == [("deliver", "sink")]
    with deployment.database.read() as connection:
        assert connection.execute(select(notices.c.key).where(notices.c.status == "due")).scalars().all() == [
            "a"
        ]


DAYS_S = 259_200


def test_a_held_run_that_nobody_approves_in_time_is_closed_and_told_once(deployment):
    live(deployment.database)
    run = judged(deployment, "a", "b", worse=ACTIVE)
    assert release(deployment, run) == "held"
    expire(deployment, DAYS_S)
    assert standing(deployment.database) == {"a": "planned", "b": "planned"}
    with deployment.database.write() as connection:
        earlier = runs_table.c.released_ms - DAYS_S * 1000 - 1
        connection.execute(update(runs_table).where(runs_table.c.id == run).values(released_ms=earlier))
    for _ in range(2):
        expire(deployment, DAYS_S)
    assert standing(deployment.database) == {
        "a": "suppressed", "b": "suppressed", f"operator/run/{run}/expired": "due"
    }  # fmt: skip
    assert {row.reason for row in rows(deployment.database)} == {"approval_expired", ""}
    assert approve(deployment, run, actor="late") is None, "an approval that comes too late is none"
    assert recorded(deployment)[-1] == ("system", "run_approval_expired", str(run))
