"""What Zendesk answers to whoever writes there, as far as we read it."""

from msgspec import Struct

from integrations.zendesk.answers import Meta


class Shown(Struct, frozen=True):
    """An organization with its fields by their keys, those without a value included."""

    id: int
    organization_fields: dict[str, object] | None = None
    tags: tuple[str | None, ...] | None = None


class ShownMany(Struct, frozen=True):
    """Organizations that were asked for by id."""

    organizations: tuple[Shown, ...]


class Row(Struct, frozen=True):
    """What became of one row of a job."""

    id: int | None = None
    success: bool | None = None
    error: str | None = None
    details: str | None = None


class Job(Struct, frozen=True):
    """Work that Zendesk does after it has answered."""

    id: str
    status: str
    results: tuple[Row, ...] | dict[str, object] | None = None

    @property
    def rows(self) -> tuple[Row, ...]:
        """What became of each row, if it tells."""
        return self.results if isinstance(self.results, tuple) else ()


class JobStatus(Struct, frozen=True):
    """The answer about a job."""

    job_status: Job


class Choice(Struct, frozen=True):
    """A choice of a drop-down."""

    value: str | None = None


class OrganizationField(Struct, frozen=True):
    """A field of organizations."""

    key: str
    type: str
    active: bool = True
    custom_field_options: tuple[Choice, ...] | None = None


class OrganizationFields(Struct, frozen=True):
    """A page of fields."""

    organization_fields: tuple[OrganizationField, ...]
    meta: Meta | None = None


class FieldMade(Struct, frozen=True):
    """The field that was made."""

    organization_field: OrganizationField


class Standing(Struct, frozen=True):
    """A ticket, whose it is, and how it stands."""

    id: int
    status: str | None = None
    organization_id: int | None = None


class StandingMany(Struct, frozen=True):
    """Tickets that were asked for by id, as they stand."""

    tickets: tuple[Standing, ...]


class Said(Struct, frozen=True):
    """What was said beside an update of a ticket."""

    custom: dict[str, object] | None = None


class Audit(Struct, frozen=True):
    """An update of a ticket."""

    id: int
    metadata: Said | None = None


class Audits(Struct, frozen=True):
    """A page of a ticket's updates."""

    audits: tuple[Audit, ...]
    meta: Meta | None = None


class Updated(Struct, frozen=True):
    """The answer to an update of a ticket."""

    audit: Audit | None = None


class TagsNow(Struct, frozen=True):
    """The tags after some were added."""

    tags: tuple[str | None, ...]
