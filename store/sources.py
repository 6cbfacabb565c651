"""Sources, their batches, their accounts and the links to ours."""

import json
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Connection,
    Date,
    Row,
    Select,
    and_,
    case,
    func,
    literal,
    select,
    true,
    update,
)

from health.features import Freshness
from store import doubt, identity, late
from store.among import among
from store.database import now_ms
from store.installation import business_day
from store.names import IN_FORCE
from store.reading import DAILY
from store.tables import accounts, batches, links, source_accounts, source_status
from store.upsert import insert


class Overtaken(Exception):  # noqa: N818 - named by what happened
    """Another puller has stored a page of this source since ours began; ours is dropped whole."""


class Met(dict[str, int]):
    """The source accounts that a pull has met, by external id; ``new`` of them were never named before."""

    new: int = 0


@dataclass(frozen=True, slots=True)
class Batch:
    """One page's place in a source's history.

    ``ids`` are the source accounts that the pull has met, by external id; it grows from page to page.
    ``new`` are those that this page is the first to name, ``changed`` those whose facts it changes, ``late``
    those of which it tells of days that may have been judged, with the first such day. ``restated`` are the
    first days of use that it may change, ``reshaping`` the other kinds of fact.
    ``founding``: an account of the source that is none of ours becomes one. ``believed``: it is taken at its
    word whatever it changes. ``status`` is the source's row, which is locked and so stays as it was read.
    """

    source: str
    number: int
    status: Row[Any] = field(compare=False, repr=False)
    ids: Met = field(default_factory=Met, compare=False)
    founding: bool = True
    believed: bool = True
    new: list[int] = field(default_factory=list, compare=False)
    changed: set[int] = field(default_factory=set, compare=False)
    late: dict[int, date] = field(default_factory=dict, compare=False)
    restated: list[date] = field(default_factory=list, compare=False)
    reshaping: set[str] = field(default_factory=set, compare=False)

    def note(self, kind: str, changed: Collection[int], first: date) -> None:
        """Note that facts of a kind changed; days of use none before the ``first``."""
        if changed:
            self.changed.update(changed)
            if kind in DAILY:
                self.restated.append(first)
            else:
                self.reshaping.add(kind)


@dataclass(frozen=True, slots=True)
class Landed:
    """What a page brought: kinds of fact, rows, the last day of use, and whether a listing ended.

    ``rejects`` are rows that could not be read; they are not among the ``rows``. ``repeats`` are: rows with
    the id of a later one, which counts.
    """

    kinds: frozenset[str]
    rows: int
    through: date | None
    complete: bool
    rejects: int = 0
    repeats: int = 0


def register(connection: Connection, source: str) -> None:
    """Know a source by name; knowing it twice changes nothing."""
    statement = insert(connection, source_status).values(source=source, kinds="[]")
    connection.execute(statement.on_conflict_do_nothing())


def place(connection: Connection, source: str) -> tuple[str | None, date | None]:
    """Return where a pull of the source goes on, and the last day of use that those before it have seen.

    A source that is new is known from here on.
    """
    query = select(source_status.c.cursor, source_status.c.reaching)
    row = connection.execute(query.where(source_status.c.source == source)).one_or_none()
    if row is None:
        register(connection, source)
        return None, None
    return row.cursor, row.reaching


def cursor_of(connection: Connection, source: str) -> str | None:
    """Return where the source goes on."""
    query = select(source_status.c.cursor).where(source_status.c.source == source)
    return connection.execute(query).scalar_one_or_none()


def begin_batch(
    connection: Connection,
    source: str,
    cursor: str | None,
    ids: Met | None = None,
    *,
    founding: bool = True,
    believed: bool = True,
) -> Batch:
    """Lock the source and number its next batch, or raise `Overtaken` if its cursor has moved.

    ``ids`` are those of the pull's batch before, so that each account is looked up once. Nothing is doubted
    before the source has once been read to its end.
    """
    query = select(source_status).where(source_status.c.source == source).with_for_update()
    row = connection.execute(query).one()
    if row.cursor != cursor:
        raise Overtaken(source)
    believed = believed or row.pulled_ms is None
    return Batch(source, row.batch + 1, row, Met() if ids is None else ids, founding, believed)


def end_batch(connection: Connection, batch: Batch, cursor: str | None, landed: Landed) -> None:
    """Link the accounts that are new, touch those that changed, store the batch and move the cursor.

    All of it in the unit of work that stores the batch's records. Accounts are locked here and nowhere
    before, all at once: two sources that speak of the same accounts never wait for each other.
    Raises `store.doubt.Implausible` for a page whose new accounts are another company's.
    """
    identity.link_new(connection, batch.new, batch.number, founding=batch.founding)
    if batch.new and not batch.believed:
        doubt.check_accounts(connection, batch.source, batch.ids.new, founding=batch.founding)
    touch(connection, batch)
    late.mark(connection, batch.late)
    reaching = max(filter(None, (batch.status.reaching, landed.through)), default=None)
    stated = sorted({*json.loads(batch.status.kinds or "[]"), *landed.kinds})
    connection.execute(
        insert(connection, batches).values(
            source=batch.source,
            batch=batch.number,
            pulled_ms=now_ms(),
            complete_through=batch.status.complete_through,
            complete=landed.complete,
            rows=landed.rows,
            rejects=landed.rejects,
            repeats=landed.repeats,
        )
    )
    connection.execute(
        update(source_status)
        .where(source_status.c.source == batch.source)
        .values(
            cursor=cursor,
            batch=batch.number,
            kinds=json.dumps(stated),
            reaching=reaching,
        )
    )


def ended(connection: Connection, source: str, reached: date | None = date.max) -> bool:
    """Say that a pull has read all there was, and tell whether more days of use are complete than before.

    A source that states use by the day is complete through the last day that this pull, or one before it, has
    ``reached``: another that is under way may have seen part of a later one by now. Without it that is the
    last day seen at all. Any other source is complete through the day before the pull.
    """
    locked = select(source_status).where(source_status.c.source == source).with_for_update()
    status = connection.execute(locked).one()
    daily = not DAILY.isdisjoint(json.loads(status.kinds))
    seen = min(reached, status.reaching) if reached and status.reaching else None
    last = seen if daily else business_day(connection) - timedelta(days=1)
    through = max(filter(None, (status.complete_through, last)), default=None)
    connection.execute(
        update(source_status)
        .where(source_status.c.source == source)
        .values(complete_through=through, pulled_ms=now_ms(), failure="", paused="")
    )
    return daily and bool(through != status.complete_through)


def failed(connection: Connection, source: str, reason: str, *, pause: bool) -> None:
    """Remember that a pull failed, and whether a person must act before the next one."""
    statement = update(source_status).where(source_status.c.source == source)
    values = {"failed_ms": now_ms(), "failure": reason, "paused": reason if pause else ""}
    connection.execute(statement.values(values))


@dataclass(frozen=True, slots=True)
class Reading:
    """How a source was read: when all of it last, when rows of it last, why the last pull failed."""

    ended_ms: int | None = None
    page_ms: int | None = None
    failure: str = ""

    def whole_since(self, instant_ms: int) -> bool:
        """Say whether a pull has read all there is after an instant, and none has failed after it."""
        return not self.failure and (self.ended_ms or 0) > instant_ms


UNREAD = Reading()
"""Of a source that nobody has read anything of."""


def readings(connection: Connection) -> dict[str, Reading]:
    """Return how each source was read, by name."""
    c = source_status.c
    pages = select(batches.c.pulled_ms).where(batches.c.source == c.source, batches.c.rows > 0)
    last_page = pages.order_by(batches.c.batch.desc()).limit(1).scalar_subquery()
    rows = connection.execute(select(c.source, c.pulled_ms, last_page.label("page_ms"), c.failure))
    return {row.source: Reading(row.pulled_ms, row.page_ms, row.failure) for row in rows}


def account_ids(connection: Connection, batch: Batch, external: Collection[str]) -> dict[str, int]:
    """Return source-account ids by external id; new ones are made, and linked as the batch ends."""
    unseen = [name for name in dict.fromkeys(external) if name not in batch.ids]
    if not unseen:
        return batch.ids
    batch.ids.update(_known(connection, batch.source, unseen))
    new = [name for name in unseen if name not in batch.ids]
    if not new:
        return batch.ids
    rows = [{"source": batch.source, "external_id": name} for name in new]
    connection.execute(insert(connection, source_accounts).on_conflict_do_nothing(), rows)
    made = _known(connection, batch.source, new)
    batch.ids.update(made)
    batch.new.extend(made.values())
    batch.ids.new += len(made)
    return batch.ids


def _known(connection: Connection, source: str, external: Collection[str]) -> dict[str, int]:
    query = select(source_accounts.c.external_id, source_accounts.c.id).where(
        source_accounts.c.source == source, among(source_accounts.c.external_id, external)
    )
    return {row.external_id: row.id for row in connection.execute(query)}


def touch(connection: Connection, batch: Batch) -> None:
    """Mark the accounts behind source accounts whose facts changed, locked in the order of their ids.

    What of their feature rows is to be read anew is marked with them; of who is new here, all.
    """
    if not batch.changed:
        return
    behind = _behind(batch.changed)
    locked = select(accounts.c.id).where(accounts.c.id.in_(behind)).order_by(accounts.c.id)
    locked = locked.with_for_update(key_share=True)
    touched = accounts.c.id.in_(select(locked.cte("locked").c.id))
    values: dict[str, Any] = {"touched": accounts.c.touched + 1}
    if batch.new:
        joined = accounts.c.id.in_(_behind(batch.new))
        values["reshaped"] = accounts.c.reshaped | joined
        values["restated_from"] = case((joined, date.min), else_=_earliest(batch.restated))
    elif batch.restated:
        values["restated_from"] = _earliest(batch.restated)
    if batch.reshaping:
        values["reshaped"] = true()
    connection.execute(update(accounts).where(touched).values(values))


def _behind(ids: Collection[int]) -> Select[int]:
    """Select the accounts behind source accounts."""
    linked = among(links.c.source_account, ids) & links.c.to_batch.is_(None)
    return select(links.c.account).where(linked)


def _earliest(days: Collection[date]) -> ColumnElement[date]:
    """Return the first of some days and of those that were marked before."""
    first, marked = min(days, default=date.max), accounts.c.restated_from
    if first == date.max:
        return marked
    return case((marked < first, marked), else_=literal(first, Date))


def freshness(connection: Connection) -> dict[str, Freshness]:
    """Return, by source, what it states, through which day it is complete, and how much of it is ours."""
    return {
        row.source: Freshness(
            frozenset(json.loads(row.kinds or "[]")),
            row.complete_through,
            row.linked / row.accounts if row.accounts else 1.0,
        )
        for row in connection.execute(_FRESHNESS)
    }


class Stated(NamedTuple):
    """The kinds of fact that a source states, and through which day it is complete."""

    kinds: frozenset[str]
    complete_through: date | None


def stated(connection: Connection) -> dict[str, Stated]:
    """Return what each source states, by name: what `freshness` tells without counting its accounts."""
    c = source_status.c
    rows = connection.execute(select(c.source, c.kinds, c.complete_through))
    return {
        row.source: Stated(frozenset(json.loads(row.kinds or "[]")), row.complete_through) for row in rows
    }


def _freshness() -> Select[Any]:
    joined = and_(links.c.source_account == source_accounts.c.id, IN_FORCE)
    counts = select(
        source_accounts.c.source, func.count(links.c.account).label("linked"), func.count().label("accounts")
    )
    counted = counts.outerjoin(links, joined).group_by(source_accounts.c.source).subquery()
    c = source_status.c
    query = select(c.source, c.kinds, c.complete_through, counted.c.linked, counted.c.accounts)
    return query.outerjoin(counted, counted.c.source == c.source)


_FRESHNESS = _freshness()


def through(connection: Connection, kind: str) -> date | None:
    """Return the last day that every source of a kind of fact has told; `None` where one has told none."""
    days = [fresh.complete_through for fresh in freshness(connection).values() if kind in fresh.kinds]
    told = [day for day in days if day]
    return min(told) if told and len(told) == len(days) else None


def known(connection: Connection) -> dict[str, int]:
    """Return the last batch of each source: what is known now."""
    rows = connection.execute(select(source_status.c.source, source_status.c.batch))
    return {row.source: row.batch for row in rows}
