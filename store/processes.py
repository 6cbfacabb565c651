"""What runs: a row a process, by itself, every few seconds. All ages are by the database's clock."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, delete, select

from store.database import clock, now_ms
from store.installation import set_setting, setting
from store.tables import processes
from store.upsert import insert

ALIVE_S = 60
"""A process that has said nothing for longer is taken to be gone."""
SILENCE_S = 120
"""Without a tick for longer, nothing new is found."""
_KEPT_MS = 3_600_000
_TICKED = "ticked_ms"


@dataclass(frozen=True, slots=True)
class Process:
    """One that works (``worker``, on some queues) or ticks (``beat``)."""

    id: str
    role: str
    host: str
    pid: int
    queues: tuple[str, ...] = ()


def seen(connection: Connection, process: Process, wrong: str = "") -> None:
    """Say that a process is there, or why it is about to end itself; forget those long gone."""
    said = {"wrong": wrong, "seen_ms": now_ms()}
    queues = ",".join(process.queues)
    statement = insert(connection, processes).values(
        id=process.id, role=process.role, queues=queues, host=process.host, pid=process.pid,
        started_ms=now_ms(), **said,
    )  # fmt: skip
    connection.execute(statement.on_conflict_do_update(index_elements=["id"], set_=said))
    connection.execute(delete(processes).where(processes.c.seen_ms < now_ms() - _KEPT_MS))


def ended(connection: Connection, process: Process) -> None:
    """Say that a process has ended as it was told to."""
    connection.execute(delete(processes).where(processes.c.id == process.id))


def alive(connection: Connection) -> list[Process]:
    """Return who was heard of lately and had nothing wrong."""
    query = select(processes).where(processes.c.seen_ms >= now_ms() - ALIVE_S * 1000, processes.c.wrong == "")
    return [
        Process(row.id, row.role, row.host, row.pid, tuple(filter(None, row.queues.split(","))))
        for row in connection.execute(query.order_by(processes.c.role, processes.c.host, processes.c.pid))
    ]


def ticked(connection: Connection) -> None:
    """Say that a tick was done."""
    set_setting(connection, _TICKED, str(clock(connection)))


def tick_age_s(connection: Connection) -> float | None:
    """Return how long ago the last tick was done, or `None` if none ever was. A clock set back gives 0."""
    last = setting(connection, _TICKED)
    return max(0, clock(connection) - int(last)) / 1000 if last else None


def missing(connection: Connection, queues: Sequence[str]) -> list[str]:
    """Return, in words, what must run and does not: nothing of it holds anybody's name or address."""
    there = alive(connection)
    worked = {queue for process in there for queue in process.queues}
    wrong = [f"nobody works on the queue {queue}" for queue in queues if queue not in worked]
    if not any(process.role == "beat" for process in there):
        wrong.append("no beat runs")
    age_s = tick_age_s(connection)
    if age_s is None:
        wrong.append("there has been no tick yet")
    elif age_s > SILENCE_S:
        wrong.append(f"no tick for {age_s:.0f} s")
    return wrong
