"""History: feature rows, freshness and outcomes as they were known at a moment that has passed."""

import json
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, Table, and_, func, or_, select, true

from health.dated import DATING
from health.features import Features, Freshness
from store import people
from store.among import among
from store.asked import Asked
from store.built import feature_rows
from store.database import day_of
from store.features import IDS_A_QUERY, held
from store.reading import NOW, PRESENT, Moment, Restated
from store.recent import AHEAD
from store.retire import of_source
from store.runs import Run
from store.tables import accounts, batches, facts, past, source_status


def features_at(
    connection: Connection,
    ids: Sequence[int],
    known: Mapping[str, int],
    metrics: Collection[str],
    as_of: date = date.max - AHEAD,
) -> list[Features]:
    """Return the feature rows of some accounts as they were when these were the sources' last batches.

    ``as_of`` is the day that was judged then: days of use that were ahead of it were not yet.

    Judged with the pulse of a run that knew these batches, they give what that run found, to the letter.
    """
    return feature_rows(Asked(connection, Moment(known)), ids, metrics, as_of + AHEAD)


def rows_at(
    connection: Connection, ids: Sequence[int], metrics: Collection[str], then: Moment
) -> list[Features]:
    """Return the feature rows of some accounts as they were at a moment."""
    return feature_rows(Asked(connection, then), ids, metrics)


def account(connection: Connection, key: str) -> int | None:
    """Return an account's id by its key, if there is such a one."""
    return connection.execute(select(accounts.c.id).where(accounts.c.key == key)).scalar_one_or_none()


def restated(
    connection: Connection,
    ids: Sequence[int],
    known: Mapping[str, int],
    metrics: Collection[str],
    as_of: date,
) -> list[Features]:
    """Return the feature rows of some accounts as of a day judged by these batches, as known by now."""
    asked = Asked(connection, Restated(Moment(known), as_of))
    return feature_rows(asked, ids, metrics, as_of - timedelta(days=1))


def still(connection: Connection, made: Run, ids: Sequence[int]) -> dict[int, Features]:
    """Return the rows of accounts a run has judged that say of its day what `restated` would read of it.

    So it is where they are up to date, nothing but days of use changed since the run judged them, and no day
    of use is the judged one or later. Whose days tell of users or commitments is left out.
    """
    c = accounts.c
    query = select(c.id).where(among(c.id, ids), c.fresh == c.touched, c.reshaped_after < made.id)
    chosen = connection.execute(query).scalars().all()
    named = people.named(Asked(connection, PRESENT), chosen)
    return {
        account: row
        for account, row in held(connection, chosen).items()
        if row.stated_on and row.stated_on < made.as_of and not row.commitments and account not in named
    }


def moment(connection: Connection, day: date) -> Moment:
    """Return what was known at the start of a day, of facts dated before it.

    A source that had been pulled by then counts as it was known; any other as it is known now, each fact
    from its own date on.
    """
    last = func.max(batches.c.batch).filter(batches.c.pulled_ms < _start_ms(day))
    query = select(source_status.c.source, last)
    query = query.outerjoin(batches, batches.c.source == source_status.c.source)
    known = {row[0]: row[1] for row in connection.execute(query.group_by(source_status.c.source))}
    later = frozenset(source for source in known if known[source] is None)
    return Moment({source: known[source] or NOW for source in known}, day, later)


def _start_ms(day: date) -> int:
    return int(datetime.combine(day, time(), UTC).timestamp() * 1000)


def freshness(connection: Connection, then: Moment) -> dict[str, Freshness]:
    """Return what each source had stated by a moment, and through which day it was complete then."""
    found = {}
    yesterday = (then.before or date.max) - timedelta(days=1)
    for row in connection.execute(select(source_status).order_by(source_status.c.source)).all():
        kinds = json.loads(row.kinds or "[]")
        stated = frozenset(kind for kind in kinds if _stated(connection, row.source, kind, then))
        through = _complete_through(connection, row.source, then)
        found[row.source] = Freshness(stated, min(through, yesterday) if through else None)
    return found


def _complete_through(connection: Connection, source: str, then: Moment) -> date | None:
    """Return how far the pulls up to a batch had come: each batch says how far those before it had."""
    after = (batches.c.source == source) & (batches.c.batch > then.known[source])
    query = select(batches.c.complete_through).where(after).order_by(batches.c.batch).limit(1)
    later = connection.execute(query).first()
    if later is None:
        now = select(source_status.c.complete_through).where(source_status.c.source == source)
        later = connection.execute(now).one()
    through: date | None = later.complete_through
    return through


def _stated(connection: Connection, source: str, kind: str, then: Moment) -> bool:
    """Tell whether a source had stated any fact of a kind by a moment."""
    for table in (facts[kind], past[kind]):
        query = select(true()).where(of_source(table, source), table.c.batch <= then.known[source])
        query = query.where(_dated(kind, table, then.before)) if then.before else query
        if connection.execute(query.limit(1)).first() is not None:
            return True
    return False


def _dated(kind: str, table: Table, day: date) -> ColumnElement[bool]:
    """Say of a fact that it is dated before a day, or not dated."""
    by = [table.c[name] for name in DATING[kind].by]
    earlier = (column < (_start_ms(day) if column.name.endswith("_ms") else day) for column in by)
    return or_(*earlier, and_(true(), *(column.is_(None) for column in by)))


# -- what became of it -------------------------------------------------------------------------------


class Extent(NamedTuple):
    """The first and the last day of use, and the last outcome; `None` where there is none."""

    first_use: date | None
    last_use: date | None
    last_outcome: date | None


def extent(connection: Connection) -> Extent:
    """Return how far the facts reach that a backtest rests on."""
    day = facts["usage"].c.day
    first, last = connection.execute(select(func.min(day), func.max(day))).one()
    return Extent(first, last, last_outcome(connection))


def last_outcome(connection: Connection) -> date | None:
    """Return the day of the last outcome; `None` where there is none."""
    found: date | None = connection.execute(select(func.max(facts["outcomes"].c.at))).scalar_one()
    return found


def outcomes(connection: Connection, ids: Sequence[int]) -> Mapping[int, list[tuple[date, str]]]:
    """Return by account how its terms ended, as known now: the day and the outcome."""
    rows = PRESENT.rows("outcomes")
    query = select(rows.c.account, rows.c.at, rows.c.outcome)
    found: dict[int, list[tuple[date, str]]] = defaultdict(list)
    for account, at, outcome in connection.execute(query, PRESENT.of(ids)):
        found[account].append((at, outcome))
    return found


def activations(connection: Connection, ids: Sequence[int]) -> Mapping[int, list[date]]:
    """Return by account the days on which licences of it were activated, as known now."""
    rows = PRESENT.rows("licences")
    query = select(rows.c.account, rows.c.activated_ms).where(rows.c.activated_ms.is_not(None))
    found: dict[int, list[date]] = defaultdict(list)
    for account, activated_ms in connection.execute(query, PRESENT.of(ids)):
        found[account].append(day_of(activated_ms))
    return found


def size_bands(connection: Connection, ids: Sequence[int]) -> Mapping[int, str]:
    """Return the size band of each account of which a source states one."""
    rows = PRESENT.rows("accounts")
    query = select(rows.c.account, rows.c.size_band).where(rows.c.size_band.is_not(None))
    return {row.account: row.size_band for row in connection.execute(query, PRESENT.of(ids))}


def chunks(connection: Connection, most: int | None = None) -> Iterator[Sequence[int]]:
    """Yield the ids of all accounts, some at a time; of ``most`` accounts, evenly spread."""
    ids = connection.execute(select(accounts.c.id).order_by(accounts.c.id)).scalars().all()
    if most is not None:
        ids = ids[:: max(1, -(-len(ids) // most))]
    return (ids[at : at + IDS_A_QUERY] for at in range(0, len(ids), IDS_A_QUERY))
