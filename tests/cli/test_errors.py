"""Whatever is wrong: it is said in a line that names it, the exit status tells, and nothing owed is lost.

Each case gives a command while something is broken, then mends it and gives the command again. Files
that are wrong are in `test_import.py`, keys and variables in `test_configure.py`, a database that is
locked or away in `test_away.py` too.
"""

import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import pytest
from sqlalchemy import func, select

from config.variables import ANYWHERE
from integrations.slack.client import REMEDY
from store import processes
from store.database import Database
from store.tables import facts, notices
from tests import book, services
from tests.cli.conftest import Ended, Make, Seatsignal
from tests.cli.test_outbound import LETTERS, SLACK, WHERE, seen, standing
from tests.owed import pass_time
from tests.rehearsal import ROOT, Rehearsal
from tests.services import free_port
from worker.deliver import PAUSE_S

ALWAYS = 1_000
A_WHILE_S = 1_000
LOOK = "What is rejected or unknown waits for you: `seatsignal notices` lists it."
TRIED = "asked again it answers, and what is left is sent at the next try."
REST = "left alone for some minutes, since it refused us; `seatsignal resume` tries again now."


def wait(commands: Seatsignal, seconds: float = A_WHILE_S) -> None:
    """Let time pass for what was put off, and let nobody be left alone any longer."""
    database = commands.database()
    pass_time(database, seconds)
    database.close()
    assert commands("resume").status == 0


# -- vendors -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Upset:
    """A fault that lasts, what is said of it on either side, and what becomes of the notices it meets."""

    system: str
    fault: str
    out: str
    said: str
    first: str = "due"
    left: int = 0
    more: Mapping[str, str | int] = field(default_factory=dict)

    def __str__(self) -> str:
        return " ".join([self.system, self.fault, *map(str, self.more.values())])


def slack(fault: str, reason: str, said: str, **more: str | int) -> Upset:
    waits = "deferred" if reason == "rate_limited" else "retry"
    return Upset("slack", fault, f"mail: 2 sent\nslack: 3 {waits} {reason}\n", said, left=3, more=more)


def mail(fault: str, reason: str, said: str) -> Upset:
    return Upset("smtp", fault, f"mail: 2 retry {reason}\nslack: 3 sent\n", said, left=2)


UPSETS = (
    slack("401", "unauthorized", f"slack answered 401: {REMEDY}"),
    slack("429", "rate_limited", "slack: it asks us to wait", retry_after=7),
    slack("500", "status_500", "slack: it answered 500"),
    slack("html", "not_json", "slack: what answers there is no JSON: an error page, or another server"),
    slack("truncated", "not_json", "slack: what answers there is no JSON: an error page, or another server"),
    slack("refuse", "connection_lost", "slack: the connection broke"),
    slack("ok_false", "internal_error", "slack: it answered internal_error"),
    slack("ok_false", "invalid_auth", f"slack: the token is not valid; {REMEDY}", error="invalid_auth"),
    slack("401", "unauthorized", f"slack: unauthorized; {TRIED}", on="chat.postMessage"),
    slack("html", "not_json", f"slack: not_json; {TRIED}", on="chat.postMessage"),
    Upset(
        "slack", "ok_false", "mail: 2 sent\nslack: 3 rejected msg_too_long\n", LOOK, "quarantined",
        more={"error": "msg_too_long"},
    ),
    mail("421", "connect_failed", "mail: the server greets with 421"),
    mail("451", "rcpt_deferred", f"mail: rcpt_deferred; {TRIED}"),
    mail("cut:1", "connect_failed", "mail: the server cannot be reached"),
    mail("cut:5", "connection_lost", f"mail: connection_lost; {TRIED}"),
    Upset("smtp", "550", "mail: 2 rejected recipient_refused\nslack: 3 sent\n", LOOK, "quarantined"),
    Upset("smtp", "cut:7", "mail: 2 unknown no_answer_to_the_final_dot\nslack: 3 sent\n", LOOK, "unknown"),
)  # fmt: skip


@pytest.mark.parametrize("upset", UPSETS, ids=str)
def test_a_vendor_in_trouble_is_named_and_what_is_owed_waits(
    owing, sandbox: Rehearsal, reaching, upset: Upset
):
    owing.variables.update(reaching)
    sandbox.faults(upset.system, upset.fault, times=ALWAYS, **upset.more)
    done = owing("deliver")
    waiting = f"{upset.left} more wait; `seatsignal plan` lists them.\n" if upset.left else ""
    assert (done.status, done.out) == (1, f"{upset.out}{waiting}")
    assert done.complaint == [upset.said]
    struck = SLACK if upset.system == "slack" else LETTERS
    assert {standing(owing)[key] for key in struck} == {upset.first}
    assert {standing(owing)[key] for key in set(book.OWED) - set(struck)} == {"sent"}
    sandbox.calm()
    wait(owing)
    assert owing("replay", "--all").status == 0
    assert owing("deliver").status == 0
    assert seen(sandbox) == sorted(book.OWED)
    assert set(standing(owing).values()) == {"sent", upset.first if upset.first == "unknown" else "sent"}


AWAY = {
    "slack": ("SEATSIGNAL_SLACK_BASE_URL", "http://127.0.0.1:{port}/api", "slack: it cannot be reached"),
    "mail": ("SEATSIGNAL_MAIL_PORT", "{port}", "mail: the server cannot be reached"),
}


@pytest.mark.parametrize("name", AWAY)
def test_a_vendor_that_is_away_is_named_and_what_is_owed_waits(owing, sandbox: Rehearsal, reaching, name):
    variable, value, said = AWAY[name]
    done = owing("deliver", **reaching | {variable: value.format(port=free_port())})
    assert (done.status, done.complaint) == (1, [said])
    assert Counter(standing(owing).values()) == (
        {"sent": 2, "due": 3} if name == "slack" else {"sent": 3, "due": 2}
    )
    wait(owing)
    assert owing("deliver", **reaching).status == 0
    assert seen(sandbox) == sorted(book.OWED)


MISSING = {
    "SEATSIGNAL_SLACK_TOKEN": f"slack: set SEATSIGNAL_SLACK_TOKEN in {ANYWHERE}: {WHERE}",
    "SEATSIGNAL_MAIL_HOST": f"mail: set SEATSIGNAL_MAIL_HOST in {ANYWHERE}: your SMTP server's name",
    "SEATSIGNAL_MAIL_SENDER": (
        f"mail: set SEATSIGNAL_MAIL_SENDER in {ANYWHERE}: the address that mail comes from; "
        "its domain must allow this server"
    ),
}


@dataclass(frozen=True)
class Home:
    """A working folder, in which nothing is set yet."""

    folder: Path

    def set(self, commands: Seatsignal, place: str, variable: str, value: str) -> None:
        """Set a variable in one of the three places."""
        if place == "environment":
            commands.variables[variable] = value
        elif place == ".env":
            (self.folder / ".env").write_text(f"# ours\nTOWN=Ghent\n{variable}={value}\n")
        else:
            (self.folder / variable.lower()).write_text(f"{value}\n")
            commands.variables["SEATSIGNAL_SECRETS_DIR"] = str(self.folder)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    monkeypatch.chdir(tmp_path)
    return Home(tmp_path)


@pytest.fixture(params=["environment", ".env", "secrets"])
def place(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.mark.parametrize("variable", MISSING)
def test_a_missing_setting_is_named_and_may_be_set_anywhere(owing, reaching, home: Home, place, variable):
    value = reaching.pop(variable)
    owing.variables.update(reaching)
    done = owing("deliver")
    assert (done.status, done.complaint) == (1, [MISSING[variable]])
    assert "due" in standing(owing).values()
    again = owing("deliver")
    name = variable.split("_")[1].lower()
    assert (again.status, again.complaint) == (1, [f"{name}: {REST}"])
    home.set(owing, place, variable, value)
    wait(owing, PAUSE_S)
    assert owing("deliver").status == 0
    assert {standing(owing)[key] for key in book.OWED} == {"sent"}


def test_a_secret_shows_nowhere_wherever_it_is_set(owing, reaching, home: Home, place):
    reaching.pop("SEATSIGNAL_SLACK_TOKEN")
    owing.variables.update(reaching | {"SEATSIGNAL_LOG_LEVEL": "DEBUG"})
    home.set(owing, place, "SEATSIGNAL_SLACK_TOKEN", "canary-token")
    done = owing("deliver")
    assert "slack: the token is not valid" in done.err
    assert "canary" not in done.out + done.err
    database = owing.database()
    with database.read() as connection:
        rows = connection.execute(select(notices)).all()
    database.close()
    assert "canary" not in str(rows)


# -- processes of their own --------------------------------------------------------------------------


def test_a_process_says_the_same_and_fails_the_same(owing, sandbox: Rehearsal, reaching):
    owing.variables.update(reaching)
    sandbox.faults("slack", "500", times=ALWAYS)
    sandbox.faults("smtp", "cut:7", times=1)
    done: Ended = owing.started("-m", "cli", "deliver")
    assert (done.status, done.complaint) == (1, ["slack: it answered 500", LOOK])
    assert done.out == (
        "mail: 1 sent\nmail: 1 unknown no_answer_to_the_final_dot\nslack: 3 retry status_500\n"
        "3 more wait; `seatsignal plan` lists them.\n"
    )
    assert "Traceback" not in done.err


def test_a_worker_with_a_wrong_setting_says_which_and_no_more(seatsignal):
    done = seatsignal.started("-m", *WORKER, SEATSIGNAL_TICK_S="canary")
    assert (done.status, done.out) == (1, "")
    assert done.err.startswith("SEATSIGNAL_TICK_S: ")
    assert len(done.err.splitlines()) == 1


def test_bad_rows_are_named_by_place_and_the_rest_is_there(seatsignal, tmp_path: Path):
    folder = book.write(tmp_path / "import", news=False)
    with (folder / "payments.csv").open("a") as payments:
        payments.write("i-x,a1,yesterday,paid,,100,EUR\n")
    done = seatsignal("import", str(folder), "--json")
    why = "payments.csv: has rows that were not taken; which and why: payments.rejects.csv"
    assert (done.status, done.complaint) == (3, [why])
    assert (done.document["rejects"], done.document["failure"]) == (1, "")
    assert (folder / "payments.rejects.csv").read_text() == (
        "file,line,column,reason\npayments.csv,14,due_on,is not an ISO 8601 date\n"
    )
    assert len(seatsignal("accounts", "--json").document) == len(book.ACCOUNTS)


# -- a database that goes away in the middle ---------------------------------------------------------


@contextmanager
def frozen_import(commands: Seatsignal, folder: str) -> Iterator["subprocess.Popen[str]"]:
    """An import that has stored its first page and waits."""
    process = subprocess.Popen(
        [sys.executable, "-m", "cli", "import", folder],
        env=commands.environment | {"SEATSIGNAL_FAILPOINTS": "stored=freeze"},
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        _, status = os.waitpid(process.pid, os.WUNTRACED)
        assert os.WIFSTOPPED(status)
        yield process
    finally:
        process.kill()
        process.communicate()


def stored(commands: Seatsignal) -> dict[str, int]:
    database: Database = commands.database()
    with database.read() as connection:
        found = {
            kind: connection.execute(select(func.count()).select_from(facts[kind])).scalar_one()
            for kind in book.KINDS
        }
    database.close()
    return found


def test_a_database_that_goes_away_during_an_import_is_said_to_be_and_the_next_goes_on(on: Make, day):
    with services.postgresql() as server:
        commands = on(server.url("postgres"))
        assert commands("migrate").status == 0
        with frozen_import(commands, day) as process:
            services._end(server.process, signal.SIGQUIT)
            process.send_signal(signal.SIGCONT)
            out, err = process.communicate()
        complaint = [line for line in err.splitlines() if not line.startswith("{")]
        assert (process.returncode, out) == (1, "")
        assert complaint[-1].endswith("; try again")
        assert f"127.0.0.1:{server.port}/postgres: the database is locked or away" in "".join(complaint)
        server.process = services._start_postgres(server.port, server.folder, durable=False)
        before = stored(commands)
        assert (before["accounts"], before["usage"]) == (len(book.ACCOUNTS), 0)
        assert commands("import", day).status == 0
        days = len(book.ACCOUNTS) * (book.DAYS - 1)
        assert stored(commands) | {"tickets": 1, "usage": days} == stored(commands)


# -- a broker that is away ---------------------------------------------------------------------------


@contextmanager
def running(commands: Seatsignal, *words: str, **variables: str) -> Iterator["subprocess.Popen[str]"]:
    """A process under way, whose log is read as it comes; it is killed in the end."""
    process = subprocess.Popen(
        [sys.executable, "-m", *words],
        env=commands.environment | variables,
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def line_with(stream: IO[str] | None, words: str) -> str:
    """The first line that has these words; the process's end fails."""
    assert stream
    said: list[str] = []
    for line in stream:
        said.append(line)
        if words in line:
            return line
    raise AssertionError(f"ended without {words!r}: {said}")


PATIENCE_S = 30
WORKER = ("celery", "-A", "worker", "worker", "-P", "threads", "-Q", "pull,assess,deliver")
BEAT = ("celery", "-A", "worker", "beat", "--pidfile=")


def test_commands_need_no_broker(owing, sandbox: Rehearsal, reaching, day):
    owing.variables.update(reaching | {"SEATSIGNAL_BROKER_URL": f"redis://127.0.0.1:{free_port()}/0"})
    for words in (["import", day], ["assess"], ["deliver"], ["sweep"]):
        done = owing(*words)
        assert (done.status, done.complaint) == (0, [])
    assert seen(sandbox) == sorted(book.OWED)


def test_a_worker_without_its_broker_says_so_and_goes_on_once_it_is_there(
    owing, sandbox: Rehearsal, reaching, day, tmp_path: Path
):
    port = free_port()
    broker = {"SEATSIGNAL_BROKER_URL": f"redis://127.0.0.1:{port}/0", "SEATSIGNAL_TICK_S": "0.5"}
    owing.variables.update(reaching | broker | {"SEATSIGNAL_FILES_FOLDER": day})
    with running(owing, *WORKER) as worker, running(owing, *BEAT) as beat:
        said = line_with(worker.stderr, "Cannot connect")
        assert f"127.0.0.1:{port}/0: Error 111" in said
        assert set(standing(owing).values()) == {"due"}
        (tmp_path / "redis").mkdir()
        process = services._start_redis(port, tmp_path / "redis")
        try:
            settled = owing.started("-m", "cli.settled", "60")
            assert (settled.status, settled.document["notices"]) == (0, {"sent": len(book.OWED)})
            assert running_now(owing) == [("beat", ()), ("worker", ("assess", "deliver", "pull"))]
            ends_well(worker, beat)
            assert running_now(owing) == []
        finally:
            services._end(process, signal.SIGTERM)
    assert seen(sandbox) == sorted(book.OWED)


def ends_well(*processes: "subprocess.Popen[str]") -> None:
    for process in processes:
        process.send_signal(signal.SIGTERM)
    for process in processes:
        process.communicate(timeout=PATIENCE_S)


def running_now(commands: Seatsignal) -> list[tuple[str, tuple[str, ...]]]:
    database = Database(commands.url)
    with database.read() as connection:
        found = [(process.role, process.queues) for process in processes.alive(connection)]
    database.close()
    return found
