"""When a job is due: computed from its interval and the database's clock, remembered by slot.

A slot is the number of intervals since 1970. Its row is made once, whoever ticks first; a slot whose
bell was lost rings again until the job says it is done, and of the slots missed only the last runs.
"""

from sqlalchemy import Connection, delete, func, select, update

from store.database import clock, now_ms
from store.tables import job_slots
from store.upsert import insert

RING_AGAIN_MS = 60_000
LONGEST_MS = 600_000
"""No work lasts longer: whatever does not end by then is ended, and rung for again."""
KEPT_SLOTS = 100


def due_slot(connection: Connection, job: str, interval_s: int) -> int | None:
    """Take the job's current slot and return it, or `None` if it is taken and needs no second bell.

    The clock may step back: a slot older than the newest one taken is never taken.
    """
    slot = clock(connection) // (interval_s * 1000)
    newest = connection.execute(select(func.max(job_slots.c.slot)).where(job_slots.c.job == job)).scalar()
    if newest is None or newest < slot:
        taken = insert(connection, job_slots).values(job=job, slot=slot, rung_ms=now_ms())
        statement = taken.on_conflict_do_nothing().returning(job_slots.c.slot)  # an insert has no rowcount
        return connection.execute(statement).scalar_one_or_none()
    return newest if _ring_again(connection, job, newest) else None


def _ring_again(connection: Connection, job: str, slot: int) -> bool:
    statement = (
        update(job_slots)
        .where(job_slots.c.job == job, job_slots.c.slot == slot)
        .where(job_slots.c.done_ms.is_(None), job_slots.c.rung_ms < now_ms() - RING_AGAIN_MS)
        .values(rung_ms=now_ms())
    )
    return connection.execute(statement).rowcount == 1


def begin(connection: Connection, job: str, slot: int) -> bool:
    """Ring no second time for a slot while its work may last; false if it is done."""
    mine = (job_slots.c.job == job) & (job_slots.c.slot == slot) & job_slots.c.done_ms.is_(None)
    begun = update(job_slots).where(mine).values(rung_ms=now_ms() + LONGEST_MS)
    return connection.execute(begun).rowcount == 1


def done(connection: Connection, job: str, slot: int) -> None:
    """Say that a slot's work is done, and forget slots long past."""
    of_job = job_slots.c.job == job
    connection.execute(update(job_slots).where(of_job, job_slots.c.slot == slot).values(done_ms=now_ms()))
    connection.execute(delete(job_slots).where(of_job, job_slots.c.slot < slot - KEPT_SLOTS))


def rung_after(connection: Connection, job: str, instant_ms: int) -> tuple[int, int | None]:
    """Return how many slots of a job were rung for after an instant, and when the first of them was."""
    query = select(func.count(), func.min(job_slots.c.rung_ms))
    row = connection.execute(query.where(job_slots.c.job == job, job_slots.c.rung_ms > instant_ms)).one()
    return row[0], row[1]


def any_done(connection: Connection, job: str) -> bool:
    """Tell whether any slot of a job has been done."""
    query = select(func.count()).select_from(job_slots)
    query = query.where(job_slots.c.job == job, job_slots.c.done_ms.is_not(None))
    return connection.execute(query).scalar_one() > 0
