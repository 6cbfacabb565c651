"""What Salesforce answers, as far as we read it."""

from collections.abc import Mapping, Sequence

from msgspec import Raw, Struct, field

Row = Mapping[str, object]
"""A record: its fields by name, and under ``attributes`` of what type it is. A lookup is a record itself."""


class Token(Struct, frozen=True):
    """What lets us in. Salesforce does not say until when; it answers 401 once it is over."""

    access_token: str


class Grudge(Struct, frozen=True):
    """Why there is no token."""

    error: str = ""


class Rows(Struct, frozen=True, rename="camel"):
    """A page of a query. ``total_size`` counts what all its pages have; more follow unless ``done``."""

    total_size: int
    records: tuple[dict[str, object], ...]
    done: bool
    next_records_url: str = ""


class Failure(Struct, frozen=True, rename="camel"):
    """What Salesforce says of a call that failed. Any of it may be missing."""

    error_code: str = ""
    message: str = ""
    fields: Sequence[str] = ()


class Problem(Struct, frozen=True, rename="camel"):
    """What is wrong with one record of a collection."""

    status_code: str = ""
    fields: Sequence[str] = ()


class Saved(Struct, frozen=True):
    """What became of one record of a collection; they stand in the order given."""

    success: bool
    id: str | None = None
    errors: tuple[Problem, ...] = ()


class Stepped(Struct, frozen=True, rename="camel"):
    """What became of one of several calls that were sent as one."""

    http_status_code: int
    body: Raw


class Answers(Struct, frozen=True, rename="camel"):
    """What became of calls that were sent as one, in that order."""

    composite_response: tuple[Stepped, ...]


class Found(Struct, frozen=True, rename="camel"):
    """A field as it is described to us: one that we may not see is not among them."""

    name: str
    type: str
    external_id: bool = False
    updateable: bool = True


class User(Struct, frozen=True):
    """Whom we act as."""

    user_id: str


class Described(Struct, frozen=True):
    """What fields a type of record has, as far as we may see them."""

    fields: tuple[Found, ...]


class Made(Struct, frozen=True):
    """What was made."""

    id: str
    success: bool = True
    errors: tuple[object, ...] = field(default_factory=tuple)
