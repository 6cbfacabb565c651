"""Heartbeats: a process that no longer does its work ends, and says why; one that does is left alone."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from store import processes
from store.database import Database
from store.installation import set_setting
from store.processes import Process
from store.tables import processes as table
from tests.services import Redis
from worker import heartbeat as module
from worker.heartbeat import STUCK, Heartbeat
from worker.watch import Watch

ROOT = Path(__file__).parents[2]
HANGING = """
import threading
from worker import heartbeat
heartbeat.DEADLINE_S, heartbeat.BEAT_S = 1.0, 0.2
from worker.celery import app
app.loader.import_default_modules()
app.tasks["seatsignal.deliver"].run = lambda **_: threading.Event().wait()
app.send_task("seatsignal.deliver", kwargs={"destination": "slack"})
app.worker_main(["worker", "-P", "threads", "-c", "1", "-Q", "deliver", "-l", "WARNING"])
"""


@dataclass
class Machine:
    """Its clock, and the statuses that a process ended with."""

    now: float = 0.0
    ends: list[int] = field(default_factory=list)

    def clock(self) -> float:
        return self.now


@pytest.fixture
def machine() -> Machine:
    return Machine()


@pytest.fixture
def heartbeat(sqlite_url, machine, monkeypatch) -> Heartbeat:
    monkeypatch.setattr(module, "PARTING_S", 600.0)  # a busy machine is not a database that hangs
    process = Process("w", "worker", "host", 7, ("deliver",))
    return Heartbeat(process, Watch(600, 120, machine.clock), sqlite_url, end=machine.ends.append)


@pytest.fixture
def database(sqlite_url):
    made = Database(sqlite_url)
    yield made
    made.close()


def said(database: Database) -> list[str]:
    with database.read() as connection:
        return [row.wrong for row in connection.execute(table.select())]


def test_one_that_works_is_there_and_goes_on(heartbeat, database, machine):
    heartbeat.beat()
    assert (said(database), machine.ends) == ([""], [])
    heartbeat.stop()
    assert said(database) == []


def test_one_whose_task_does_not_end_says_so_and_ends(heartbeat, database, machine):
    heartbeat.watch.began("a", "seatsignal.pull")
    heartbeat.beat()
    machine.now = 601
    heartbeat.beat()
    assert (said(database), machine.ends) == (["seatsignal.pull has run for 601 s"], [STUCK])


def ticked_ago(database: Database, seconds: int) -> None:
    with database.write() as connection:
        processes.ticked(connection)
        set_setting(connection, "ticked_ms", str(processes.clock(connection) - seconds * 1000))


@pytest.mark.parametrize(
    ("heard", "expected"),
    [
        ((300, 300, "beat"), [STUCK]),
        ((300, 300, "worker"), []),  # nobody ticks: there is nothing to hear
        ((300, 10, "beat"), []),  # another worker hears them
        ((100, 300, "beat"), []),  # it was busy
    ],
)
def test_one_that_hears_no_tick_while_they_go_out_ends(heartbeat, database, machine, heard, expected):
    idle_s, tick_s, other = heard
    with database.write() as connection:
        processes.seen(connection, Process("o", other, "host", 8))
    ticked_ago(database, tick_s)
    machine.now = idle_s
    heartbeat.beat()
    assert machine.ends == expected


def test_a_database_that_is_away_is_no_fault_of_ours(tmp_path, machine):
    process = Process("w", "worker", "host", 7, ("deliver",))
    away = Heartbeat(
        process, Watch(600, 120, machine.clock), f"sqlite:///{tmp_path}", end=machine.ends.append
    )
    away.beat()
    assert machine.ends == []
    away.watch.began("a", "seatsignal.pull")
    machine.now = 601
    away.beat()
    assert machine.ends == [STUCK]


def test_a_defect_on_the_way_to_the_database_does_not_end_the_watch(heartbeat, database, machine):
    with database.write() as connection:
        connection.exec_driver_sql("DROP TABLE processes")
    heartbeat.beat()
    assert machine.ends == []
    heartbeat.watch.began("a", "seatsignal.pull")
    machine.now = 601
    heartbeat.beat()
    assert machine.ends == [STUCK]


def test_a_real_worker_whose_task_hangs_ends_itself(sqlite_url, redis_server: Redis):
    variables = {
        "SEATSIGNAL_DATABASE_URL": sqlite_url,
        "SEATSIGNAL_BROKER_URL": redis_server.url.replace("/0", "/9"),
    }
    command, environment = [sys.executable, "-c", HANGING], os.environ | variables
    process = subprocess.Popen(command, env=environment, cwd=ROOT, stderr=subprocess.PIPE, text=True)
    _, logged = process.communicate(timeout=60)
    lines = [json.loads(line) for line in logged.splitlines() if line.startswith("{")]
    reasons = [line["reason"] for line in lines if line["event"] == "process_stuck"]
    assert process.returncode == STUCK, logged
    assert [reason.split(" has run for ")[0] for reason in reasons] == ["seatsignal.deliver"]
