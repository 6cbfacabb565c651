"""Makes what is missing of our fields, and says what is there already or differs."""

from collections.abc import Iterator

from integrations.errors import Misconfigured
from integrations.roles import Prepared
from integrations.zendesk.fields import FIELDS, Field
from integrations.zendesk.refusals import NO_WRITE, SETUP
from integrations.zendesk.replies import OrganizationField
from integrations.zendesk.writer import ZendeskWriter

OF = "organizations"


def setup(zendesk: ZendeskWriter, *, dry_run: bool) -> Iterator[Prepared]:
    """Make the fields that are not there, unless it is a dry run; doing it again makes nothing.

    Raises `Misconfigured` where we may not, `Rejected` or `RetryLater`; what was made stays made.
    """
    there = {each.key: each for each in zendesk.fields()}
    for field in FIELDS.values():
        if field.key not in there and not dry_run:
            zendesk.make_field(field.definition)
            yield Prepared(OF, "field", field.key, "made")
        else:
            yield _found(field, there.get(field.key))


def examined(zendesk: ZendeskWriter) -> Iterator[Prepared]:
    """Yield what is there of each field that must be, and make nothing.

    Raises `Misconfigured` unless we are an admin, and what clients raise.
    """
    there = _seen(zendesk)
    yield from (_found(field, there.get(field.key)) for field in FIELDS.values())


def check(zendesk: ZendeskWriter) -> None:
    """Raise `Misconfigured` unless we are an admin, and with the fields that are missing or differ."""
    there = _seen(zendesk)
    missing = [field.key for field in FIELDS.values() if field.key not in there]
    if missing:
        raise Misconfigured("field_missing", f"zendesk: organizations lack {', '.join(missing)}; {SETUP}")
    for field in FIELDS.values():
        differs = difference(field, there[field.key])
        if differs:
            raise Misconfigured("field_differs", f"zendesk: {field.key} {differs}; mend it there")


def _seen(zendesk: ZendeskWriter) -> dict[str, OrganizationField]:
    """Return the fields that there are, by their keys, if we are an admin: who may write them."""
    if zendesk.me().role != "admin":
        raise Misconfigured("not_admin", NO_WRITE)
    return {each.key: each for each in zendesk.fields()}


def _found(field: Field, found: OrganizationField | None) -> Prepared:
    if found is None:
        return Prepared(OF, "field", field.key, "missing")
    differs = difference(field, found)
    return Prepared(OF, "field", field.key, "differs" if differs else "there", differs)


def difference(wanted: Field, found: OrganizationField) -> str:
    """How a field differs in what we write to it; empty if it does not. Its title is people's own."""
    if found.type != wanted.type:
        return f"is of type {found.type}, not {wanted.type}"
    if not found.active:
        return "is not active"
    there = {each.value for each in found.custom_field_options or ()}
    lacking = sorted({each.value for each in wanted.options} - there)
    return f"lacks the options {', '.join(lacking)}" if lacking else ""
