"""What a Keygen account holds, in the shapes of its API. Unknown fields are refused."""

from datetime import datetime
from typing import Annotated, Literal

import msgspec

Uuid = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")]
Instant = Annotated[datetime, msgspec.Meta(tz=True)]
Count = Annotated[int, msgspec.Meta(ge=0)]


class Shape(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="camel"):
    """An object of the API."""


class Linkage(Shape, frozen=True, kw_only=True):
    """The name of another resource."""

    type: str
    id: Uuid


class One(Shape, frozen=True, kw_only=True):
    """A relationship to one resource or none."""

    data: Linkage | None = None


class Tally(Shape, frozen=True, kw_only=True):
    """How many a relationship to many leads to."""

    count: Count = 0


class Many(Shape, frozen=True, kw_only=True):
    """A relationship to many resources."""

    meta: Tally = Tally()


class ProductAttributes(Shape, frozen=True, kw_only=True):
    """Of a product."""

    name: str
    code: str | None = None
    url: str | None = None
    metadata: dict[str, object] = {}
    created: Instant


class Product(Shape, frozen=True, kw_only=True):
    """Something that licences are for."""

    id: Uuid
    type: Literal["products"] = "products"
    attributes: ProductAttributes


class Maxima(Shape, frozen=True, kw_only=True):
    """What a policy allows, or a licence in its place."""

    max_machines: Count | None = None
    max_processes: Count | None = None
    max_users: Count | None = None
    max_cores: Count | None = None
    max_memory: Count | None = None
    max_disk: Count | None = None
    max_uses: Count | None = None


MAXIMA = tuple(Maxima.__struct_encode_fields__)


class PolicyAttributes(Maxima, frozen=True, kw_only=True):
    """Of a policy."""

    name: str
    duration: Count | None = None
    strict: bool = False
    floating: bool = False
    require_heartbeat: bool = False
    heartbeat_cull_strategy: Literal["DEACTIVATE_DEAD", "KEEP_DEAD"] = "DEACTIVATE_DEAD"
    expiration_strategy: str = "RESTRICT_ACCESS"
    overage_strategy: str = "NO_OVERAGE"
    metadata: dict[str, object] = {}
    created: Instant


class PolicyRelationships(Shape, frozen=True, kw_only=True):
    """Of a policy."""

    product: One


class Policy(Shape, frozen=True, kw_only=True):
    """A plan that licences follow."""

    id: Uuid
    type: Literal["policies"] = "policies"
    attributes: PolicyAttributes
    relationships: PolicyRelationships


class LicenseAttributes(Maxima, frozen=True, kw_only=True):
    """Of a licence. Its status is worked out; ``banned`` stands for a ban of its owner."""

    name: str | None = None
    key: str
    expiry: Instant | None = None
    uses: Count = 0
    suspended: bool = False
    banned: bool = False
    protected: bool = False
    last_validated: Instant | None = None
    metadata: dict[str, object] = {}
    created: Instant


class LicenseRelationships(Shape, frozen=True, kw_only=True):
    """Of a licence."""

    policy: One
    owner: One = One()
    group: One = One()
    users: Many = Many()


class License(Shape, frozen=True, kw_only=True):
    """A licence."""

    id: Uuid
    type: Literal["licenses"] = "licenses"
    attributes: LicenseAttributes
    relationships: LicenseRelationships


class MachineAttributes(Shape, frozen=True, kw_only=True):
    """Of a machine."""

    fingerprint: str
    name: str | None = None
    hostname: str | None = None
    platform: str | None = None
    ip: str | None = None
    cores: Count | None = None
    last_heartbeat: Instant | None = None
    metadata: dict[str, object] = {}
    created: Instant


class MachineRelationships(Shape, frozen=True, kw_only=True):
    """Of a machine."""

    license: One
    owner: One = One()
    group: One = One()


class Machine(Shape, frozen=True, kw_only=True):
    """A device that a licence is activated on."""

    id: Uuid
    type: Literal["machines"] = "machines"
    attributes: MachineAttributes
    relationships: MachineRelationships


class EventAttributes(Shape, frozen=True, kw_only=True):
    """Of a line of the event log."""

    event: str
    metadata: dict[str, object] = {}
    created: Instant


class EventRelationships(Shape, frozen=True, kw_only=True):
    """Of a line of the event log."""

    resource: One
    request: One = One()
    whodunnit: One = One()


class Event(Shape, frozen=True, kw_only=True):
    """A line of the event log."""

    id: Uuid
    type: Literal["event-logs"] = "event-logs"
    attributes: EventAttributes
    relationships: EventRelationships


class Token(Shape, frozen=True, kw_only=True):
    """Who may read, and what."""

    value: str
    permissions: tuple[str, ...] = ()
    expiry: Instant | None = None


class Content(Shape, frozen=True, kw_only=True):
    """An account. ``api_version`` is what it is pinned to: what callers get who ask for none.

    ``entitled`` is whether its Enterprise Edition's licence has event logs. It has no environments but the
    global one.
    """

    account: Uuid
    slug: str
    token: Token
    edition: Literal["CE", "EE"] = "EE"
    entitled: bool = True
    api_version: str = "1.0"
    requests_per_minute: Annotated[int, msgspec.Meta(ge=1)] = 60_000
    products: tuple[Product, ...] = ()
    policies: tuple[Policy, ...] = ()
    licenses: tuple[License, ...] = ()
    machines: tuple[Machine, ...] = ()
    event_logs: tuple[Event, ...] = ()


Resource = Product | Policy | License | Machine | Event
CONTENT = msgspec.json.Decoder(Content)
