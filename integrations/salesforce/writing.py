"""What we send to Salesforce."""

from collections.abc import Mapping

from msgspec import Struct

Sent = Mapping[str, str | int | float | bool | Mapping[str, str] | None]
"""A record to be saved: its fields, and under ``attributes`` of what type it is. `None` clears."""


class Collection(Struct, frozen=True, rename="camel"):
    """Up to 200 records of one type. Each is saved or not by itself."""

    records: tuple[Sent, ...]
    all_or_none: bool = False


class Step(Struct, frozen=True, rename="camel"):
    """One of several calls that are sent as one."""

    method: str
    url: str
    reference_id: str
    body: Collection


class Steps(Struct, frozen=True, rename="camel"):
    """Up to 5 collections that are sent, and count, as one call; each succeeds or fails by itself."""

    composite_request: tuple[Step, ...]
    all_or_none: bool = False


class Wanted(Struct, frozen=True):
    """Records to read by their ids."""

    ids: tuple[str, ...]
    fields: tuple[str, ...]


class Definition(Struct, frozen=True):
    """Something of an org's schema to be made, by its full name."""

    FullName: str
    Metadata: Mapping[str, object]


class Filter(Struct, frozen=True, rename="camel"):
    """What a list view shows: records whose field is one of some values."""

    field_api_name: str
    operand_labels: tuple[str, ...]
    operator: str = "Equals"


class Scope(Struct, frozen=True, rename="camel"):
    """Whose records a list view shows."""

    api_name: str = "everything"


class ListView(Struct, frozen=True, rename="camel"):
    """A list view to be made, which everybody sees."""

    list_view_api_name: str
    label: str
    display_columns: tuple[str, ...]
    filtered_by_info: tuple[Filter, ...]
    scope: Scope = Scope()
    visibility: str = "Public"
