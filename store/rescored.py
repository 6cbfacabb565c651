"""Re-scored days: beside a verdict, what it would have been with the facts that came late."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Connection, Select, func, select
from sqlalchemy import insert as plain_insert

from health.alerts import OPEN
from health.nouns import Assessment
from store.among import among
from store.runs import Run
from store.tables import assessments, flags, rescored, runs
from store.verdicts import packed, unpacked

DAYS = 14
"""Days back that are judged again; what an open flag rests on is, however long ago."""


@dataclass(frozen=True, slots=True)
class Rescored:
    """A day of an account that was judged again: what was told of it, and what is known now."""

    as_of: date
    run: int
    by_run: int
    told_points: int
    told_band: str
    known_points: int
    known_band: str


def touched(connection: Connection, since: Mapping[int, date], run: Run) -> Mapping[int, Collection[int]]:
    """Return by run the accounts whose verdicts facts of these days touch: ``since`` by account.

    Of each day that is the last verdict, and any that a flag rests on which is open.
    """
    found: dict[int, set[int]] = defaultdict(set)
    for query in (_standing(run, since), _last(run, since)):
        for account, number, day in connection.execute(query).all():
            if day > since[account]:
                found[number].add(account)
    return found


def _standing(run: Run, ids: Collection[int]) -> Select[Any]:
    """Select accounts, the runs before one that open flags of theirs rest on, and the day of each."""
    query = select(flags.c.account, flags.c.run, runs.c.as_of).join(runs, runs.c.id == flags.c.run)
    return query.where(among(flags.c.account, ids), flags.c.state.in_(OPEN), flags.c.run < run.id)


def _last(run: Run, since: Mapping[int, date]) -> Select[Any]:
    """Select accounts, the runs that judged them last on each of the days before a run, and the day."""
    made = assessments.c
    oldest = max(min(since.values()), run.as_of - timedelta(days=DAYS))
    query = select(made.account, func.max(made.run), made.as_of).group_by(made.account, made.as_of)
    query = query.where(among(made.account, since), made.as_of >= oldest, made.as_of < run.as_of)
    return query.where(made.run < run.id)


def keep(connection: Connection, made: Run, by_run: int, known: Sequence[Assessment]) -> None:
    """Store what is known now of the days that a run has judged."""
    names = [column.name for column in assessments.columns]
    rows = [dict(zip(names, packed(made, each), strict=True)) | {"by_run": by_run} for each in known]
    if rows:
        connection.execute(plain_insert(rescored), rows)


def accounts(connection: Connection, first: int, last: int) -> set[int]:
    """Return the accounts of a key range of which any day was judged again with another verdict."""
    query = select(rescored.c.account).where(rescored.c.account.between(first, last)).distinct()
    return set(connection.execute(query).scalars())


def latest(connection: Connection, run: int, ids: Collection[int]) -> dict[int, Assessment]:
    """Return what is known now of accounts on the day of a run, of those whose day was judged again."""
    newest = select(rescored.c.account, func.max(rescored.c.by_run).label("by_run"))
    newest = newest.where(rescored.c.run == run, among(rescored.c.account, ids))
    last = newest.group_by(rescored.c.account).subquery()
    same = (last.c.account == rescored.c.account) & (last.c.by_run == rescored.c.by_run)
    query = select(rescored, runs.c.inputs, runs.c.traits).join(last, same)
    query = query.join(runs, runs.c.id == rescored.c.run).where(rescored.c.run == run)
    return {row.account: unpacked(row) for row in connection.execute(query)}


def days(connection: Connection, account: int, most: int = DAYS) -> list[Rescored]:
    """Return the days of an account that were judged again, the latest first, each as known now."""
    made, now = assessments.c, rescored.c
    newest = func.max(now.by_run).over(partition_by=now.run)
    query = (
        select(
            now.as_of, now.run, now.by_run, made.points, made.band, now.points.label("known_points"),
            now.band.label("known_band"), newest.label("newest"),
        )
        .join(assessments, (made.account == now.account) & (made.as_of == now.as_of) & (made.run == now.run))
        .where(now.account == account)
        .order_by(now.as_of.desc(), now.run.desc())
    )  # fmt: skip
    told = (row for row in connection.execute(query).all() if row.by_run == row.newest)
    return [Rescored(*row[:7]) for row in told][:most]
