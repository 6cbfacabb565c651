from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from sqlalchemy import insert, select, update

from config.routes import Person
from config.schedule import Schedule
from store import claims, outbox, runs
from store.database import Database
from store.runs import Basis, Chunk, Tally
from store.tables import accounts, chunks, job_slots
from store.tables import runs as runs_table
from tests.owed import go_live, notice, owe, pass_time, rows, standing
from worker import tick as module
from worker.deployment import Deployment
from worker.release import approve
from worker.tick import AUDIT, CLIMB, FIGURES, FIND, JUDGE, pull_job, slot_done, sweep, tick

DAY_S = 86_400
NOTHING = Schedule(pull={}, assess=DAY_S)
LEASE_S = 30.0


@pytest.fixture
def deployment(deployment_on_both: Deployment) -> Deployment:
    return deployment_on_both


@pytest.fixture(autouse=True)
def _files(tmp_path, monkeypatch):
    """Something is set of the source that the schedules name."""
    monkeypatch.setenv("SEATSIGNAL_FILES_FOLDER", str(tmp_path))


@pytest.fixture
def database(deployment) -> Database:
    return deployment.database


@pytest.fixture
def judged(deployment, bell) -> None:
    """The day's judgement is done: what a tick rings for is something else."""
    tick(deployment, NOTHING)
    [(_, slot)] = bell.rung
    slot_done(deployment, JUDGE, slot)
    bell.rung.clear()


def open_run(database: Database, kind: str = "full", size: int = 2) -> tuple[int, list[Chunk]]:
    with database.write() as connection:
        basis = Basis(pulse="", known="", policy_hash="", engine_version="")
        return runs.open_run(connection, kind, date(2026, 6, 1), basis, size)


def plan(database: Database, run: int, *keys: str) -> None:
    with database.write() as connection:
        outbox.plan(connection, run, map(notice, keys))


def keep_accounts(database: Database, many: int) -> None:
    with database.write() as connection:
        connection.execute(insert(accounts), [{"key": f"a{n}", "fresh": 1} for n in range(many)])


def finish(database: Database, made: list[Chunk], worsened: int = 0) -> None:
    with database.write() as connection:
        for chunk in made:
            runs.take(connection, chunk)
            runs.finish(connection, chunk.run, Tally(assessed=2, worsened=worsened))


def status(database: Database, run: int) -> str:
    with database.read() as connection:
        return runs.load(connection, run).status


def test_what_the_schedule_asks_for_is_rung_once(deployment, bell):
    schedule = Schedule(pull={"files": 3_600, "tickets": 600}, assess=DAY_S)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: tick(deployment, schedule), range(8)))
    assert sorted(name for name, _ in bell.rung) == ["judge", "pull files", "pull tickets"]


def test_a_bell_that_nobody_heard_rings_again_until_the_job_is_done(deployment, bell, database):
    schedule = Schedule(pull={"files": 3_600}, assess=DAY_S)
    tick(deployment, schedule)
    [slot] = [slot for name, slot in bell.rung if name == "pull files"]
    with database.write() as connection:
        connection.execute(update(job_slots).values(rung_ms=job_slots.c.rung_ms - 61_000))
    tick(deployment, schedule)
    assert bell.rung.count(("pull files", slot)) == 2
    slot_done(deployment, pull_job("files"), slot)
    with database.write() as connection:
        connection.execute(update(job_slots).values(rung_ms=job_slots.c.rung_ms - 61_000))
    tick(deployment, schedule)
    assert bell.rung.count(("pull files", slot)) == 2


@pytest.mark.usefixtures("judged")
def test_what_is_due_is_rung_for_once_a_destination(deployment, bell, database):
    owe(database, notice("a"), notice("b"), notice("c", destination="other"))
    tick(deployment, NOTHING)
    assert bell.rung == [("deliver", "other"), ("deliver", "sink")]


@pytest.mark.usefixtures("judged")
def test_what_a_dead_sender_left_is_due_again_and_rung_for(deployment, bell, database):
    owe(database, notice("a"))
    with database.write() as connection:
        claims.claim(connection, "sink", 10, LEASE_S)
    tick(deployment, NOTHING)
    assert bell.rung == []
    pass_time(database, LEASE_S + 1)
    tick(deployment, NOTHING)
    assert bell.rung == [("deliver", "sink")]
    assert standing(database) == {"a": "due"}


@pytest.mark.usefixtures("judged")
def test_a_chunk_whose_bell_was_lost_is_rung_for_again(deployment, bell, database):
    keep_accounts(database, 4)
    _, made = open_run(database)
    tick(deployment, NOTHING)
    assert bell.rung == []
    with database.write() as connection:
        connection.execute(update(chunks).values(rung_ms=chunks.c.rung_ms - runs.RING_AGAIN_MS - 1))
    tick(deployment, NOTHING)
    assert bell.rung == [("assess", chunk) for chunk in made]


@pytest.mark.usefixtures("judged")
def test_a_run_that_nobody_released_is_released(deployment, bell, database):
    go_live(database)
    keep_accounts(database, 4)
    open_run(database)
    run, made = open_run(database)
    plan(database, run, "a")
    tick(deployment, NOTHING)
    assert status(database, run) == "open"
    finish(database, made)
    tick(deployment, NOTHING)
    assert status(database, run) == "released"
    assert standing(database)["a"] == "due"
    assert ("deliver", "sink") in bell.rung


def test_a_run_is_released_once_by_eight_at_the_same_time(deployment, database):
    go_live(database)
    keep_accounts(database, 2)
    _, first = open_run(database)
    run, made = open_run(database)
    plan(database, run, "a")
    finish(database, first + made)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: sweep(deployment), range(8)))
    with database.read() as connection:
        audited = connection.exec_driver_sql("SELECT count(*) FROM audit WHERE action = 'run_released'")
        assert audited.scalar_one() == 2, "both runs, once each"
    assert standing(database)["a"] == "due"


def test_in_dry_run_a_run_ends_dry_and_what_it_planned_never_leaves(deployment, database):
    keep_accounts(database, 2)
    run, made = open_run(database)
    plan(database, run, "a")
    finish(database, made)
    sweep(deployment)
    assert status(database, run) == "dry"
    assert standing(database) == {"a": "planned"}


def test_a_run_that_moves_too_much_of_the_book_is_held_until_a_person_approves(deployment, database):
    go_live(database)
    limit = deployment.policy.brake.worse_accounts
    keep_accounts(database, 2)
    open_run(database)
    run, made = open_run(database)
    plan(database, run, "a")
    finish(database, made, worsened=limit + 1)
    sweep(deployment)
    assert status(database, run) == "held"
    assert standing(database)["a"] == "planned"
    sweep(deployment)
    assert status(database, run) == "held"
    assert approve(deployment, run, "dana") == 1
    assert approve(deployment, run, "dana") is None
    assert standing(database)["a"] == "due"


def test_what_earlier_runs_moved_counts_too(deployment, database):
    go_live(database)
    limit = deployment.policy.brake.worse_accounts
    keep_accounts(database, 2)
    first, made = open_run(database)
    finish(database, made, worsened=limit)
    sweep(deployment)
    second, made = open_run(database)
    finish(database, made, worsened=1)
    sweep(deployment)
    assert (status(database, first), status(database, second)) == ("released", "held")
    with database.write() as connection:
        connection.execute(update(runs_table).values(opened_ms=runs_table.c.opened_ms - 25 * 3_600_000))
    third, made = open_run(database)
    finish(database, made, worsened=1)
    sweep(deployment)
    assert status(database, third) == "released"


def test_a_release_that_breaks_silences_no_bell(deployment, bell, database, monkeypatch):
    class BrokenError(Exception):
        pass

    def break_(_deployment: Deployment, _run: int) -> str:
        raise BrokenError

    monkeypatch.setattr(module, "release", break_)
    owe(database, notice("a"))
    open_run(database)
    with pytest.raises(BrokenError):
        sweep(deployment)
    assert bell.rung == [("deliver", "sink")]


def test_a_sweep_that_breaks_leaves_nothing_half_done(deployment, database, monkeypatch):
    class BrokenError(Exception):
        pass

    def break_(*_: object) -> None:
        raise BrokenError

    owe(database, notice("a"))
    with database.write() as connection:
        claims.claim(connection, "sink", 10, LEASE_S)
    pass_time(database, LEASE_S + 1)
    monkeypatch.setattr(runs, "unfinished", break_)
    with pytest.raises(BrokenError):
        sweep(deployment)
    assert [row.status for row in rows(database)] == ["claimed"]


def test_each_slot_is_kept_by_its_job(deployment, database):
    tick(deployment, Schedule(pull={"files": 3_600}, assess=DAY_S))
    with database.read() as connection:
        assert set(connection.execute(select(job_slots.c.job)).scalars()) == {
            JUDGE, AUDIT, FIGURES, CLIMB, pull_job("files")
        }  # fmt: skip


def test_a_source_that_nobody_set_up_is_off(deployment, bell, monkeypatch):
    monkeypatch.delenv("SEATSIGNAL_FILES_FOLDER")
    tick(deployment, Schedule(pull={"files": 3_600}, assess=DAY_S))
    assert {name for name, _ in bell.rung} == {"judge"}


def test_slack_is_asked_for_colleagues_only_where_some_have_no_id(deployment, bell):
    tick(deployment, NOTHING)
    assert bell.sought == []
    people = {"ann@seller.example": Person()}
    deployment.routes = deployment.routes.model_copy(update={"people": people})
    tick(deployment, NOTHING)
    tick(deployment, NOTHING)
    (slot,) = bell.sought
    slot_done(deployment, FIND, slot)
