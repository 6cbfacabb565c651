"""List views: what an admin, or an app that may, makes for everybody to look at."""

from typing import Any, Literal

import msgspec

from sandbox.salesforce.book import SalesforceBook
from sandbox.salesforce.errors import Refused, malformed, no_field
from sandbox.salesforce.schema import Kind

LONGEST = 40
"""The most characters of a label."""
LOOKED_UP = frozenset({"Owner.Alias"})


class Filter(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="camel"):
    """Which records it shows."""

    field_api_name: str
    operand_labels: tuple[str, ...]
    operator: Literal["Equals", "NotEqual", "GreaterThan", "LessThan", "Contains", "StartsWith"]


class Scope(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="camel"):
    """Whose records it shows."""

    api_name: Literal["everything", "mine"]


class ListView(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="camel"):
    """A list view to be made."""

    list_view_api_name: str
    label: str
    display_columns: tuple[str, ...]
    filtered_by_info: tuple[Filter, ...]
    scope: Scope
    visibility: Literal["Private", "Public", "Shared"]


def make(book: SalesforceBook, kind: Kind, body: bytes) -> dict[str, Any]:
    """Make a list view."""
    try:
        asked = msgspec.json.decode(body, type=ListView)
    except msgspec.DecodeError as error:
        raise malformed(str(error)) from error
    shown = book.schema.of(kind).keys() | LOOKED_UP
    for name in (*asked.display_columns, *(each.field_api_name for each in asked.filtered_by_info)):
        if name not in shown:
            raise no_field(kind, name)
    if not asked.label or len(asked.label) > LONGEST:
        raise Refused(400, "STRING_TOO_LONG", "Label: data value too large")
    there = {(each["SobjectType"], each["DeveloperName"]) for each in book.rows["ListView"].values()}
    if (kind, asked.list_view_api_name) in there:
        raise Refused(400, "DUPLICATE_DEVELOPER_NAME", "There is already a list view of that name")
    said = {"SobjectType": kind, "DeveloperName": asked.list_view_api_name, "Name": asked.label}
    made = book.create("ListView", said)
    return {"label": asked.label, "listReference": {"id": made["Id"], "objectApiName": kind}}
