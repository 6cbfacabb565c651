"""What Zendesk answers, as far as we read it. Names of people, addresses and comments are not read."""

from msgspec import Struct


class Token(Struct, frozen=True):
    """An OAuth token, and the seconds it lives."""

    access_token: str
    expires_in: int | None = None


class User(Struct, frozen=True):
    """Who we are; without an id nobody."""

    id: int | None = None
    role: str | None = None


class Me(Struct, frozen=True):
    """The answer to who we are."""

    user: User


class Organization(Struct, frozen=True, kw_only=True):
    """A customer."""

    id: int
    name: str | None = None
    external_id: str | None = None
    domain_names: tuple[str | None, ...] | None = None
    created_at: str | None = None
    updated_at: str | None = None
    deleted_at: str | None = None


class Organizations(Struct, frozen=True, kw_only=True):
    """A page of organizations in the order of change; ``end_time`` is where the next one begins."""

    organizations: tuple[Organization, ...]
    end_of_stream: bool
    count: int = 0
    end_time: int | None = None


class CustomField(Struct, frozen=True):
    """A field that the account added to its tickets; its value has any shape."""

    id: int
    value: object = None


class Score(Struct, frozen=True):
    """What was answered: ``good`` or ``bad``; or ``offered``, or ``unoffered``."""

    score: str | None = None


class MetricSet(Struct, frozen=True):
    """Times of a ticket's life."""

    solved_at: str | None = None


class Ticket(Struct, frozen=True, kw_only=True):
    """A request. ``generated_timestamp`` is the second at which anything of it last changed."""

    id: int
    created_at: str | None = None
    updated_at: str | None = None
    generated_timestamp: int | None = None
    status: str | None = None
    priority: str | None = None
    type: str | None = None
    subject: str | None = None
    organization_id: int | None = None
    tags: tuple[str | None, ...] | None = None
    custom_fields: tuple[CustomField, ...] | None = None
    satisfaction_rating: Score | None = None
    metric_set: MetricSet | None = None


class Tickets(Struct, frozen=True, kw_only=True):
    """A page of tickets in the order of change; ``after_cursor`` is where the next one begins."""

    tickets: tuple[Ticket, ...]
    end_of_stream: bool
    after_cursor: str | None = None


class Now(Struct, frozen=True):
    """Tickets that were asked for by id, as they are now."""

    tickets: tuple[Ticket, ...]


class Rating(Struct, frozen=True, kw_only=True):
    """An answer to "how was our support?", about a ticket."""

    id: int
    score: str | None = None
    ticket_id: int | None = None
    requester_id: int | None = None
    updated_at: str | None = None


class Meta(Struct, frozen=True):
    """Where a listing goes on."""

    has_more: bool
    after_cursor: str | None = None


class Ratings(Struct, frozen=True, kw_only=True):
    """A page of ratings."""

    satisfaction_ratings: tuple[Rating, ...]
    meta: Meta


class Owned(Struct, frozen=True):
    """A ticket, and whose it is."""

    id: int
    organization_id: int | None = None


class Many(Struct, frozen=True):
    """Tickets that were asked for by id."""

    tickets: tuple[Owned, ...]
    count: int = 0
