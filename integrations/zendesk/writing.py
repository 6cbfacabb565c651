"""What we send to Zendesk. There is nothing here that makes an organization, a ticket or a public reply."""

from collections.abc import Mapping
from typing import Literal

from msgspec import Struct

Value = str | int | None
"""What a field of an organization takes; `None` clears it."""


class Option(Struct, frozen=True):
    """A choice of a drop-down: how people see it, and its value."""

    name: str
    value: str


class Definition(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A field of organizations to be made."""

    key: str
    title: str
    type: str
    description: str
    custom_field_options: tuple[Option, ...] = ()


class NewField(Struct, frozen=True):
    """A request to make a field."""

    organization_field: Definition


class Change(Struct, frozen=True):
    """New values of an organization's fields, by its id; fields that are not named stay."""

    id: int
    organization_fields: Mapping[str, Value]


class Changes(Struct, frozen=True):
    """Up to 100 changes."""

    organizations: tuple[Change, ...]


class Tags(Struct, frozen=True):
    """Tags to add, or to take away; all others stay."""

    tags: tuple[str, ...]


class Comment(Struct, frozen=True):
    """A private note: agents read it, and no customer."""

    html_body: str
    public: Literal[False] = False


class Noted(Struct, frozen=True):
    """A ticket's update by a note; ``metadata`` stays with it, where only the API shows it."""

    comment: Comment
    metadata: Mapping[str, str]


class Note(Struct, frozen=True):
    """A request to write a note."""

    ticket: Noted
