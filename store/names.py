"""Names: what a source's accounts go by, and which of ours go by that too."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence

from sqlalchemy import Connection, Select, Subquery, and_, exists, select

from health.domains import DOMAIN, is_anyones
from health.identity import CONTACT_EMAIL, OUR_ID, Link, Name, Refused, resolve
from store.among import among
from store.tables import accounts, facts, links, source_accounts, subjects

IN_FORCE = links.c.to_batch.is_(None)
"""Of a link that was not ended."""

MERGED = "merged"
"""The rule of a link by which a record that its system merged into another one follows it."""
_described = facts["accounts"]
_identifiers = facts["identifiers"]
_contacts = facts["contacts"]


def resolved(connection: Connection, unlinked: Sequence[int]) -> dict[int, Link | Refused]:
    """Return what the names of some source accounts come to: a link to one of ours, or why there is none."""
    names = names_of(connection, unlinked)
    owners = _owners(connection, {name for each in names.values() for name in each})
    found = {each: resolve(own, _sharing(own, owners)) for each, own in names.items()}
    nameless = [each for each, link in found.items() if link == Refused("none")]
    return found | _by_contacts(connection, nameless)


def _sharing(own: Collection[Name], owners: Mapping[Name, set[int]]) -> dict[int, set[Name]]:
    """Return the accounts that share a name with one, and the names they share."""
    found: dict[int, set[Name]] = defaultdict(set)
    for name in own:
        for account in owners.get(name, ()):
            found[account].add(name)
    return found


def _by_contacts(connection: Connection, nameless: Sequence[int]) -> dict[int, Link | Refused]:
    """Return what the people at some source accounts come to, where any of them is known at one of ours."""
    shared: dict[int, dict[int, set[Name]]] = defaultdict(lambda: defaultdict(set))
    for row in connection.execute(_known_at_ours(nameless)):
        if not is_anyones(row.email.rpartition("@")[2].lower()):
            shared[row.source_account][row.account].add(Name(CONTACT_EMAIL, row.subject))
    return {each: resolve(set[Name]().union(*with_.values()), with_) for each, with_ in shared.items()}


def _known_at_ours(nameless: Sequence[int]) -> Select[tuple[int, str, str, int]]:
    """Select people by source account who are at accounts of ours too.

    Whom their own source has at another of its accounts too (an agency, say) is at none of them for us.
    """
    both = _at_both(nameless)
    asking, asked, other = source_accounts.alias("asking"), source_accounts.alias("asked"), _contacts.alias()
    elsewhere = exists().where(
        other.c.subject == both.c.subject,
        other.c.source_account != both.c.source_account,
        asked.c.id == other.c.source_account,
        asked.c.source == asking.c.source,
    )
    return (
        select(both.c.source_account, both.c.subject, subjects.c.email, both.c.account)
        .join(subjects, and_(subjects.c.token == both.c.subject, subjects.c.erased_ms.is_(None)))
        .join(asking, asking.c.id == both.c.source_account)
        .where(~elsewhere)
    )


def _at_both(nameless: Sequence[int]) -> Subquery:
    """Select whom both know, by themselves: they are few, and all else is asked of them alone."""
    theirs, ours = _contacts.alias("theirs"), _contacts.alias("ours")
    query = select(theirs.c.source_account, theirs.c.subject, links.c.account)
    query = query.join(ours, ours.c.subject == theirs.c.subject)
    query = query.join(links, and_(links.c.source_account == ours.c.source_account, IN_FORCE))
    return query.where(among(theirs.c.source_account, nameless)).distinct().subquery("at_both")


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
