"""Starts processes in a tenth of a second: they are forked from one that has loaded the modules.

No module that looks at its environment is loaded before the fork, so that a process born here runs its
command as one started from a shell would. ``python -m tests.chaos.nursery``
takes one JSON line per process on standard input and answers with its pid, or once it has ended with how, if
it is awaited; when its input ends, it ends every process it started.
"""

import gc
import importlib
import os
import runpy
import signal
import sys
import traceback
from contextlib import suppress
from pathlib import Path

import msgspec

MODULES = (
    "babel.numbers",
    "celery.backends.base",
    "celery.beat",
    "celery.bin.beat",
    "celery.bin.celery",
    "celery.bin.worker",
    "celery.concurrency.prefork",
    "celery.concurrency.thread",
    "celery.fixups.django",
    "celery.worker",
    "celery.worker.autoscale",
    "celery.worker.components",
    "celery.worker.consumer",
    "fastapi",
    "alembic.command",
    "holidays",
    "itsdangerous",
    "jinja2",
    "kombu.transport.memory",
    "kombu.transport.redis",
    "psycopg",
    "pydantic_settings",
    "requests",
    "smtplib",
    "sqlalchemy.dialects.postgresql.psycopg",
    "sqlalchemy.dialects.sqlite",
    "structlog",
    "typer",
    "unittest.mock",
    "yaml",
    "config.calendars",
    "config.plays",
    "config.policy",
    "config.routes",
    "config.schedule",
    "health.corrections",
    "health.decide",
    "health.judge",
    "integrations.hubspot.destination",
    "integrations.hubspot.source",
    "integrations.keygen.source",
    "integrations.mail.destination",
    "integrations.posthog.source",
    "integrations.registry",
    "integrations.slack.destination",
    "integrations.stripe.source",
    "integrations.teams.destination",
    "integrations.zendesk.source",
    "sandbox.serve",
    "store.balance",
    "store.budgets",
    "store.claims",
    "store.contacts",
    "store.features",
    "store.figures",
    "store.incidents",
    "store.outbox",
    "store.policies",
    "store.retention",
    "store.retire",
    "store.reviews",
    "store.schema",
    "store.settlement",
    "store.sources",
    "templates.explained",
    "templates.render",
)
READ_THE_ENVIRONMENT = {"config.settings", "config.failpoints", "worker.celery"}


class Birth(msgspec.Struct, frozen=True):
    """A module to run with its arguments, its environment, and the file that its output goes to.

    ``awaited`` asks for the exit status, negative for a signal, instead of the pid.
    """

    arguments: tuple[str, ...]
    environment: dict[str, str]
    log: str
    awaited: bool = False


BIRTHS = msgspec.json.Decoder(Birth)


def serve() -> None:
    """Fork a process for each line, until the lines end; then end them all."""
    for name in MODULES:
        importlib.import_module(name)
    importlib.import_module("config.policy").load()  # read once, and kept by its text
    assert READ_THE_ENVIRONMENT.isdisjoint(sys.modules)
    gc.collect()
    gc.freeze()  # what is shared stays shared: nobody born here walks through it
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the dead leave no zombies
    born: list[int] = []
    try:
        for line in sys.stdin:
            birth = BIRTHS.decode(line)
            if birth.awaited:
                answer = _ended(birth)
            else:
                born.append(answer := _fork(birth))
            print(answer, flush=True)  # noqa: T201 - the answer the parent waits for
    finally:
        for pid in born:
            end(pid)


def end(pid: int) -> None:
    """Kill a process born here and all its children."""
    with suppress(ProcessLookupError):
        os.killpg(pid, signal.SIGKILL)


def _ended(birth: Birth) -> int:
    """Run a process to its end and return its exit status. Whoever dies meanwhile is buried too."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    _, status = os.waitpid(_fork(birth), 0)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    with suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    return os.waitstatus_to_exitcode(status)


def _fork(birth: Birth) -> int:
    pid = os.fork()
    if pid == 0:
        os.setpgid(0, 0)
        os._exit(_live(birth))
    with suppress(PermissionError, ProcessLookupError):  # the child has done so itself, or is gone
        os.setpgid(pid, pid)
    return pid


def _live(birth: Birth) -> int:
    """Run a module as ``python -m`` does and return its exit status."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    _redirect(birth.log)
    os.environ.clear()
    os.environ.update(birth.environment)
    sys.argv = list(birth.arguments)
    sys.path.insert(0, str(Path.cwd()))
    try:
        runpy.run_module(birth.arguments[0], run_name="__main__", alter_sys=True)
    except SystemExit as ending:
        return ending.code if isinstance(ending.code, int) else 1
    except BaseException:  # noqa: BLE001 - as the interpreter does at its end
        traceback.print_exc()
        return 1
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
    return 0


def _redirect(log: str) -> None:
    output = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for source, target in ((nothing, 0), (output, 1), (output, 2)):
        os.dup2(source, target)


if __name__ == "__main__":
    serve()
