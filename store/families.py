"""Families: which account is below which, as sources state it by their own ids."""

from typing import NamedTuple

from sqlalchemy import Connection, and_, select

from store.tables import facts, links, source_accounts


class Parents(NamedTuple):
    """The parent of each account that has one, and of others the id of a parent that is none of ours."""

    found: dict[int, int]
    missing: dict[int, str]


def parents(connection: Connection) -> Parents:
    """Return the parents that sources state; of several the first, by source, that is one of our accounts.

    Who is said to be below itself, by two ids that are both one account of ours, has no parent.
    """
    fact, child, parent = facts["accounts"], source_accounts.alias("child"), source_accounts.alias("parent")
    own, above = links.alias("own"), links.alias("above")
    same = and_(parent.c.source == child.c.source, parent.c.external_id == fact.c.parent_id)
    query = (
        select(own.c.account, fact.c.parent_id, above.c.account)
        .select_from(fact)
        .join(child, child.c.id == fact.c.source_account)
        .join(own, and_(own.c.source_account == child.c.id, own.c.to_batch.is_(None)))
        .outerjoin(parent, same)
        .outerjoin(above, and_(above.c.source_account == parent.c.id, above.c.to_batch.is_(None)))
        .where(fact.c.parent_id.is_not(None), fact.c.parent_id != "")
        .order_by(own.c.account, child.c.source, child.c.id)
    )
    found: dict[int, int] = {}
    missing: dict[int, str] = {}
    for account, stated, ours in connection.execute(query):
        if ours is None:
            missing.setdefault(account, stated)
        elif ours != account:
            found.setdefault(account, ours)
    return Parents(found, {each: stated for each, stated in missing.items() if each not in found})
