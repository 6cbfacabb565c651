"""Links: which of our accounts a source's account is, with the rule and the evidence.

Facts belong to a source account and reach an account through its link, so that no fact is rewritten when
a link is made, undone or moved.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, Select, exists, select, true, update

from health.identity import OUR_ID, Link, Refused
from store.among import among, parts
from store.database import is_postgresql, now_ms
from store.matches import unlinked
from store.names import IN_FORCE, names_of, resolved
from store.tables import accounts, batches, links, source_accounts, source_status
from store.upsert import insert

BY_HAND = "by_hand"


def link_new(connection: Connection, unlinked: Sequence[int], batch: int, *, founding: bool) -> int:
    """Link source accounts that a batch brought; return how many of them are linked now.

    Where none of our accounts fits, a ``founding`` source's own becomes one of ours. Whoever ends the
    batch touches the accounts.
    """
    made = 0
    for part in parts(unlinked):
        found = resolved(connection, part)
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
    if locked and is_postgresql(connection):
        sources = select(source_status.c.source).order_by(source_status.c.source)
        connection.execute(sources.with_for_update()).all()
        connection.execute(_NEVER_LINKED.with_for_update(of=source_accounts, key_share=True)).all()
    return {row.id: row.source for row in connection.execute(_NEVER_LINKED)}


def _never_linked() -> Select[tuple[int, str, str, int]]:
    any_link = links.alias("any_link")
    ever = exists().where(any_link.c.source_account == source_accounts.c.id)
    return unlinked().where(~ever).order_by(source_accounts.c.id)


_NEVER_LINKED = _never_linked()


def _fitting(connection: Connection, waiting: Collection[int]) -> dict[int, Link]:
    """Return the links that can be made by now."""
    found: dict[int, Link] = {}
    for part in parts(list(waiting)):
        fitting = resolved(connection, part)
        found |= {each: link for each, link in fitting.items() if isinstance(link, Link)}
    return found


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


def relinked(
    connection: Connection, source: str, source_account: int, account: int, why: tuple[str, str]
) -> None:
    """Link a source's account to another of ours than before, with the rule and the evidence of ``why``."""
    number = _numbered(connection, source)
    ended = update(links).where(links.c.source_account == source_account, IN_FORCE)
    left = connection.execute(ended.values(to_batch=number).returning(links.c.account)).scalars().all()
    _join(connection, {source_account: Link(account, *why)}, {source_account: number})
    _touch(connection, {account, *left})


def unlink(connection: Connection, source: str, external_id: str) -> bool:
    """End the link of a source's account, whose facts then speak of nobody; false if there is none."""
    found = connection.execute(_one(source, external_id)).scalar_one_or_none()
    if found is None:
        return False
    number = _numbered(connection, source)
    ended = update(links).where(links.c.source_account == found, IN_FORCE).returning(links.c.account)
    left = connection.execute(ended.values(to_batch=number)).scalars().all()
    _touch(connection, left)
    return bool(left)


def undo(connection: Connection, source: str, external_id: str) -> str | None:
    """Take back what a person said last of a source's account; return the key it is linked to now, or "".

    A link by hand ends, and the one that it ended is made again; so is one that a person ended. `None` if
    no person has said anything of it.
    """
    found = connection.execute(_one(source, external_id)).scalar_one_or_none()
    before = _history(connection, found) if found is not None else []
    if found is None or not before or (before[0].to_batch is None and before[0].rule != BY_HAND):
        return None
    again = _ended_by(before)
    unlink(connection, source, external_id)
    if again is None:
        return ""
    number = _numbered(connection, source)
    _join(connection, {found: Link(again.account, again.rule, again.evidence)}, {found: number})
    _touch(connection, {again.account})
    return str(again.key)


def _history(connection: Connection, source_account: int) -> Sequence[Row[*tuple[Any, ...]]]:
    """Return the last two links of a source's account, the latest first."""
    query = select(links, accounts.c.key).join(accounts, accounts.c.id == links.c.account)
    query = query.where(links.c.source_account == source_account)
    return connection.execute(query.order_by(links.c.from_batch.desc()).limit(2)).all()


def _ended_by(before: Sequence[Row[*tuple[Any, ...]]]) -> Row[*tuple[Any, ...]] | None:
    """Return the link that the last act ended: a link by hand ends the one before in the batch before it."""
    last = before[0]
    if last.to_batch is not None:
        return last
    replaced = len(before) > 1 and before[1].to_batch == last.from_batch - 1
    return before[1] if replaced else None


def _one(source: str, external_id: str) -> Select[int]:
    c = source_accounts.c
    return select(c.id).where(c.source == source, c.external_id == external_id)


def _founded(connection: Connection, alone: Sequence[int]) -> dict[int, Link]:
    """Make accounts of ours for source accounts: keyed by the id they state as ours, else by their own."""
    if not alone:
        return {}
    names = names_of(connection, alone)
    stated = {
        each: min((n.value for n in own if n.kind == OUR_ID), default="") for each, own in names.items()
    }
    external = {row.id: row.external_id for row in connection.execute(_rows(alone))}
    keys = {each: stated[each] or external[each] for each in names}
    rows = [{"key": key} for key in sorted(set(keys.values()))]
    connection.execute(insert(connection, accounts).on_conflict_do_nothing(), rows)
    ours = select(accounts.c.key, accounts.c.id).where(among(accounts.c.key, set(keys.values())))
    ids = {row.key: row.id for row in connection.execute(ours)}
    return {each: Link(ids[key], "our_id" if stated[each] else "founded", key) for each, key in keys.items()}


def _rows(ids: Sequence[int]) -> Select[tuple[int, str]]:
    chosen = among(source_accounts.c.id, ids)
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
    for part in parts(sorted(ids)):
        chosen = among(accounts.c.id, part)
        locked = select(accounts.c.id).where(chosen).order_by(accounts.c.id)
        connection.execute(locked.with_for_update(key_share=True)).all()
        anew = {"reshaped": true(), "restated_from": date.min}
        connection.execute(update(accounts).where(chosen).values(touched=accounts.c.touched + 1, **anew))
