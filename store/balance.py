"""The balance: all that a run owed is sent, suppressed, replaced, quarantined, unknown or pending.

It reads what is stored and shares nothing with what wrote it: each check is a query that finds nothing as
long as deliveries do what they promise. A notice that was lost, sent before its run was released, sent
twice, or left lying by everybody is named.
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, Select, and_, exists, func, or_, select

from store.database import clock, now_ms
from store.installation import set_setting, setting
from store.outbox import HELD, OUTSIDE, PENDING
from store.tables import approvals, audit, chunks, installation, notices, receipts, runs

LAID_ASIDE_MS = 600_000
"""A claim whose lease ended so long ago has been missed by every sweep."""
CLOSED = ("sent", "suppressed", "replaced", "quarantined", "unknown")
_AUDIT = "audited"
_BY_SWEEP = ("poison",)
"""Reasons for which a notice is quarantined without an answer."""


@dataclass(frozen=True, slots=True)
class Balance:
    """What became of a run's notices; ``run`` is `None` for those outside any.

    ``owed`` is what was counted as it was planned, `None` where nobody counted. Outside any run there may
    be more: a version before this one, still at work during an upgrade, does not count them.
    """

    run: int | None
    owed: int | None
    standing: Mapping[str, int]

    @property
    def told(self) -> int:
        """How many notices there are."""
        return sum(self.standing.values())

    @property
    def adds_up(self) -> bool:
        """Whether there are as many as were owed."""
        if self.owed is None or self.run is None:
            return (self.owed or 0) <= self.told
        return self.owed == self.told


class Defect(NamedTuple):
    """Something that must not be: which check found it, and the notice or run that it is about."""

    check: str
    about: str


def balances(connection: Connection, since: int = 0) -> list[Balance]:
    """Return the balance of each run that planned anything, the oldest first, and of what belongs to none.

    Of the runs only those from the number ``since`` on.
    """
    found: dict[int | None, dict[str, int]] = {}
    query = select(notices.c.run, notices.c.status, func.count()).group_by(notices.c.run, notices.c.status)
    for some in (notices.c.run >= since, notices.c.run.is_(None)):  # asked as one, every notice is looked at
        for run, status, number in connection.execute(query.where(some)):
            standing = found.setdefault(run, {})
            name = "pending" if status in PENDING else status
            standing[name] = standing.get(name, 0) + number
    counted = select(runs.c.id, runs.c.planned).where(runs.c.id >= since)
    owed: dict[int | None, int | None] = {row.id: row.planned for row in connection.execute(counted)}
    every = sorted(run for run in {*found, *owed} if run is not None)
    told = [Balance(run, owed.get(run), found.get(run, {})) for run in every if found.get(run) or owed[run]]
    outside = int(setting(connection, OUTSIDE) or 0)
    if None not in found and not outside:
        return told
    return [*told, Balance(None, outside or None, found.get(None, {}))]


def nth_last(connection: Connection, nth: int) -> int:
    """Return the number of the nth last run that planned anything, 0 if there are fewer."""
    planned = select(runs.c.id).where(or_(runs.c.planned > 0, runs.c.planned.is_(None)))
    query = planned.order_by(runs.c.id.desc()).offset(nth - 1).limit(1)
    return connection.execute(query).scalar_one_or_none() or 0


def defects(connection: Connection) -> Iterator[Defect]:
    """Yield whatever must not be."""
    yield from of_runs(connection)
    yield from of_notices(connection, 1, last(connection))


def last(connection: Connection) -> int:
    """Return the number of the last notice, 0 before the first."""
    return int(connection.execute(select(func.coalesce(func.max(notices.c.id), 0))).scalar_one())


def of_notices(connection: Connection, first: int, until: int) -> Iterator[Defect]:
    """Yield what must not be of the notices with these numbers, both included."""
    for check, condition in _of_notices().items():
        query = select(notices.c.key).outerjoin(runs, runs.c.id == notices.c.run)
        query = query.where(notices.c.id.between(first, until), condition).order_by(notices.c.id)
        yield from (Defect(check, key) for key in connection.execute(query).scalars())


def of_runs(connection: Connection) -> Iterator[Defect]:
    """Yield what must not be of runs, and of how many notices each of them planned."""
    for check, found in _of_runs().items():
        for run in connection.execute(found.order_by(runs.c.id)).scalars():
            yield Defect(check, str(run))
    there = select(func.count()).where(notices.c.run.is_(None)).scalar_subquery()
    outside = select(there, installation.c.value).where(installation.c.name == OUTSIDE)
    if any(number < int(counted) for number, counted in connection.execute(outside)):
        yield Defect("does_not_add_up", "outside any run")


@dataclass(frozen=True, slots=True)
class Audit:
    """When all was looked at last, and how many defects were found, by check."""

    at_ms: int
    defects: Mapping[str, int]


def keep_audit(connection: Connection, found: Iterable[Defect]) -> None:
    """Remember what a look at everything found."""
    defects = Counter(each.check for each in found)
    set_setting(connection, _AUDIT, json.dumps({"at_ms": clock(connection), "defects": defects}))


def last_audit(connection: Connection) -> Audit | None:
    """Return what the last look at everything found, if there was one."""
    kept = setting(connection, _AUDIT)
    return Audit(**json.loads(kept)) if kept else None


def _of_notices() -> dict[str, ColumnElement[bool]]:
    n, status = notices.c, notices.c.status
    return {
        "stands_nowhere": status.not_in((*PENDING, *CLOSED)),
        "forgotten_by_its_run": and_(status == "planned", runs.c.status.in_(("released", "discarded"))),
        "sent_before_its_run": and_(
            status.in_(("due", "claimed", "sending", "sent", "unknown", "quarantined")),
            runs.c.status.in_(("open", "held", "discarded", "dry")),
        ),
        "sent_without_an_answer": and_(status == "sent", ~_answered("sent"), ~_settled_by_hand()),
        "answered_and_owed_again": and_(status != "sent", _answered("sent")),
        "sent_twice": _sent_times() > 1,
        "laid_aside": and_(
            status.in_(("claimed", "sending")),
            or_(n.lease_ms.is_(None), n.lease_ms < now_ms() - LAID_ASIDE_MS),
        ),
        "held_by_nobody": and_(status.in_(("claimed", "sending")), n.claim.is_(None)),
        "held_for_nothing": and_(status == HELD, ~_held_open()),
        "left_unapproved": and_(status.in_(("sending", "sent")), ~_settled_by_hand(), _held_open()),
        "sent_though_refused": and_(status == "sent", ~_settled_by_hand(), _refused()),
        "closed_without_an_end": and_(status.in_(CLOSED), n.settled_ms.is_(None)),
        "open_after_its_end": and_(status.in_(PENDING), n.settled_ms.is_not(None)),
        "closed_for_no_reason": and_(status.in_(("suppressed", "quarantined", "unknown")), n.reason == ""),
        "sent_without_words": and_(status == "sent", n.body.is_(None), ~_settled_by_hand()),
        "sent_without_a_try": and_(status == "sent", n.attempt == 0, ~_settled_by_hand()),
        "put_aside_without_an_answer": and_(
            status == "quarantined", n.reason.not_in(_BY_SWEEP), ~_answered("rejected", "retry")
        ),
    }


def _of_runs() -> dict[str, Select[tuple[int]]]:
    told = select(func.count()).where(notices.c.run == runs.c.id).scalar_subquery()
    left = select(func.count()).where(chunks.c.run == runs.c.id, chunks.c.done_ms.is_(None))
    undone = left.scalar_subquery()
    return {
        "does_not_add_up": select(runs.c.id).where(runs.c.planned != told),
        "chunks_do_not_add_up": select(runs.c.id).where(runs.c.chunks_left != undone),
        "decided_too_early": select(runs.c.id).where(runs.c.status != "open", undone > 0),
        "decided_at_no_time": select(runs.c.id).where(runs.c.status != "open", runs.c.released_ms.is_(None)),
    }


def _answered(*outcomes: str) -> ColumnElement[bool]:
    return exists().where(receipts.c.notice == notices.c.id, receipts.c.outcome.in_(outcomes))


def _held_open() -> ColumnElement[bool]:
    return exists().where(approvals.c.notice == notices.c.id, approvals.c.decision == "")


def _refused() -> ColumnElement[bool]:
    said = approvals.c.decision.in_(("rejected", "expired", "mailed"))
    return exists().where(approvals.c.notice == notices.c.id, said)


def _sent_times() -> ColumnElement[int]:
    times = select(func.count()).where(receipts.c.notice == notices.c.id, receipts.c.outcome == "sent")
    return times.scalar_subquery()


def _settled_by_hand() -> ColumnElement[bool]:
    said = (audit.c.action == "notice_settled") & (audit.c.detail == "sent")
    return exists().where(said, audit.c.about == notices.c.key)
