"""What we send to HubSpot. Every value of a property is text; an empty one clears it."""

from collections.abc import Mapping

from msgspec import UNSET, Struct, UnsetType, field

TASK_TO_COMPANY = 192
"""HubSpot's own type of the association of a task with a company."""


class _Sent(Struct, frozen=True, rename="camel"):
    pass


class Filter(_Sent, frozen=True, kw_only=True):
    """One condition on a property."""

    property_name: str
    operator: str
    value: str


class Filters(_Sent, frozen=True, kw_only=True):
    """Conditions that all hold."""

    filters: tuple[Filter, ...]


class Sort(_Sent, frozen=True, kw_only=True):
    """An order, ascending."""

    property_name: str
    direction: str = "ASCENDING"


class Search(_Sent, frozen=True, kw_only=True):
    """A search, always for its first page."""

    filter_groups: tuple[Filters, ...]
    sorts: tuple[Sort, ...]
    properties: tuple[str, ...]
    limit: int
    after: str = "0"


class Change(_Sent, frozen=True, kw_only=True):
    """New values of an object's properties.

    With a trace of its own per object HubSpot writes what it can and says which ones it could not.
    """

    id: str
    properties: Mapping[str, str]
    object_write_trace_id: str


class Changes(_Sent, frozen=True, kw_only=True):
    """A batch of changes, one per object at most."""

    inputs: tuple[Change, ...]


class Keeping(_Sent, frozen=True, kw_only=True):
    """Values of the object that has the value ``id`` in a unique property; it is made if there is none."""

    id: str
    id_property: str
    properties: Mapping[str, str]
    object_write_trace_id: str


class Keepings(_Sent, frozen=True, kw_only=True):
    """A batch of them, one per object at most."""

    inputs: tuple[Keeping, ...]


class Id(_Sent, frozen=True, kw_only=True):
    """An object by its id, or by the value of a unique property."""

    id: str


class From(_Sent, frozen=True, kw_only=True):
    """Whose associations to tell, and from where on."""

    id: str
    after: str | UnsetType = UNSET


class Associations(_Sent, frozen=True, kw_only=True):
    """Whose associations to tell."""

    inputs: tuple[From, ...]


class Join(_Sent, frozen=True, kw_only=True):
    """Two objects to associate."""

    from_: Id = field(name="from")
    to: Id


class Joins(_Sent, frozen=True, kw_only=True):
    """Objects to associate, two by two."""

    inputs: tuple[Join, ...]


class Reading(_Sent, frozen=True, kw_only=True):
    """Objects to read, by their ids or by a unique property."""

    id_property: str | UnsetType = UNSET
    inputs: tuple[Id, ...]
    properties: tuple[str, ...]
    properties_with_history: tuple[str, ...] = ()


class AssociationType(_Sent, frozen=True, kw_only=True):
    """What an association is, as HubSpot counts them."""

    association_type_id: int
    association_category: str = "HUBSPOT_DEFINED"


class Association(_Sent, frozen=True, kw_only=True):
    """What a new object belongs to."""

    to: Id
    types: tuple[AssociationType, ...]


class Creation(_Sent, frozen=True, kw_only=True):
    """A new object. There is none of a company: `integrations.hubspot.client`."""

    properties: Mapping[str, str]
    associations: tuple[Association, ...]


class Option(_Sent, frozen=True):
    """A value that an enumeration takes, and how people see it."""

    value: str
    label: str
    display_order: int = -1
    hidden: bool = False


class Definition(_Sent, frozen=True, kw_only=True):
    """A property to be made."""

    name: str
    label: str
    type: str
    field_type: str
    group_name: str
    description: str
    has_unique_value: bool = False
    options: tuple[Option, ...] = ()


class GroupDefinition(_Sent, frozen=True, kw_only=True):
    """A group of properties to be made."""

    name: str
    label: str
