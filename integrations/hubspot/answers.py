"""What HubSpot answers, as far as we read it. A property's value is text, or null where it is empty."""

from collections.abc import Mapping

from msgspec import Struct, field


class _Answer(Struct, frozen=True, kw_only=True, rename="camel"):
    pass


class Next(_Answer, frozen=True, kw_only=True):
    """Where a listing goes on."""

    after: str


class Paging(_Answer, frozen=True, kw_only=True):
    """What follows a page; nothing after the last one."""

    next: Next | None = None


class Listing(_Answer, frozen=True, kw_only=True):
    """A page of something."""

    paging: Paging | None = None

    @property
    def after(self) -> str:
        """Where the listing goes on; empty at its end."""
        return self.paging.next.after if self.paging and self.paging.next else ""


class Owner(_Answer, frozen=True, kw_only=True):
    """A user that records can belong to."""

    id: str
    email: str | None = None


class Owners(Listing, frozen=True, kw_only=True):
    """A page of owners."""

    results: tuple[Owner, ...]


class Object(_Answer, frozen=True, kw_only=True):
    """An object of any kind. ``object_write_trace_id`` is the name that its writer gave a write."""

    id: str
    properties: Mapping[str, str | None] = {}
    object_write_trace_id: str = ""


class Objects(Listing, frozen=True, kw_only=True):
    """A page of objects."""

    results: tuple[Object, ...]


class Detail(_Answer, frozen=True, kw_only=True):
    """One thing that is wrong."""

    context: Mapping[str, tuple[str, ...]] = {}


class Failure(_Answer, frozen=True, kw_only=True):
    """What HubSpot says of a call, or of one object of a batch, that failed. Any of it may be missing."""

    category: str = ""
    message: str = ""
    policy_name: str = ""
    context: Mapping[str, tuple[str, ...]] = {}
    errors: tuple[Detail, ...] = ()


class Batch(_Answer, frozen=True, kw_only=True):
    """What became of a batch, object by object; not in the order given, and not always of all."""

    results: tuple[Object, ...] = ()
    errors: tuple[Failure, ...] = ()


class Ref(_Answer, frozen=True, kw_only=True):
    """An object by its id."""

    id: str


class AssociationKind(_Answer, frozen=True, kw_only=True):
    """What an association is, as HubSpot counts them."""

    type_id: int


class To(_Answer, frozen=True, kw_only=True):
    """The other end of an association; its id is a number in older versions."""

    to_object_id: str | int
    association_types: tuple[AssociationKind, ...] = ()


class Ends(Listing, frozen=True, kw_only=True):
    """What an object is associated with; more of it may follow."""

    from_: Ref = field(name="from")
    to: tuple[To, ...] = ()


class Associated(_Answer, frozen=True, kw_only=True):
    """What each object of a batch is associated with; of one without associations there is nothing."""

    results: tuple[Ends, ...] = ()


class Joined(_Answer, frozen=True, kw_only=True):
    """An association that was made, in one of its two directions."""

    from_: Ref = field(name="from")
    to: Ref


class Joins(_Answer, frozen=True, kw_only=True):
    """The associations of a batch that were made, or were there."""

    results: tuple[Joined, ...] = ()


class Segment(_Answer, frozen=True, kw_only=True):
    """A list of objects."""

    list_id: str
    name: str


class Listed(_Answer, frozen=True, kw_only=True):
    """A list, as HubSpot wraps it."""

    list: Segment


class Stage(_Answer, frozen=True, kw_only=True):
    """A stage of a pipeline."""

    id: str


class Pipeline(_Answer, frozen=True, kw_only=True):
    """A pipeline of deals."""

    id: str
    stages: tuple[Stage, ...] = ()


class Pipelines(_Answer, frozen=True, kw_only=True):
    """Every pipeline of deals."""

    results: tuple[Pipeline, ...] = ()


class Option(_Answer, frozen=True, kw_only=True):
    """A value that an enumeration takes."""

    value: str


class Property(_Answer, frozen=True, kw_only=True):
    """A property as it is defined."""

    name: str
    type: str
    has_unique_value: bool = False
    options: tuple[Option, ...] = ()


class Properties(_Answer, frozen=True, kw_only=True):
    """Every property of a kind of object."""

    results: tuple[Property, ...]


class Group(_Answer, frozen=True, kw_only=True):
    """A group of properties."""

    name: str


class Groups(_Answer, frozen=True, kw_only=True):
    """Every group of a kind of object."""

    results: tuple[Group, ...]
