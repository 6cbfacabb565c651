"""What Intercom answers, as far as we read it. Names and addresses of people and their words are not read."""

from msgspec import Struct


class Admin(Struct, frozen=True):
    """Who we are."""

    id: str


class Company(Struct, frozen=True, kw_only=True):
    """A customer. ``company_id`` is the id that its maker gave it; times are in seconds since 1970."""

    id: str
    name: str | None = None
    company_id: str | None = None
    remote_created_at: int | None = None
    created_at: int | None = None
    size: int | None = None
    industry: str | None = None


class Pages(Struct, frozen=True):
    """Where a listing by numbers is."""

    page: int
    total_pages: int


class Companies(Struct, frozen=True, kw_only=True):
    """A page of companies, those first that were active last."""

    data: tuple[Company, ...]
    total_count: int
    pages: Pages


class Named(Struct, frozen=True):
    """A thing by its id."""

    id: str | None = None


class Tag(Struct, frozen=True):
    """A tag."""

    name: str | None = None


class Tags(Struct, frozen=True):
    """The tags of a conversation."""

    tags: tuple[Tag, ...] = ()


class Source(Struct, frozen=True):
    """What began a conversation; its words are not read but the subject."""

    subject: str | None = None


class Rating(Struct, frozen=True):
    """What a customer answered, from 1 to 5. It is there before it is answered, and without a number."""

    rating: int | None = None
    created_at: int | None = None
    updated_at: int | None = None
    contact: Named | None = None


class Statistics(Struct, frozen=True):
    """Times of a conversation's life."""

    last_close_at: int | None = None


class Conversation(Struct, frozen=True, kw_only=True):
    """A conversation with customers; times are in seconds since 1970."""

    id: str
    created_at: int | None = None
    updated_at: int | None = None
    state: str | None = None
    priority: str | None = None
    title: str | None = None
    source: Source | None = None
    company: Named | None = None
    tags: Tags | None = None
    conversation_rating: Rating | None = None
    statistics: Statistics | None = None


class Next(Struct, frozen=True):
    """Where a search goes on."""

    starting_after: str | None = None


class Following(Struct, frozen=True):
    """Whether a search goes on."""

    next: Next | None = None


class Conversations(Struct, frozen=True, kw_only=True):
    """A page of conversations that were searched for."""

    conversations: tuple[Conversation, ...]
    total_count: int
    pages: Following | None = None

    @property
    def after(self) -> str:
        """The cursor of the next page; empty on the last."""
        following = self.pages.next if self.pages else None
        return (following.starting_after or "") if following else ""
