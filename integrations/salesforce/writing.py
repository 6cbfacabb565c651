"""What we send to Salesforce."""

from collections.abc import Mapping

from msgspec import Struct

Sent = Mapping[str, str | int | float | bool | Mapping[str, str] | None]
"""A record to be saved: its fields, and under ``attributes`` of what type it is. `None` clears."""


class Collection(Struct, frozen=True, rename="camel"):
    """Up to 200 records of one type. Each is saved or not by itself."""

    records: tuple[Sent, ...]
    all_or_none: bool = False


class Wanted(Struct, frozen=True):
    """Records to read by their ids."""

    ids: tuple[str, ...]
    fields: tuple[str, ...]


class Definition(Struct, frozen=True):
    """Something of an org's schema to be made, by its full name."""

    FullName: str
    Metadata: Mapping[str, object]
