"""Makes what is missing of our properties, and says what is there already or differs."""

from collections.abc import Collection, Iterator, Mapping, Sequence

from integrations.errors import Misconfigured
from integrations.hubspot import segments
from integrations.hubspot.answers import Property
from integrations.hubspot.client import HubSpotClient, Kind
from integrations.hubspot.properties import GROUP
from integrations.hubspot.refusals import SETUP
from integrations.hubspot.settings import HubSpotSettings
from integrations.hubspot.writing import Definition
from integrations.roles import Prepared, outcome

Wanted = Mapping[Kind, Sequence[Definition]]
"""The properties that must be there, by the kind of object they are on."""


def setup(hubspot: HubSpotClient, wanted: Wanted, *, dry_run: bool) -> Iterator[Prepared]:
    """Make the group, the properties and the segment that are not there, unless it is a dry run.

    Doing it again makes nothing. Raises `Misconfigured` where the key may not, `Rejected` or `RetryLater`;
    what was made stays made.
    """
    for kind, definitions in wanted.items():
        yield _group(hubspot, kind, dry_run=dry_run)
        yield from _properties(hubspot, kind, definitions, dry_run=dry_run)
    yield segments.made(hubspot, dry_run=dry_run)


def examined(hubspot: HubSpotClient, wanted: Wanted) -> Iterator[Prepared]:
    """Yield what is there of each property that must be, and make nothing. Raises what clients raise."""
    for kind, definitions in wanted.items():
        yield from _properties(hubspot, kind, definitions, dry_run=True)


def stages(hubspot: HubSpotClient, settings: HubSpotSettings) -> Iterator[Prepared]:
    """Yield what is there of the stages at which deals begin. Raises what clients raise."""
    there = hubspot.pipelines()
    yield _stage(there, settings.deal_pipeline, settings.deal_stage, "DEAL_STAGE")
    if settings.renewal_stage:
        pipeline = settings.renewal_pipeline or settings.deal_pipeline
        yield _stage(there, pipeline, settings.renewal_stage, "RENEWAL_STAGE")


def _stage(there: Mapping[str, Collection[str]], pipeline: str, stage: str, setting: str) -> Prepared:
    variable = f"SEATSIGNAL_HUBSPOT_{setting}"
    if pipeline not in there:
        differs = f"there is no pipeline {pipeline}, but {', '.join(sorted(there)) or 'none at all'}"
    elif stage not in there[pipeline]:
        differs = f"the pipeline {pipeline} has no stage {stage}, but {', '.join(sorted(there[pipeline]))}"
    else:
        differs = ""
    return Prepared("deals", "setting", variable, "differs" if differs else "there", differs)


def check(hubspot: HubSpotClient, wanted: Wanted) -> None:
    """Raise `Misconfigured` with the properties that are missing or differ."""
    for kind, definitions in wanted.items():
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


def _properties(
    hubspot: HubSpotClient, kind: Kind, definitions: Sequence[Definition], *, dry_run: bool
) -> Iterator[Prepared]:
    there = hubspot.properties(kind)
    yield from (_property(hubspot, kind, each, there.get(each.name), dry_run=dry_run) for each in definitions)


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
