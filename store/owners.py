"""Whose accounts are whose, and what they are called: for colleagues who ask."""

from collections.abc import Collection
from typing import NamedTuple

from sqlalchemy import Connection, Text, and_, func, or_, select, union

from store import features
from store.among import among
from store.tables import accounts, facts, links


class Called(NamedTuple):
    """An account's key and its name, which is the key again where no source states one."""

    key: str
    name: str


def called(connection: Connection) -> list[Called]:
    """Return what every account that was judged is called, by id."""
    query = select(accounts.c.key, accounts.c.name).where(accounts.c.judged_run.is_not(None))
    return [Called(*row) for row in connection.execute(query.order_by(accounts.c.id))]


def addresses(connection: Connection) -> frozenset[str]:
    """Return the addresses (small letters) of all who look after accounts, as their sources state them."""
    fact = facts["accounts"]
    current = links.c.source_account == fact.c.source_account, links.c.to_batch.is_(None)
    stated = [
        select(func.lower(column, type_=Text())).join(links, and_(*current)).where(column.contains("@"))
        for column in (fact.c.csm_email, fact.c.sales_email)
    ]
    return frozenset(connection.execute(union(*stated)).scalars())


def owned(connection: Connection, addresses: Collection[str]) -> list[int]:
    """Return the accounts that customer success or sales look after under some addresses (small letters).

    Where sources differ it is the address that alerts go by.
    """
    if not addresses:
        return []
    fact = facts["accounts"]
    lowered = (func.lower(column, type_=Text()) for column in (fact.c.csm_email, fact.c.sales_email))
    theirs = or_(*(among(column, addresses) for column in lowered))
    query = select(links.c.account).where(links.c.to_batch.is_(None), theirs).distinct()
    query = query.join(fact, fact.c.source_account == links.c.source_account)
    rows = features.held(connection, list(connection.execute(query).scalars()))
    named = {row.account: {row.csm_email.lower(), row.sales_email.lower()} for row in rows.values()}
    return sorted(account for account, owners in named.items() if owners & set(addresses))
