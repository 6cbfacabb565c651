"""Use that is told event by event: each event counts once, and days become facts once they are over."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import NamedTuple

import msgspec
from sqlalchemy import Connection, Select, Table, and_, func, select, update

from health.records import People, Record
from health.streams import (
    LATE,
    REACH,
    Acts,
    Day,
    Deed,
    Described,
    Done,
    Member,
    Told,
    days,
    described,
    timely,
)
from store.among import among
from store.bulk import load
from store.people import Tokens, UnderTokens
from store.tables import messages, told_accounts, told_days, told_users
from store.upsert import insert

ACCOUNTS = 40
"""Accounts whose days are read at once: with eight days to correct, well within what a page may hold."""
KEPT = REACH + LATE
"""How long the days that are told are needed, and the messages that made them."""
DAY = timedelta(days=1)
_acts = msgspec.json.Decoder(Acts)
_totals = msgspec.json.Decoder(Done)
_described = msgspec.json.Decoder(dict[str, tuple[int, str]])


class Heard(NamedTuple):
    """What one call told, and the day it was received on."""

    told: Sequence[Told]
    on: date


@dataclass(slots=True)
class Kept:
    """What became of events: the accounts they describe, and why some did not count, each with a number."""

    records: list[Record] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)


def keep(connection: Connection, source: str, heard: Sequence[Heard]) -> Kept:
    """Count what was told, and say so of the accounts that it describes.

    In the unit of work that has the source's lock. Left out is an event that was counted before
    (``repeated``), one of a day that can change no more (``too_late``), one whose day is to come
    (``too_early``), and one of a user who belongs to no account as far as it was told (``unplaced``).
    """
    kept, tokens = Kept(), Tokens(connection)
    told = [each for call in heard for each in call.told]
    _join(connection, source, [each for each in told if isinstance(each, Member)], tokens)
    kept.records += _describe(connection, source, [each for each in told if isinstance(each, Described)])
    deeds = _once(connection, source, _timely(heard, kept), kept)
    _count(connection, source, _placed(connection, source, deeds, tokens, kept), tokens)
    return kept


def _timely(heard: Sequence[Heard], kept: Kept) -> dict[str, Deed]:
    """Return by message what counts, as it was told first."""
    found: dict[str, Deed] = {}
    for call in heard:
        for deed in (each for each in call.told if isinstance(each, Deed)):
            reason = "repeated" if deed.message in found else timely(deed.day, call.on)
            if reason:
                kept.left_out[reason] += 1
            else:
                found[deed.message] = deed
    return found


def _once(connection: Connection, source: str, deeds: Mapping[str, Deed], kept: Kept) -> list[Deed]:
    """Return what was never counted, and remember it."""
    known = select(messages.c.message).where(
        messages.c.source == source, among(messages.c.message, list(deeds))
    )
    before = set(connection.execute(known).scalars())
    kept.left_out["repeated"] += len(before)
    new = [deed for message, deed in deeds.items() if message not in before]
    if new:
        load(connection, messages, list(messages.c), ((source, deed.message, deed.day) for deed in new))
    return new


def _placed(
    connection: Connection, source: str, deeds: Sequence[Deed], tokens: Tokens, kept: Kept
) -> Iterator[Deed]:
    """Yield what belongs to an account: the one that is named, or its user's."""
    users = {tokens[deed.user_id] for deed in deeds if not deed.account_id}
    query = select(told_users.c.subject, told_users.c.external_id)
    query = query.where(told_users.c.source == source, among(told_users.c.subject, users))
    homes = {row.subject: row.external_id for row in connection.execute(query)}
    for deed in deeds:
        account = deed.account_id or homes.get(tokens[deed.user_id], "")
        if account:
            yield deed._replace(account_id=account)
        else:
            kept.left_out["unplaced"] += 1


def _count(connection: Connection, source: str, deeds: Iterable[Deed], tokens: Tokens) -> None:
    by_account: dict[str, dict[date, list[Deed]]] = defaultdict(lambda: defaultdict(list))
    for deed in deeds:
        by_account[deed.account_id][deed.day].append(deed)
    first = min((day for theirs in by_account.values() for day in theirs), default=date.max)
    kept = _days(connection, source, by_account, first)
    rows = []
    for account, theirs in sorted(by_account.items()):
        for day, done in sorted(theirs.items()):
            grown = kept[account].setdefault(day, Day())
            for deed in done:
                grown.add(tokens[deed.user_id] if deed.user_id else "", deed.done)
            rows.append(_row(source, account, day, grown))
    _write(connection, told_days, rows, "acts", "totals")
    _begin(connection, source, {account: min(theirs) for account, theirs in by_account.items()})


def _days(
    connection: Connection, source: str, whose: Iterable[str], first: date
) -> dict[str, dict[date, Day]]:
    """Return what is kept of accounts' days from one on."""
    query = select(told_days).where(
        told_days.c.source == source, among(told_days.c.external_id, list(whose)), told_days.c.day >= first
    )
    found: dict[str, dict[date, Day]] = defaultdict(dict)
    for row in connection.execute(query):
        found[row.external_id][row.day] = Day(_acts.decode(row.acts), _totals.decode(row.totals))
    return found


def _row(source: str, account: str, on: date, day: Day) -> dict[str, object]:
    acts, totals = (
        msgspec.json.encode(dict(sorted(each.items()))).decode() for each in (day.acts, day.totals)
    )
    return {"source": source, "external_id": account, "day": on, "acts": acts, "totals": totals}


def _begin(connection: Connection, source: str, firsts: Mapping[str, date]) -> None:
    """Note the first day of each account that is to be stored, unless an earlier one is noted."""
    rows = [
        {"source": source, "external_id": account, "since": day} for account, day in sorted(firsts.items())
    ]
    statement = insert(connection, told_accounts)
    earlier = statement.excluded.since < func.coalesce(told_accounts.c.since, date.max)
    if rows:
        connection.execute(
            statement.on_conflict_do_update(
                index_elements=_key(told_accounts), set_={"since": statement.excluded.since}, where=earlier
            ),
            rows,
        )


def _key(table: Table) -> list[str]:
    return [column.name for column in table.primary_key]


def _write(connection: Connection, table: Table, rows: Sequence[Mapping[str, object]], *changed: str) -> None:
    statement = insert(connection, table)
    new = {name: statement.excluded[name] for name in changed}
    if rows:
        connection.execute(statement.on_conflict_do_update(index_elements=_key(table), set_=new), list(rows))


# -- whom, and who ---------------------------------------------------------------------------------


def _join(connection: Connection, source: str, members: Sequence[Member], tokens: Tokens) -> None:
    """Remember the account of each user: the one that was told of last, by the product's clock."""
    latest = {tokens[each.user_id]: each for each in sorted(members, key=lambda each: each.at_ms)}
    rows = [
        {"source": source, "subject": subject, "external_id": each.account_id, "at_ms": each.at_ms}
        for subject, each in sorted(latest.items())
    ]
    statement = insert(connection, told_users)
    changed = {name: statement.excluded[name] for name in ("external_id", "at_ms")}
    newer = statement.excluded.at_ms >= told_users.c.at_ms
    if rows:
        connection.execute(
            statement.on_conflict_do_update(index_elements=_key(told_users), set_=changed, where=newer), rows
        )


def _describe(connection: Connection, source: str, told: Sequence[Described]) -> Iterator[Record]:
    """Yield the accounts that are described, whole: of each field what was told last."""
    query = select(told_accounts.c.external_id, told_accounts.c.described)
    ids = {each.account_id for each in told}
    query = query.where(told_accounts.c.source == source, among(told_accounts.c.external_id, ids))
    known = {row.external_id: _described.decode(row.described) for row in connection.execute(query)}
    for each in told:
        fields = known.setdefault(each.account_id, {})
        fields |= {n: (each.at_ms, v) for n, v in each.told if each.at_ms >= fields.get(n, (0, ""))[0]}
    rows = [
        {"source": source, "external_id": account, "described": msgspec.json.encode(known[account]).decode()}
        for account in sorted(ids)
    ]
    _write(connection, told_accounts, rows, "described")
    for account in sorted(ids):
        yield described(account, {name: value for name, (_, value) in known[account].items()})


# -- days that are over ------------------------------------------------------------------------------


def last_told(connection: Connection, source: str, over: date) -> date | None:
    """Return the last day that is over and of which anything was told: of others nothing may have come."""
    query = select(func.max(told_days.c.day)).where(told_days.c.source == source, told_days.c.day <= over)
    return connection.execute(query).scalar_one_or_none()


def waits(connection: Connection, source: str, last: date) -> bool:
    """Say whether days up to the last are still to be stored as facts."""
    return connection.execute(_waiting(source, last).limit(1)).first() is not None


def _waiting(source: str, last: date) -> Select[str, date | None]:
    query = select(told_accounts.c.external_id, told_accounts.c.since)
    query = query.where(told_accounts.c.source == source, told_accounts.c.since <= last)
    return query.order_by(told_accounts.c.external_id)


def over(connection: Connection, source: str, last: date, metrics: Sequence[str]) -> list[Record]:
    """Return the days of some accounts, up to the last, that are to be stored as facts, and note it.

    In the unit of work that has the source's lock and stores them. Days after one that grew are among them:
    their users of 30 days may be others.
    """
    since = {row.external_id: row.since for row in connection.execute(_waiting(source, last).limit(ACCOUNTS))}
    kept = _days(connection, source, since, min(since.values(), default=last) - REACH)
    records = [
        record
        for account in since
        for record in _facts(account, kept[account], (since[account], last), metrics)
    ]
    _go_on(connection, source, {account: kept[account] for account in since}, last)
    return records


def _facts(
    account: str, kept: Mapping[date, Day], span: tuple[date, date], metrics: Sequence[str]
) -> Iterator[Record]:
    yield from days(account, kept, span, metrics)
    for on, day in sorted(kept.items()):
        if span[0] <= on <= span[1] and day.acts:
            yield People(account, on, acts=UnderTokens(msgspec.json.encode(day.acts).decode()))


def _go_on(connection: Connection, source: str, kept: Mapping[str, Mapping[date, Day]], last: date) -> None:
    """Wait for the day after the last, unless by then nothing of an account is within reach."""
    for active in (True, False):
        ids = [
            account
            for account, theirs in kept.items()
            if (max(theirs, default=date.min) + REACH > last + DAY) is active
        ]
        whose = and_(told_accounts.c.source == source, among(told_accounts.c.external_id, ids))
        connection.execute(update(told_accounts).where(whose).values(since=last + DAY if active else None))
