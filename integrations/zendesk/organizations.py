"""Organizations: accounts, and the names that agents keep of them."""

from collections.abc import Iterable, Iterator

from msgspec.structs import replace

from health.records import Account, Identifier, Record
from integrations.zendesk.answers import Organization, Organizations
from integrations.zendesk.errors import contradiction, repeated
from integrations.zendesk.instants import day, seconds
from integrations.zendesk.place import Place

EDGE = 100
"""The most ids kept of the last second; beyond them a row is read twice, which does no harm."""


def after(place: Place, answer: Organizations) -> Place:
    """The place behind a page. Raises `RetryLater` for a page that cannot follow it."""
    end_s = answer.end_time
    if not answer.organizations:
        if answer.count or not answer.end_of_stream:
            raise contradiction()
        return place
    if end_s is None:
        raise contradiction()
    if end_s < place.organizations_s or (end_s == place.organizations_s and not answer.end_of_stream):
        raise repeated()
    edge = tuple(each.id for each in answer.organizations if seconds(each.updated_at) == end_s)
    return replace(place, organizations_s=end_s, edge=edge[:EDGE])


def fresh(place: Place, answer: Organizations) -> list[Organization]:
    """Those of a page that the pages before did not show: the export repeats what is on its edge."""
    return [
        each
        for each in answer.organizations
        if each.id not in place.edge or seconds(each.updated_at) != place.organizations_s
    ]


def is_readable(organization: Organization) -> bool:
    """Whether it has what every organization has."""
    instants = (organization.created_at, organization.updated_at)
    return bool(organization.name) and None not in map(seconds, instants)


def records(organizations: Iterable[Organization], kind: str) -> Iterator[Record]:
    """Yield accounts, and what they go by elsewhere; ``kind`` is what their external id is.

    A deleted one yields nothing: what is stored of it stays.
    """
    for each in organizations:
        if each.deleted_at is None:
            key = str(each.id)
            yield Account(key, name=each.name, created_on=day(each.created_at))
            yield from _identifiers(key, each, kind)


def _identifiers(key: str, organization: Organization, kind: str) -> Iterator[Identifier]:
    if organization.external_id and kind != "nothing":
        yield Identifier(key, kind, organization.external_id)
    names = {name.lower() for name in organization.domain_names or () if name}
    yield from (Identifier(key, "domain", name) for name in sorted(names))
