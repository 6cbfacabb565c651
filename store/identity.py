"""Links: which of our accounts a source's account is, with the rule and the evidence.

Facts belong to a source account and reach an account through its link, so that no fact is rewritten when
a link is made, undone or moved.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy import Connection, Select, and_, exists, func, select, update

from health.identity import DOMAIN, OUR_ID, Link, Name, Refused, resolve
from store.among import among
from store.database import is_postgresql, now_ms
from store.tables import accounts, batches, facts, links, source_accounts, source_status
from store.upsert import insert

IDS_A_QUERY = 10_000
"""As many as a page brings at most, so that what a query returns stays small."""
BY_HAND = "by_hand"

_T = TypeVar("_T")
_open = links.c.to_batch.is_(None)
_described = facts["accounts"]
_identifiers = facts["identifiers"]


@dataclass(frozen=True, slots=True)
class Unmatched:
    """A source's account that is none of ours yet: why, and whose accounts' keys would fit."""

    source: str
    external_id: str
    reason: str
    rule: str
    candidates: tuple[str, ...]


def link_new(connection: Connection, unlinked: Sequence[int], batch: int, *, founding: bool) -> int:
    """Link source accounts that a batch brought; return how many of them are linked now.

    Where none of our accounts fits, a ``founding`` source's own becomes one of ours. Whoever ends the
    batch touches the accounts.
    """
    made = 0
    for part in _parts(unlinked, IDS_A_QUERY):
        found = _resolved(connection, part)
        joined = {each: link for each, link in found.items() if isinstance(link, Link)}
        alone = [each for each, link in found.items() if founding and link == Refused("none")]
        joined |= _founded(connection, alone)
        _join(connection, joined, dict.fromkeys(joined, batch))
        made += len(joined)
    return made


def link_waiting(connection: Connection) -> int:
    """Try again to link what never was, now that more is known; return how many are linked now.

    Nothing is founded here, and what a person unlinked stays so. Call it first in its unit of work: it may
    lock all sources.
    """
    if not _fitting(connection, _waiting(connection)):
        return 0
    waiting = _waiting(connection, locked=True)
    made = _fitting(connection, waiting)
    numbers = {source: _numbered(connection, source) for source in {waiting[each] for each in made}}
    _join(connection, made, {each: numbers[waiting[each]] for each in made})
    _touch(connection, {link.account for link in made.values()})
    return len(made)


def _waiting(connection: Connection, *, locked: bool = False) -> dict[int, str]:
    """Return the source accounts that never had a link, with the name of their source.

    Another pull that ends now may be linking them: with ``locked`` they are asked for again once they, and
    the sources, whose batches are numbered, are ours.
    """
    any_link = links.alias("any_link")
    ever = exists().where(any_link.c.source_account == source_accounts.c.id)
    query = _unlinked().where(~ever).order_by(source_accounts.c.id)
    if locked and is_postgresql(connection):
        sources = select(source_status.c.source).order_by(source_status.c.source)
        connection.execute(sources.with_for_update()).all()
        connection.execute(query.with_for_update(of=source_accounts, key_share=True)).all()
    return {row.id: row.source for row in connection.execute(query)}


def _fitting(connection: Connection, waiting: Collection[int]) -> dict[int, Link]:
    """Return the links that can be made by now."""
    found: dict[int, Link] = {}
    for part in _parts(list(waiting), IDS_A_QUERY):
        resolved = _resolved(connection, part)
        found |= {each: link for each, link in resolved.items() if isinstance(link, Link)}
    return found


def unmatched(connection: Connection) -> list[Unmatched]:
    """Return the source accounts that are none of ours, by source and id."""
    query = _unlinked().order_by(source_accounts.c.source, source_accounts.c.external_id)
    rows = connection.execute(query).all()
    listed: list[Unmatched] = []
    for part in _parts(rows, IDS_A_QUERY):
        found = _resolved(connection, [row.id for row in part])
        refused = {row: found[row.id] for row in part}
        keys = _keys(connection, {each for link in found.values() for each in _candidates(link)})
        listed += [
            Unmatched(
                row.source, row.external_id, *_told(link), tuple(keys[each] for each in _candidates(link))
            )
            for row, link in refused.items()
        ]
    return listed


def _told(link: Link | Refused) -> tuple[str, str]:
    return ("fits", link.rule) if isinstance(link, Link) else (link.reason, link.rule)


def _candidates(link: Link | Refused) -> tuple[int, ...]:
    return (link.account,) if isinstance(link, Link) else link.candidates


def match_rates(connection: Connection) -> dict[str, tuple[int, int]]:
    """Return by source how many of its accounts are linked, and how many it has."""
    query = select(source_accounts.c.source, func.count(links.c.account), func.count())
    joined = and_(links.c.source_account == source_accounts.c.id, _open)
    counted = connection.execute(query.outerjoin(links, joined).group_by(source_accounts.c.source))
    return {source: (linked, total) for source, linked, total in counted}


def link_by_hand(connection: Connection, source: str, external_id: str, key: str, actor: str) -> bool:
    """Link a source's account to ours because a person says so; false if either is not known."""
    found = connection.execute(_one(source, external_id)).scalar_one_or_none()
    account = connection.execute(select(accounts.c.id).where(accounts.c.key == key)).scalar_one_or_none()
    if found is None or account is None:
        return False
    unlink(connection, source, external_id)
    number = _numbered(connection, source)
    _join(connection, {found: Link(account, BY_HAND, actor)}, {found: number})
    _touch(connection, {account})
    return True


def unlink(connection: Connection, source: str, external_id: str) -> bool:
    """End the link of a source's account, whose facts then speak of nobody; false if there is none."""
    found = connection.execute(_one(source, external_id)).scalar_one_or_none()
    if found is None:
        return False
    number = _numbered(connection, source)
    ended = update(links).where(links.c.source_account == found, _open).returning(links.c.account)
    left = connection.execute(ended.values(to_batch=number)).scalars().all()
    _touch(connection, left)
    return bool(left)


def record_ids(connection: Connection, source: str, first: int, last: int) -> dict[int, str]:
    """Return the ids that a source has for our accounts in a key range, by account.

    An account with several has none: nobody could say which to write to.
    """
    query = select(links.c.account, source_accounts.c.external_id).join(
        links, and_(links.c.source_account == source_accounts.c.id, _open)
    )
    query = query.where(source_accounts.c.source == source, links.c.account.between(first, last))
    found: dict[int, list[str]] = defaultdict(list)
    for account, external_id in connection.execute(query):
        found[account].append(external_id)
    return {account: ids[0] for account, ids in found.items() if len(ids) == 1}


def without_record(connection: Connection, source: str) -> list[str]:
    """Return the keys of our accounts to which nothing can be written in a system: no record, or several."""
    ids = connection.execute(select(accounts.c.id, accounts.c.key).order_by(accounts.c.key)).all()
    if not ids:
        return []
    found = record_ids(connection, source, min(row.id for row in ids), max(row.id for row in ids))
    return [row.key for row in ids if row.id not in found]


# -- names -------------------------------------------------------------------------------------------


def _resolved(connection: Connection, unlinked: Sequence[int]) -> dict[int, Link | Refused]:
    names = _names(connection, unlinked)
    owners = _owners(connection, {name for each in names.values() for name in each})
    return {each: resolve(own, _sharing(own, owners)) for each, own in names.items()}


def _sharing(own: Collection[Name], owners: Mapping[Name, set[int]]) -> dict[int, set[Name]]:
    """Return the accounts that share a name with one, and the names they share."""
    found: dict[int, set[Name]] = defaultdict(set)
    for name in own:
        for account in owners.get(name, ()):
            found[account].add(name)
    return found


def _names(connection: Connection, unlinked: Sequence[int]) -> dict[int, set[Name]]:
    """Return all names that some source accounts go by."""
    own = select(source_accounts.c.id, source_accounts.c.source, source_accounts.c.external_id)
    found = {
        row.id: {Name(row.source, row.external_id)}
        for row in connection.execute(own.where(among(connection, source_accounts.c.id, unlinked)))
    }
    told = select(_identifiers.c.source_account, _identifiers.c.kind, _identifiers.c.value)
    for row in connection.execute(told.where(among(connection, _identifiers.c.source_account, unlinked))):
        found[row.source_account].add(Name(row.kind, row.value))
    return found


def _owners(connection: Connection, names: Collection[Name]) -> dict[Name, set[int]]:
    """Return which of our accounts go by which of some names."""
    found: dict[Name, set[int]] = defaultdict(set)
    values: dict[str, list[str]] = defaultdict(list)
    for name in names:
        values[name.kind].append(name.value)
    for kind, stated in values.items():
        for query in _lookups(connection, kind, stated):
            for row in connection.execute(query):
                found[Name(kind, row.value)].add(row.account)
    return found


def _lookups(connection: Connection, kind: str, values: Sequence[str]) -> Iterable[Select[tuple[str, int]]]:
    """Yield queries of value and account: by an identifier, by a source's id, by our key or a domain."""
    c = source_accounts.c
    yield (
        select(_identifiers.c.value, links.c.account)
        .join(links, and_(links.c.source_account == _identifiers.c.source_account, _open))
        .where(_identifiers.c.kind == kind, among(connection, _identifiers.c.value, values))
    )
    yield (
        select(c.external_id.label("value"), links.c.account)
        .join(links, and_(links.c.source_account == c.id, _open))
        .where(c.source == kind, among(connection, c.external_id, values))
    )
    if kind == OUR_ID:
        ours = among(connection, accounts.c.key, values)
        yield select(accounts.c.key.label("value"), accounts.c.id.label("account")).where(ours)
    if kind == DOMAIN:
        yield (
            select(_described.c.domain.label("value"), links.c.account)
            .join(links, and_(links.c.source_account == _described.c.source_account, _open))
            .where(among(connection, _described.c.domain, values))
        )


# -- rows --------------------------------------------------------------------------------------------


def _founded(connection: Connection, alone: Sequence[int]) -> dict[int, Link]:
    """Make accounts of ours for source accounts: keyed by the id they state as ours, else by their own."""
    if not alone:
        return {}
    names = _names(connection, alone)
    stated = {
        each: min((n.value for n in own if n.kind == OUR_ID), default="") for each, own in names.items()
    }
    external = {row.id: row.external_id for row in connection.execute(_rows(connection, alone))}
    keys = {each: stated[each] or external[each] for each in names}
    rows = [{"key": key} for key in sorted(set(keys.values()))]
    connection.execute(insert(connection, accounts).on_conflict_do_nothing(), rows)
    ours = select(accounts.c.key, accounts.c.id).where(among(connection, accounts.c.key, set(keys.values())))
    ids = {row.key: row.id for row in connection.execute(ours)}
    return {each: Link(ids[key], "our_id" if stated[each] else "founded", key) for each, key in keys.items()}


def _rows(connection: Connection, ids: Sequence[int]) -> Select[tuple[int, str]]:
    chosen = among(connection, source_accounts.c.id, ids)
    return select(source_accounts.c.id, source_accounts.c.external_id).where(chosen)


def _join(connection: Connection, joined: Mapping[int, Link], batches: Mapping[int, int]) -> None:
    rows = [
        {
            "source_account": each,
            "account": link.account,
            "rule": link.rule,
            "evidence": link.evidence,
            "from_batch": batches[each],
        }
        for each, link in joined.items()
    ]
    if not rows:
        return
    again = insert(connection, links)
    fields = ("account", "rule", "evidence")
    connection.execute(
        again.on_conflict_do_update(
            index_elements=["source_account", "from_batch"],
            set_={name: again.excluded[name] for name in fields} | {"to_batch": None},
        ),
        rows,
    )


def _numbered(connection: Connection, source: str) -> int:
    """Number a batch without rows: what is linked between two pages was not known with the one before."""
    c = source_status.c
    counted = update(source_status).where(c.source == source).values(batch=c.batch + 1)
    row = connection.execute(counted.returning(c.batch, c.complete_through)).one()
    values = {"source": source, "batch": row.batch, "complete_through": row.complete_through}
    connection.execute(insert(connection, batches).values(values | {"pulled_ms": now_ms()}))
    return int(row.batch)


def _touch(connection: Connection, ids: Collection[int]) -> None:
    """Mark accounts whose facts are more or fewer now."""
    for part in _parts(sorted(ids), IDS_A_QUERY):
        chosen = among(connection, accounts.c.id, part)
        locked = select(accounts.c.id).where(chosen).order_by(accounts.c.id)
        connection.execute(locked.with_for_update(key_share=True)).all()
        connection.execute(update(accounts).where(chosen).values(touched=accounts.c.touched + 1))


def _unlinked() -> Select[tuple[int, str, str]]:
    """Select the source accounts without a link."""
    c = source_accounts.c
    return (
        select(c.id, c.source, c.external_id)
        .outerjoin(links, and_(links.c.source_account == c.id, _open))
        .where(links.c.account.is_(None))
    )


def _one(source: str, external_id: str) -> Select[int]:
    c = source_accounts.c
    return select(c.id).where(c.source == source, c.external_id == external_id)


def _keys(connection: Connection, ids: Collection[int]) -> dict[int, str]:
    rows = connection.execute(select(accounts.c.id, accounts.c.key).where(accounts.c.id.in_(ids)))
    return {row.id: row.key for row in rows}


def _parts(items: Sequence[_T], size: int) -> Iterable[Sequence[_T]]:
    return (items[at : at + size] for at in range(0, len(items), size))
