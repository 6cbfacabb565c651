"""What an operator's monitoring asks: figures of the whole installation, each told by the database.

Every process may answer, and all answer alike. Ages are by the database's clock, in seconds. Labels are
names of ours (destinations, sources, rules, reasons), never those of an account or a person.
"""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Select, func, select

from store.balance import last_audit
from store.budgets import BY_THE_SECOND
from store.database import clock, now_ms
from store.deferral import shown
from store.installation import is_live, paused
from store.processes import alive, tick_age_s
from store.tables import (
    accounts,
    assessments,
    batches,
    budgets,
    chunks,
    flags,
    inbox,
    incidents,
    notices,
    runs,
    source_status,
)


class Gauge(NamedTuple):
    """A figure: what it is, the names of its labels, and a number for each of their values there is."""

    name: str
    says: str
    labels: tuple[str, ...]
    samples: Sequence[tuple[tuple[str, ...], float]]


def gauges(connection: Connection) -> Iterator[Gauge]:
    """Yield every figure; one of which nothing is known has no samples."""
    yield from _installation(connection)
    yield from _work(connection)
    yield from _audit(connection)
    yield from _sources(connection)
    yield from _vendors(connection)
    yield from _judgement(connection)


def _installation(connection: Connection) -> Iterator[Gauge]:
    live, stopped, age_s = is_live(connection), bool(paused(connection)), tick_age_s(connection)
    yield Gauge("live", "1 once notices may leave, 0 in dry-run", (), [((), float(live))])
    yield Gauge("paused", "1 while a person has stopped all that leaves", (), [((), float(stopped))])
    ages = [] if age_s is None else [((), age_s)]
    yield Gauge("tick_age_seconds", "time since the last tick was done", (), ages)
    running: dict[str, int] = {"worker": 0, "beat": 0}
    for process in alive(connection):
        running[process.role] = running.get(process.role, 0) + 1
    shown = [((role,), float(number)) for role, number in running.items()]
    yield Gauge("processes", "processes heard of within a minute", ("role",), shown)


def _work(connection: Connection) -> Iterator[Gauge]:
    status, reason = shown(connection)
    each = select(notices.c.destination, status.label("status"), reason.label("reason")).subquery()
    standing = select(*each.c, func.count()).group_by(*each.c)
    labels = ("destination", "status", "reason")
    yield _counted(connection, "notices", "notices by where they stand, and why", labels, standing)
    due = select(notices.c.destination, _age_s(func.min(notices.c.due_ms)))
    due = due.where(notices.c.status == "due", notices.c.due_ms <= now_ms()).group_by(notices.c.destination)
    yield _counted(
        connection, "notice_lag_seconds", "time that the oldest due notice has waited", ("destination",), due
    )
    waiting = {
        "chunks": select(func.count()).select_from(chunks).where(chunks.c.done_ms.is_(None)),
        "runs": select(func.count()).select_from(runs).where(runs.c.status.in_(("open", "held"))),
        "calls": select(func.count()).select_from(inbox).where(inbox.c.batch.is_(None)),
    }
    found = [((work,), float(connection.execute(query).scalar_one())) for work, query in waiting.items()]
    yield Gauge("waiting", "chunks and runs not done, calls of vendors not stored", ("work",), found)


def _audit(connection: Connection) -> Iterator[Gauge]:
    found = last_audit(connection)
    counted = [((check,), float(number)) for check, number in found.defects.items()] if found else []
    yield Gauge("defects", "what cannot be, by the last look at what was owed", ("check",), counted)
    ages = [((), (clock(connection) - found.at_ms) / 1000.0)] if found else []
    yield Gauge("audit_age_seconds", "time since the last look at what was owed", (), ages)


def _sources(connection: Connection) -> Iterator[Gauge]:
    of_each = source_status.c.source
    pulled = select(of_each, _age_s(source_status.c.pulled_ms)).where(source_status.c.pulled_ms.is_not(None))
    yield _counted(
        connection, "source_age_seconds", "time since a source was last read whole", ("source",), pulled
    )
    failing = select(of_each, source_status.c.failure, func.count()).where(source_status.c.failure != "")
    failing = failing.group_by(of_each, source_status.c.failure)
    yield _counted(
        connection, "source_failing", "1 for what the last pull failed with", ("source", "failure"), failing
    )
    rejected = select(batches.c.source, func.sum(batches.c.rejects)).group_by(batches.c.source)
    yield _counted(connection, "rejects", "rows that could not be read", ("source",), rejected)
    open_ = incidents.c.closed_ms.is_(None)
    ill = select(incidents.c.kind, incidents.c.source, func.count()).where(open_)
    ill = ill.group_by(incidents.c.kind, incidents.c.source)
    yield _counted(connection, "incidents", "what is wrong with sources now", ("kind", "source"), ill)


def _vendors(connection: Connection) -> Iterator[Gauge]:
    of_minutes = budgets.c.vendor.not_like(f"%{BY_THE_SECOND}")
    this = of_minutes & (budgets.c.minute >= now_ms() / 60_000 - 1)
    taken = select(budgets.c.vendor, budgets.c.taken).where(this)
    yield _counted(connection, "api_calls", "calls leased of a vendor's minute", ("vendor",), taken)
    allowed = select(budgets.c.vendor, budgets.c.allowed).where(of_minutes, budgets.c.allowed > 0)
    yield _counted(connection, "api_calls_allowed", "calls a minute that we allow us", ("vendor",), allowed)


def _judgement(connection: Connection) -> Iterator[Gauge]:
    latest = (assessments.c.account == accounts.c.id) & (assessments.c.run == accounts.c.judged_run)
    bands = select(assessments.c.band, func.count()).select_from(accounts.join(assessments, latest))
    bands = bands.group_by(assessments.c.band)
    yield _counted(connection, "accounts", "accounts by the band of their last verdict", ("band",), bands)
    by_rule = select(flags.c.reason, flags.c.state, func.count()).group_by(flags.c.reason, flags.c.state)
    yield _counted(connection, "flags", "flags by the rule that raised them", ("rule", "state"), by_rule)


def _age_s(instant_ms: ColumnElement[int]) -> ColumnElement[Any]:
    return (now_ms() - instant_ms) / 1000.0


def _counted(
    connection: Connection, name: str, says: str, labels: tuple[str, ...], query: Select[*tuple[Any, ...]]
) -> Gauge:
    rows = connection.execute(query)
    return Gauge(name, says, labels, [(tuple(map(str, values)), float(number)) for *values, number in rows])
