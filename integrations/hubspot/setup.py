"""Makes what is missing of our properties, and says what is there already or differs."""

from collections.abc import Iterator

from integrations.errors import Misconfigured
from integrations.hubspot.answers import Property
from integrations.hubspot.client import HubSpotClient, Kind
from integrations.hubspot.properties import GROUP, WANTED
from integrations.hubspot.refusals import SETUP
from integrations.hubspot.writing import Definition
from integrations.roles import Prepared, outcome


def setup(hubspot: HubSpotClient, *, dry_run: bool) -> Iterator[Prepared]:
    """Make the group and the properties that are not there, unless it is a dry run.

    Doing it again makes nothing. Raises `Misconfigured` where the key may not, `Rejected` or `RetryLater`;
    what was made stays made.
    """
    for kind, definitions in WANTED.items():
        yield _group(hubspot, kind, dry_run=dry_run)
        there = hubspot.properties(kind)
        yield from (
            _property(hubspot, kind, each, there.get(each.name), dry_run=dry_run) for each in definitions
        )


def check(hubspot: HubSpotClient) -> None:
    """Raise `Misconfigured` with the properties that are missing or differ."""
    for kind, definitions in WANTED.items():
        there = hubspot.properties(kind)
        missing = [each.name for each in definitions if each.name not in there]
        if missing:
            raise Misconfigured("property_missing", f"hubspot: {kind} lack {', '.join(missing)}; {SETUP}")
        for each in definitions:
            differs = difference(each, there[each.name])
            if differs:
                raise Misconfigured(
                    "property_differs", f"hubspot: {each.name} of {kind} {differs}; mend it there"
                )


def _group(hubspot: HubSpotClient, kind: Kind, *, dry_run: bool) -> Prepared:
    if GROUP.name in hubspot.groups(kind):
        return Prepared(kind, "group", GROUP.name, "there")
    if not dry_run:
        hubspot.create_group(kind, GROUP)
    return Prepared(kind, "group", GROUP.name, outcome(there=False, dry_run=dry_run))


def _property(
    hubspot: HubSpotClient, kind: Kind, wanted: Definition, found: Property | None, *, dry_run: bool
) -> Prepared:
    if found is None:
        if not dry_run:
            hubspot.create_property(kind, wanted)
        return Prepared(kind, "property", wanted.name, outcome(there=False, dry_run=dry_run))
    differs = difference(wanted, found)
    return Prepared(kind, "property", wanted.name, "differs" if differs else "there", differs)


def difference(wanted: Definition, found: Property) -> str:
    """How a property differs in what we write to it; empty if it does not. Its label is people's own."""
    if found.type != wanted.type:
        return f"is of type {found.type}, not {wanted.type}"
    if wanted.has_unique_value and not found.has_unique_value:
        return "does not ask for unique values"
    lacking = sorted({each.value for each in wanted.options} - {each.value for each in found.options})
    return f"lacks the options {', '.join(lacking)}" if lacking else ""
