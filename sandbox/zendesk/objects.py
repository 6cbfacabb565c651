"""What Zendesk's API shows, in its own shapes, and how each looked at an instant."""

from datetime import datetime
from typing import Literal, Self

import msgspec
from msgspec.structs import replace

Value = str | bool | int | float | list[str] | None


def seconds(instant: str) -> int:
    """An instant as Zendesk writes it (``2026-05-31T18:42:00Z``) in whole seconds since 1970."""
    return int(datetime.fromisoformat(instant).timestamp())


class Organization(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A customer. A deleted one stays in the export, under a name that says so."""

    id: int
    name: str
    created_at: str
    updated_at: str
    external_id: str | None = None
    domain_names: tuple[str, ...] = ()
    deleted_at: str | None = None
    details: str | None = None
    notes: str | None = None
    tags: tuple[str, ...] = ()
    organization_fields: dict[str, Value] = {}

    @property
    def changed_s(self) -> int:
        """When it last changed."""
        return seconds(self.updated_at)

    def seen(self, at_s: float) -> Self | None:
        """How it looked: before its last change as it was made."""
        if seconds(self.created_at) > at_s:
            return None
        if self.changed_s <= at_s:
            return self
        return replace(self, updated_at=self.created_at, deleted_at=None)


class Choice(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A choice of a drop-down; its value is a tag, too."""

    name: str
    value: str


class OrganizationField(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A field that the account added to its organizations."""

    key: str
    title: str
    type: Literal["text", "textarea", "integer", "decimal", "date", "dropdown", "checkbox"]
    description: str = ""
    active: bool = True
    custom_field_options: tuple[Choice, ...] = ()


class Comment(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What somebody adds to a ticket; only agents read what is not public."""

    html_body: str
    public: bool = True


class Audit(msgspec.Struct, frozen=True, kw_only=True):
    """An update of a ticket: the comment, and what was said beside it."""

    id: int
    ticket_id: int
    created_at: str
    comment: Comment
    custom: dict[str, str]

    def shown(self) -> dict[str, object]:
        """As the API shows it."""
        event = {"id": self.id + 1, "type": "Comment"}
        event |= {"html_body": self.comment.html_body, "public": self.comment.public}
        return {
            "id": self.id,
            "ticket_id": self.ticket_id,
            "created_at": self.created_at,
            "author_id": 1,
            "events": [event],
            "metadata": {"system": {}, "custom": self.custom},
        }


class CustomField(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A field that the account added to its tickets."""

    id: int
    value: Value = None


class Score(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """What a ticket says of its rating: ``unoffered``, ``offered``, ``good`` or ``bad``."""

    score: str
    id: int | None = None
    comment: str | None = None


class MetricSet(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Times of a ticket's life."""

    id: int
    ticket_id: int
    solved_at: str | None = None
    reopens: int = 0
    replies: int = 0


class Ticket(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A request, as it is in the end. A deleted one stays in the export, without times."""

    id: int
    created_at: str
    updated_at: str
    generated_timestamp: int
    status: str
    requester_id: int
    subject: str | None = None
    description: str | None = None
    priority: str | None = None
    type: str | None = None
    organization_id: int | None = None
    tags: tuple[str, ...] = ()
    custom_fields: tuple[CustomField, ...] = ()
    satisfaction_rating: Score = Score("unoffered")
    metric_set: MetricSet | None = None

    @property
    def solved_at(self) -> str | None:
        """When it was solved."""
        return self.metric_set.solved_at if self.metric_set else None

    def seen(self, at_s: float) -> Self | None:
        """How it looked: first open, then solved, then with all that came after."""
        if seconds(self.created_at) > at_s:
            return None
        if self.generated_timestamp <= at_s:
            return self
        if self.solved_at and seconds(self.solved_at) <= at_s:
            return self._then(self.solved_at, "solved", self.metric_set)
        times = self.metric_set and replace(self.metric_set, solved_at=None)
        return self._then(self.created_at, "open", times)

    def _then(self, instant: str, status: str, times: MetricSet | None) -> Self:
        return replace(
            self,
            updated_at=instant,
            generated_timestamp=seconds(instant),
            status=status,
            satisfaction_rating=Score("offered" if status == "solved" else "unoffered"),
            metric_set=times,
        )


class SatisfactionRating(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A question that was asked, and what was answered. It says nothing of the requester's organization."""

    id: int
    score: str
    ticket_id: int
    requester_id: int
    created_at: str
    updated_at: str
    assignee_id: int | None = None
    group_id: int | None = None
    comment: str | None = None

    def seen(self, at_s: float) -> Self | None:
        """How it looked: not answered until its last change."""
        if seconds(self.created_at) > at_s:
            return None
        if seconds(self.updated_at) <= at_s:
            return self
        return replace(self, score="offered", comment=None, updated_at=self.created_at)
