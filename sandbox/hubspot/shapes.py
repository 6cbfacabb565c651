"""What HubSpot holds, in the shapes in which it tells it."""

from collections.abc import Mapping
from typing import Literal

import msgspec

Kind = Literal["companies", "contacts", "tasks", "deals"]
KINDS: tuple[Kind, ...] = ("companies", "contacts", "tasks", "deals")


class _Shape(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="camel"):
    pass


class Owner(_Shape, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A user that records can belong to."""

    id: str
    email: str
    first_name: str = ""
    last_name: str = ""
    type: str = "PERSON"
    user_id: int = 0
    created_at: str = "2024-01-01T00:00:00.000Z"
    updated_at: str = "2024-01-01T00:00:00.000Z"
    archived: bool = False


class Associated(_Shape, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The other end of an association, and its type: ``contact_to_company`` is the primary one."""

    id: str
    type: str


class Associations(_Shape, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All that an object is associated with, of one kind."""

    results: tuple[Associated, ...]


class Object(_Shape, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A company, a contact, a task or a deal."""

    id: str
    created_at: str
    updated_at: str
    properties: Mapping[str, str]
    associations: Mapping[Kind, Associations] = {}
    archived: bool = False


class Option(_Shape, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A value that an enumeration takes."""

    value: str
    label: str
    description: str = ""
    display_order: int = -1
    hidden: bool = False


class Property(_Shape, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A property as somebody defined it."""

    name: str
    label: str
    type: Literal["string", "number", "date", "datetime", "enumeration", "bool"]
    field_type: Literal[
        "text", "textarea", "number", "date", "select", "checkbox", "radio", "booleancheckbox", "phonenumber"
    ]
    group_name: str
    description: str = ""
    options: tuple[Option, ...] = ()
    has_unique_value: bool = False
    display_order: int = -1
    hidden: bool = False
    form_field: bool = False


class Group(_Shape, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A group of properties."""

    name: str
    label: str
    display_order: int = -1


class StageMeaning(_Shape, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a stage means, in words: how likely the deal is, and whether it is over."""

    is_closed: Literal["true", "false"] = "false"
    probability: str = "0.5"


class Stage(_Shape, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A stage of a pipeline."""

    id: str
    label: str
    metadata: StageMeaning = StageMeaning()
    display_order: int = 0


class Pipeline(_Shape, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A pipeline that deals go through."""

    id: str
    label: str
    stages: tuple[Stage, ...]
    display_order: int = 0


WON = StageMeaning(is_closed="true", probability="1.0")
LOST = StageMeaning(is_closed="true", probability="0.0")
SALES = Pipeline(
    id="default",
    label="Sales Pipeline",
    stages=(
        Stage(id="appointmentscheduled", label="Appointment scheduled"),
        Stage(id="contractsent", label="Contract sent"),
        Stage(id="closedwon", label="Closed won", metadata=WON),
        Stage(id="closedlost", label="Closed lost", metadata=LOST),
    ),
)
"""The pipeline that every account has."""


class Content(_Shape, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A whole account: records, who they can belong to, and the properties that people made."""

    owners: tuple[Owner, ...] = ()
    companies: tuple[Object, ...] = ()
    contacts: tuple[Object, ...] = ()
    tasks: tuple[Object, ...] = ()
    deals: tuple[Object, ...] = ()
    pipelines: tuple[Pipeline, ...] = (SALES,)
    properties: Mapping[Kind, tuple[Property, ...]] = {}
    groups: Mapping[Kind, tuple[Group, ...]] = {}

    def of(self, kind: Kind) -> tuple[Object, ...]:
        """The objects of a kind."""
        objects: tuple[Object, ...] = getattr(self, kind)
        return objects
