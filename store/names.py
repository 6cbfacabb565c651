"""Names: what a source's accounts go by, and which of ours go by that too."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence

from sqlalchemy import Connection, Select, and_, select

from health.identity import DOMAIN, OUR_ID, Link, Name, Refused, resolve
from store.among import among
from store.tables import accounts, facts, links, source_accounts

IN_FORCE = links.c.to_batch.is_(None)
"""Of a link that was not ended."""

MERGED = "merged"
"""The rule of a link by which a record that its system merged into another one follows it."""
_described = facts["accounts"]
_identifiers = facts["identifiers"]


def resolved(connection: Connection, unlinked: Sequence[int]) -> dict[int, Link | Refused]:
    """Return what the names of some source accounts come to: a link to one of ours, or why there is none."""
    names = names_of(connection, unlinked)
    owners = _owners(connection, {name for each in names.values() for name in each})
    return {each: resolve(own, _sharing(own, owners)) for each, own in names.items()}


def _sharing(own: Collection[Name], owners: Mapping[Name, set[int]]) -> dict[int, set[Name]]:
    """Return the accounts that share a name with one, and the names they share."""
    found: dict[int, set[Name]] = defaultdict(set)
    for name in own:
        for account in owners.get(name, ()):
            found[account].add(name)
    return found


def names_of(connection: Connection, unlinked: Sequence[int]) -> dict[int, set[Name]]:
    """Return all names that some source accounts go by."""
    own = select(source_accounts.c.id, source_accounts.c.source, source_accounts.c.external_id)
    found = {
        row.id: {Name(row.source, row.external_id)}
        for row in connection.execute(own.where(among(source_accounts.c.id, unlinked)))
    }
    told = select(_identifiers.c.source_account, _identifiers.c.kind, _identifiers.c.value)
    for row in connection.execute(told.where(among(_identifiers.c.source_account, unlinked))):
        found[row.source_account].add(Name(row.kind, row.value))
    return found


def _owners(connection: Connection, names: Collection[Name]) -> dict[Name, set[int]]:
    """Return which of our accounts go by which of some names."""
    found: dict[Name, set[int]] = defaultdict(set)
    values: dict[str, list[str]] = defaultdict(list)
    for name in names:
        values[name.kind].append(name.value)
    for kind, stated in values.items():
        for query in _lookups(kind, stated):
            for row in connection.execute(query):
                found[Name(kind, row.value)].add(row.account)
    return found


def _lookups(kind: str, values: Sequence[str]) -> Iterable[Select[tuple[str, int]]]:
    """Yield queries of value and account: by an identifier, by a source's id, by our key or a domain."""
    c = source_accounts.c
    yield (
        select(_identifiers.c.value, links.c.account)
        .join(links, and_(links.c.source_account == _identifiers.c.source_account, IN_FORCE))
        .where(_identifiers.c.kind == kind, among(_identifiers.c.value, values))
    )
    yield (
        select(c.external_id.label("value"), links.c.account)
        .join(links, and_(links.c.source_account == c.id, IN_FORCE))
        .where(c.source == kind, among(c.external_id, values))
    )
    if kind == OUR_ID:
        ours = among(accounts.c.key, values)
        yield select(accounts.c.key.label("value"), accounts.c.id.label("account")).where(ours)
    if kind == DOMAIN:
        yield (
            select(_described.c.domain.label("value"), links.c.account)
            .join(links, and_(links.c.source_account == _described.c.source_account, IN_FORCE))
            .where(among(_described.c.domain, values))
        )
