"""Makes what is missing of our fields, and says what is there already or differs.

Salesforce shows a new field to nobody, and describes to each user only what they may see: so a permission
set goes with the fields. One that stays hidden is told as what differs, since it needs no other field.
"""

from collections.abc import Iterator, Mapping

from integrations.errors import Misconfigured
from integrations.roles import Prepared
from integrations.salesforce.answers import Found
from integrations.salesforce.client import Kind, SalesforceClient
from integrations.salesforce.fields import WANTED, Field
from integrations.salesforce.permissions import permitted
from integrations.salesforce.refusals import SETUP

HIDDEN = "is there, but the app's user may not see or edit it: see docs/integrations/salesforce.md"
SEEN_AT: Mapping[str, Kind] = {"Account": "Account", "Activity": "Task"}
"""Where what is made at a type of record is seen."""


def setup(salesforce: SalesforceClient) -> Iterator[Prepared]:
    """Make the fields that are not there, and show them to the app's user; doing it again makes nothing.

    Raises `Misconfigured` where the user may not, `Rejected` or `RetryLater`; what was made stays made.
    """
    made = {each.name for each in _missing(salesforce)}
    yield from permitted(salesforce, _names())
    for kind, fields in WANTED.items():
        described = salesforce.described(SEEN_AT[kind])
        for each in fields:
            found = described.get(each.name)
            differs = difference(each, found) if found else HIDDEN
            outcome = "differs" if differs else "made" if each.name in made else "there"
            yield Prepared(kind, "field", each.name, outcome, differs)


def examined(salesforce: SalesforceClient) -> Iterator[Prepared]:
    """Yield what is there of each field that must be, and make nothing; what is hidden counts as missing.

    Raises what clients raise.
    """
    for kind, fields in WANTED.items():
        described = salesforce.described(SEEN_AT[kind])
        for each in fields:
            found = described.get(each.name)
            differs = difference(each, found) if found else ""
            outcome = "missing" if found is None else "differs" if differs else "there"
            yield Prepared(kind, "field", each.name, outcome, differs)


def _missing(salesforce: SalesforceClient) -> list[Field]:
    """The fields that were not there, and now are."""
    there, made = salesforce.made(), []
    for kind, fields in WANTED.items():
        for each in fields:
            if each.name.removesuffix("__c") not in there:
                salesforce.make_field(each.of(kind))
                made.append(each)
    return made


def _names() -> list[str]:
    """Every field of ours with the type of record that it is seen at."""
    return [f"{SEEN_AT[kind]}.{each.name}" for kind, fields in WANTED.items() for each in fields]


def check(salesforce: SalesforceClient) -> None:
    """Raise `Misconfigured` with the fields that are missing, hidden or differ."""
    for kind, fields in WANTED.items():
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


def difference(wanted: Field, found: Found) -> str:
    """How a field differs in what we write to it; empty if it does not. Its label is people's own."""
    if found.type != wanted.type:
        return f"is of type {found.type}, not {wanted.type}"
    if wanted.form.get("externalId") and not found.external_id:
        return "is no external id"
    return "" if found.updateable else HIDDEN
