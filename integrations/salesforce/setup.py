"""Makes what is missing of our fields, and says what is there already or differs.

A field that is there may be hidden from the app's user: Salesforce describes to each user only what they
may see. Such a one is told as what differs, since it needs the permission set and not another field.
"""

from collections.abc import Iterator, Mapping

from integrations.errors import Misconfigured
from integrations.roles import Prepared
from integrations.salesforce.answers import Found
from integrations.salesforce.client import Kind, SalesforceClient
from integrations.salesforce.fields import WANTED, Field
from integrations.salesforce.refusals import SETUP

HIDDEN = "is there, but the app's user may not see or edit it: see docs/integrations/salesforce.md"
SHOWN_AT: Mapping[str, Kind] = {"Account": "Account", "Activity": "Task"}
"""Where what is made at a type of record is seen."""


def setup(salesforce: SalesforceClient) -> Iterator[Prepared]:
    """Make the fields that are not there; doing it again makes nothing.

    Raises `Misconfigured` where the user may not, `Rejected` or `RetryLater`; what was made stays made.
    """
    there = salesforce.made()
    for kind, fields in WANTED.items():
        described = salesforce.described(SHOWN_AT[kind])
        yield from (_field(salesforce, kind, each, described, there) for each in fields)


def check(salesforce: SalesforceClient) -> None:
    """Raise `Misconfigured` with the fields that are missing, hidden or differ."""
    for kind, fields in WANTED.items():
        described = salesforce.described(SHOWN_AT[kind])
        missing = [each.name for each in fields if each.name not in described]
        if missing:
            raise Misconfigured(
                "field_missing", f"salesforce: {kind} lacks {', '.join(missing)}, or hides them; {SETUP}"
            )
        for each in fields:
            differs = difference(each, described[each.name])
            if differs:
                raise Misconfigured("field_differs", f"salesforce: {each.name} {differs}; mend it there")


def _field(
    salesforce: SalesforceClient,
    kind: str,
    wanted: Field,
    described: Mapping[str, Found],
    there: frozenset[str],
) -> Prepared:
    found = described.get(wanted.name)
    if found:
        differs = difference(wanted, found)
    elif wanted.name.removesuffix("__c") in there:
        differs = HIDDEN
    else:
        salesforce.make_field(wanted.of(kind))
        return Prepared(kind, "field", wanted.name, "made")
    return Prepared(kind, "field", wanted.name, "differs" if differs else "there", differs)


def difference(wanted: Field, found: Found) -> str:
    """How a field differs in what we write to it; empty if it does not. Its label is people's own."""
    if found.type != wanted.type:
        return f"is of type {found.type}, not {wanted.type}"
    if wanted.form.get("externalId") and not found.external_id:
        return "is no external id"
    return "" if found.updateable else HIDDEN
