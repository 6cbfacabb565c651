"""Links: which of our accounts a source's account is, with the rule and the evidence.

Facts belong to a source account and reach an account through its link, so that no fact is rewritten when
a link is made, undone or moved.
"""

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import Connection, Select, exists, select, update

from health.identity import OUR_ID, Link, Refused
from store.among import among, parts
from store.database import is_postgresql
from store.matches import unlinked
from store.names import IN_FORCE, names_of, resolved
from store.tables import accounts, links, source_accounts, source_status
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

    Nothing is founded here, and what a person unlinked stays so.
    """
    waiting = _waiting(connection)
    made: dict[int, Link] = {}
    for part in parts(list(waiting)):
        found = resolved(connection, part)
        joined = {each: link for each, link in found.items() if isinstance(link, Link)}
        _join(connection, joined, waiting)
        made |= joined
    _touch(connection, {link.account for link in made.values()})
    return len(made)


def _waiting(connection: Connection) -> dict[int, int]:
    """Return the source accounts that never had a link, locked, with the last batch of their source.

    Another pull that ends now may be linking them: they are asked for again once they are ours.
    """
    any_link = links.alias("any_link")
    ever = exists().where(any_link.c.source_account == source_accounts.c.id)
    query = unlinked().where(~ever).order_by(source_accounts.c.id)
    if is_postgresql(connection):
        connection.execute(query.with_for_update(of=source_accounts, key_share=True)).all()
    return {row.id: row.batch for row in connection.execute(query)}


def link_by_hand(connection: Connection, source: str, external_id: str, key: str, actor: str) -> bool:
    """Link a source's account to ours because a person says so; false if either is not known."""
    found = connection.execute(_one(source, external_id)).one_or_none()
    account = connection.execute(select(accounts.c.id).where(accounts.c.key == key)).scalar_one_or_none()
    if found is None or account is None:
        return False
    unlink(connection, source, external_id)
    _join(connection, {found.id: Link(account, BY_HAND, actor)}, {found.id: found.batch})
    _touch(connection, {account})
    return True


def unlink(connection: Connection, source: str, external_id: str) -> bool:
    """End the link of a source's account, whose facts then speak of nobody; false if there is none."""
    found = connection.execute(_one(source, external_id)).one_or_none()
    if found is None:
        return False
    ended = update(links).where(links.c.source_account == found.id, IN_FORCE).returning(links.c.account)
    left = connection.execute(ended.values(to_batch=found.batch)).scalars().all()
    _touch(connection, left)
    return bool(left)


def _one(source: str, external_id: str) -> Select[tuple[int, int]]:
    c = source_accounts.c
    return (
        select(c.id, source_status.c.batch)
        .join(source_status, source_status.c.source == c.source)
        .where(c.source == source, c.external_id == external_id)
    )


def _founded(connection: Connection, alone: Sequence[int]) -> dict[int, Link]:
    """Make accounts of ours for source accounts: keyed by the id they state as ours, else by their own."""
    if not alone:
        return {}
    names = names_of(connection, alone)
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


def _touch(connection: Connection, ids: Collection[int]) -> None:
    """Mark accounts whose facts are more or fewer now."""
    for part in parts(sorted(ids)):
        chosen = among(connection, accounts.c.id, part)
        locked = select(accounts.c.id).where(chosen).order_by(accounts.c.id)
        connection.execute(locked.with_for_update(key_share=True)).all()
        connection.execute(update(accounts).where(chosen).values(touched=accounts.c.touched + 1))
