"""Makes what is missing of our fields and views, and says what is there already or differs.

Salesforce shows a new field to nobody, and describes to each user only what they may see: so a permission
set goes with the fields. One that stays hidden is told as what differs, since it needs no other field.
"""

from collections.abc import Iterator, Mapping

from integrations.errors import Misconfigured
from integrations.roles import Prepared, outcome
from integrations.salesforce.answers import Found
from integrations.salesforce.client import Kind, SalesforceClient
from integrations.salesforce.fields import OF_OPPORTUNITIES, WANTED, Field
from integrations.salesforce.list_view import upsell
from integrations.salesforce.opportunities import check_pipeline
from integrations.salesforce.permissions import permitted
from integrations.salesforce.refusals import SETUP
from integrations.salesforce.settings import SalesforceSettings

HIDDEN = "is there, but the app's user may not see or edit it: see docs/integrations/salesforce.md"
SEEN_AT: Mapping[str, Kind] = {"Account": "Account", "Activity": "Task", "Opportunity": "Opportunity"}
"""Where what is made at a type of record is seen."""
Wanted = Mapping[str, tuple[Field, ...]]
"""Fields that must be there, by what they are made at."""


def setup(salesforce: SalesforceClient, settings: SalesforceSettings, *, dry_run: bool) -> Iterator[Prepared]:
    """Make what is not there, and show it to the app's user, unless it is a dry run.

    Doing it again makes nothing. Raises `Misconfigured` where the user may not, `Rejected` or `RetryLater`;
    what was made stays made.
    """
    wanted = _wanted(settings)
    missing = _missing(salesforce, wanted)
    for kind, each in missing if not dry_run else ():
        salesforce.make_field(each.of(kind))
    rights = list(permitted(salesforce, _names(wanted), dry_run=dry_run))
    yield from rights
    to_be_shown = any(each.outcome == "missing" for each in rights)
    for kind, fields in wanted.items():
        described = salesforce.described(SEEN_AT[kind])
        for each in fields:
            found = described.get(each.name)
            hidden = "" if to_be_shown else HIDDEN
            differs = difference(each, found) if found else hidden
            there = outcome(there=(kind, each) not in missing, dry_run=dry_run)
            yield Prepared(kind, "field", each.name, "differs" if differs else there, differs)
    yield upsell(salesforce, dry_run=dry_run)


def examined(salesforce: SalesforceClient, settings: SalesforceSettings) -> Iterator[Prepared]:
    """Yield what is there of each field that must be, and make nothing; what is hidden counts as missing.

    Raises what clients raise.
    """
    for kind, fields in _wanted(settings).items():
        described = salesforce.described(SEEN_AT[kind])
        yield from (_found(kind, each, described.get(each.name)) for each in fields)
        if kind == "Opportunity":
            yield _pipeline(salesforce, settings, described)


def _found(kind: str, wanted: Field, found: Found | None) -> Prepared:
    if found is None:
        return Prepared(kind, "field", wanted.name, "missing")
    differs = difference(wanted, found)
    return Prepared(kind, "field", wanted.name, "differs" if differs else "there", differs)


def _pipeline(
    salesforce: SalesforceClient, settings: SalesforceSettings, described: Mapping[str, Found]
) -> Prepared:
    """Return what is there of the stage at which opportunities begin."""
    said = ""
    try:
        check_pipeline(salesforce, settings, described)
    except Misconfigured as error:
        said = str(error)
    stage = "SEATSIGNAL_SALESFORCE_OPPORTUNITY_STAGE"
    return Prepared("Opportunity", "setting", stage, "differs" if said else "there", said)


def _wanted(settings: SalesforceSettings) -> Wanted:
    """Every field of ours that must be there: that of opportunities only where they are kept."""
    return {**WANTED, **OF_OPPORTUNITIES} if settings.opportunity_stage else WANTED


def _missing(salesforce: SalesforceClient, wanted: Wanted) -> list[tuple[str, Field]]:
    """The fields that are not there, each with what it is made at."""
    there = salesforce.made()
    every = [(kind, each) for kind, fields in wanted.items() for each in fields]
    return [(kind, each) for kind, each in every if each.name.removesuffix("__c") not in there]


def _names(wanted: Wanted) -> list[str]:
    """Every field of ours with the type of record that it is seen at."""
    return [f"{SEEN_AT[kind]}.{each.name}" for kind, fields in wanted.items() for each in fields]


def check(salesforce: SalesforceClient, settings: SalesforceSettings) -> None:
    """Raise `Misconfigured` with fields that are missing, hidden or differ, or what opportunities lack."""
    for kind, fields in _wanted(settings).items():
        described = salesforce.described(SEEN_AT[kind])
        missing = [each.name for each in fields if each.name not in described]
        if missing:
            raise Misconfigured(
                "field_missing", f"salesforce: {kind} lacks {', '.join(missing)}, or hides them; {SETUP}"
            )
        for each in fields:
            differs = difference(each, described[each.name])
            if differs:
                raise Misconfigured("field_differs", f"salesforce: {each.name} {differs}; mend it there")
        if kind == "Opportunity":
            check_pipeline(salesforce, settings, described)


def difference(wanted: Field, found: Found) -> str:
    """How a field differs in what we write to it; empty if it does not. Its label is people's own."""
    if found.type != wanted.type:
        return f"is of type {found.type}, not {wanted.type}"
    if wanted.form.get("externalId") and not found.external_id:
        return "is no external id"
    return "" if found.updateable else HIDDEN
