"""Matches: which accounts of a source are ours, which are none of ours, and how many."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import Connection, Select, and_, exists, func, or_, select

from health.identity import Link, Name, Refused
from store.among import among, parts
from store.names import IN_FORCE, MERGED, names_of, resolved
from store.order import by_bytes, in_order
from store.tables import accounts, links, source_accounts, source_status


@dataclass(frozen=True, slots=True)
class Unmatched:
    """A source's account that is none of ours yet: why, and whose accounts' keys would fit."""

    source: str
    external_id: str
    reason: str
    rule: str
    candidates: tuple[str, ...]


def unmatched(
    connection: Connection, most: int | None = None, after: tuple[str, str] = ("", "")
) -> list[Unmatched]:
    """Return the source accounts that are none of ours, by source and id, ``most`` of them after one."""
    source, external_id = in_order([source_accounts.c.source, source_accounts.c.external_id])
    beyond = or_(source > after[0], and_(source == after[0], external_id > after[1]))
    query = unlinked().where(beyond).order_by(source, external_id).limit(most)
    rows = connection.execute(query).all()
    listed: list[Unmatched] = []
    for part in parts(rows):
        found = resolved(connection, [row.id for row in part])
        refused = {row: found[row.id] for row in part}
        keys = _keys(connection, {each for link in found.values() for each in _candidates(link)})
        listed += [
            Unmatched(
                row.source, row.external_id, *_told(link), tuple(keys[each] for each in _candidates(link))
            )
            for row, link in refused.items()
        ]
    return listed


class ByHand(NamedTuple):
    """A source's account of which a person said what it is; ``account`` is our key, empty for nobody's."""

    source: str
    external_id: str
    account: str
    actor: str


def by_hand(connection: Connection, most: int) -> list[ByHand]:
    """Return of which source accounts people said what they are, by source and id, and what stands."""
    c, ended = source_accounts.c, links.alias("ended")
    once = exists().where(ended.c.source_account == c.id)
    said = or_(links.c.rule == "by_hand", and_(links.c.account.is_(None), once))
    joined = source_accounts.outerjoin(links, and_(links.c.source_account == c.id, IN_FORCE))
    joined = joined.outerjoin(accounts, accounts.c.id == links.c.account)
    query = select(c.source, c.external_id, accounts.c.key, links.c.evidence).select_from(joined)
    query = query.where(said).order_by(*in_order([c.source, c.external_id])).limit(most)
    return [ByHand(row[0], row[1], row[2] or "", row[3] or "") for row in connection.execute(query)]


def named(connection: Connection, found: Collection[Unmatched]) -> dict[tuple[str, str], list[str]]:
    """Return what source accounts go by beside their own id, by source and id: what joining them rests on."""
    c = source_accounts.c
    wanted = {(each.source, each.external_id) for each in found}
    query = select(c.id, c.source, c.external_id).where(among(c.external_id, [name for _, name in wanted]))
    ids = {row.id: (row.source, row.external_id) for row in connection.execute(query)}
    ids = {each: name for each, name in ids.items() if name in wanted}
    names = names_of(connection, [*ids])
    return {ids[each]: sorted(str(n) for n in own if n != Name(*ids[each])) for each, own in names.items()}


def _told(link: Link | Refused) -> tuple[str, str]:
    return ("fits", link.rule) if isinstance(link, Link) else (link.reason, link.rule)


def _candidates(link: Link | Refused) -> tuple[int, ...]:
    return (link.account,) if isinstance(link, Link) else link.candidates


def unlinked() -> Select[tuple[int, str, str, int]]:
    """Select the source accounts without a link, and the last batch of their source."""
    c = source_accounts.c
    return (
        select(c.id, c.source, c.external_id, source_status.c.batch)
        .join(source_status, source_status.c.source == c.source)
        .outerjoin(links, and_(links.c.source_account == c.id, IN_FORCE))
        .where(links.c.account.is_(None))
    )


def _keys(connection: Connection, ids: Collection[int]) -> dict[int, str]:
    rows = connection.execute(select(accounts.c.id, accounts.c.key).where(among(accounts.c.id, ids)))
    return {row.id: row.key for row in rows}


def match_rates(connection: Connection) -> dict[str, tuple[int, int]]:
    """Return by source how many of its accounts are linked, and how many it has."""
    query = select(source_accounts.c.source, func.count(links.c.account), func.count())
    joined = and_(links.c.source_account == source_accounts.c.id, IN_FORCE)
    counted = connection.execute(query.outerjoin(links, joined).group_by(source_accounts.c.source))
    return {source: (linked, total) for source, linked, total in counted}


def record_ids(connection: Connection, source: str, first: int, last: int) -> dict[int, str]:
    """Return the ids that a source has for our accounts in a key range, by account.

    An account with several has none: nobody could say which to write to. One that was merged into another
    is no record any more.
    """
    query = select(links.c.account, source_accounts.c.external_id).join(
        links, and_(links.c.source_account == source_accounts.c.id, IN_FORCE, links.c.rule != MERGED)
    )
    query = query.where(source_accounts.c.source == source, links.c.account.between(first, last))
    found: dict[int, list[str]] = defaultdict(list)
    for account, external_id in connection.execute(query):
        found[account].append(external_id)
    return {account: ids[0] for account, ids in found.items() if len(ids) == 1}


def without_record(connection: Connection, source: str) -> list[str]:
    """Return the keys of our accounts to which nothing can be written in a system: no record, or several."""
    ids = connection.execute(select(accounts.c.id, accounts.c.key).order_by(by_bytes(accounts.c.key))).all()
    if not ids:
        return []
    found = record_ids(connection, source, min(row.id for row in ids), max(row.id for row in ids))
    return [row.key for row in ids if row.id not in found]
