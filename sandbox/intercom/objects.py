"""What Intercom's API shows, in its own shapes, and how each looked at an instant."""

from typing import Literal, Self

import msgspec
from msgspec.structs import replace


class Plan(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a company pays for."""

    type: Literal["plan"] = "plan"
    id: str | None = None
    name: str | None = None


class Company(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A customer; times are in seconds since 1970."""

    id: str
    type: Literal["company"] = "company"
    name: str | None = None
    company_id: str | None = None
    remote_created_at: int | None = None
    created_at: int
    updated_at: int
    last_request_at: int | None = None
    size: int | None = None
    website: str | None = None
    industry: str | None = None
    monthly_spend: int = 0
    user_count: int = 1
    plan: Plan = Plan()
    custom_attributes: dict[str, str] = {}


class Contact(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A person, by reference."""

    id: str
    type: Literal["contact"] = "contact"
    external_id: str | None = None


class Contacts(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The people of a conversation."""

    contacts: tuple[Contact, ...] = ()
    type: Literal["contact.list"] = "contact.list"


class Tag(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A tag."""

    id: str
    name: str
    type: Literal["tag"] = "tag"


class Tags(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The tags of a conversation."""

    tags: tuple[Tag, ...] = ()
    type: Literal["tag.list"] = "tag.list"


class Source(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What began a conversation."""

    id: str
    subject: str = ""
    body: str = ""
    type: str = "conversation"
    delivered_as: str = "customer_initiated"


class Rating(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A question how it went; without a number until it is answered."""

    created_at: int
    rating: int | None = None
    remark: str | None = None
    updated_at: int | None = None
    contact: Contact | None = None


class Statistics(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Times of a conversation's life."""

    first_contact_reply_at: int | None = None
    last_close_at: int | None = None
    count_reopens: int = 0
    type: Literal["conversation_statistics"] = "conversation_statistics"


class Conversation(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A conversation, as it is in the end; times are in seconds since 1970."""

    id: str
    type: Literal["conversation"] = "conversation"
    title: str | None = None
    created_at: int
    updated_at: int
    waiting_since: int | None = None
    snoozed_until: int | None = None
    open: bool
    state: Literal["open", "closed", "snoozed"]
    read: bool = True
    priority: Literal["priority", "not_priority"] = "not_priority"
    company: Company | None = None
    tags: Tags = Tags()
    conversation_rating: Rating | None = None
    source: Source
    contacts: Contacts = Contacts()
    statistics: Statistics | None = None
    custom_attributes: dict[str, str] = {}

    def seen(self, at_s: float) -> Self | None:
        """How it looked: before its last change open and without an answer."""
        if self.created_at > at_s:
            return None
        if self.updated_at <= at_s:
            return self
        return replace(
            self,
            updated_at=self.created_at,
            open=True,
            state="open",
            conversation_rating=None,
            statistics=None,
        )
