"""What Keygen answers, as far as we read it: JSON:API resources. Keys, names and addresses are not read."""

from datetime import datetime
from typing import Annotated, Generic, TypeVar

from msgspec import Meta, Struct, field

Instant = Annotated[datetime, Meta(tz=True)]


class Named(Struct, frozen=True):
    """The name and the kind of another resource."""

    id: str
    type: str


class ToOne(Struct, frozen=True):
    """A relationship to one resource or none."""

    data: Named | None = None


class Amounts(Struct, frozen=True):
    """What a relationship to many adds up to."""

    count: int | None = None
    cores: int | None = None


class ToMany(Struct, frozen=True):
    """A relationship to many resources, of which only the sums are told."""

    meta: Amounts = Amounts()


class Resource(Struct, frozen=True, kw_only=True):
    """What every resource has."""

    id: str


class ProductAttributes(Struct, frozen=True):
    """What a product is called."""

    name: str | None = None


class Product(Resource, frozen=True, kw_only=True):
    """Something that licences are for."""

    attributes: ProductAttributes


class PolicyAttributes(Struct, frozen=True, rename="camel"):
    """``strict``: no validation succeeds without a machine."""

    name: str | None = None
    strict: bool | None = None
    require_heartbeat: bool | None = None
    heartbeat_cull_strategy: str | None = None


class Policy(Resource, frozen=True, kw_only=True):
    """A plan that licences follow."""

    attributes: PolicyAttributes


class LicenceAttributes(Struct, frozen=True, rename="camel"):
    """What a licence allows; its maxima are its own or, where it has none, its policy's."""

    status: str | None = None
    created: Instant | None = None
    expiry: Instant | None = None
    uses: int | None = None
    max_machines: int | None = None
    max_users: int | None = None
    max_cores: int | None = None
    max_uses: int | None = None
    metadata: dict[str, object] | None = None


class LicenceRelationships(Struct, frozen=True):
    """Whom a licence belongs to, and what it is used by."""

    product: ToOne = ToOne()
    policy: ToOne = ToOne()
    owner: ToOne = ToOne()
    group: ToOne = ToOne()
    users: ToMany = ToMany()
    machines: ToMany = ToMany()


class Licence(Resource, frozen=True, kw_only=True):
    """A licence, without its key."""

    attributes: LicenceAttributes
    relationships: LicenceRelationships


class MachineAttributes(Struct, frozen=True, rename="camel"):
    """``require_heartbeat``: its policy asks for heartbeats, or it has sent one."""

    created: Instant | None = None
    require_heartbeat: bool | None = None


class MachineRelationships(Struct, frozen=True):
    """What a machine was activated with."""

    license: ToOne = ToOne()


class Machine(Resource, frozen=True, kw_only=True):
    """A device that a licence is activated on."""

    attributes: MachineAttributes
    relationships: MachineRelationships


class EventMetadata(Struct, frozen=True):
    """Of a validation: its code."""

    code: str | None = None


class EventAttributes(Struct, frozen=True):
    """What happened, and when."""

    event: str | None = None
    created: Instant | None = None
    metadata: EventMetadata | None = None


class EventRelationships(Struct, frozen=True):
    """What it happened to."""

    resource: ToOne = ToOne()


class Event(Resource, frozen=True, kw_only=True):
    """A line of the event log."""

    attributes: EventAttributes
    relationships: EventRelationships


class Links(Struct, frozen=True):
    """Addresses of this page and of the next; there is no next at the end of a listing."""

    this: str | None = field(name="self", default=None)
    next: str | None = None


R = TypeVar("R", bound=Resource)


class Listing(Struct, Generic[R], frozen=True):
    """A page of resources, newest first."""

    data: tuple[R, ...]
    links: Links
