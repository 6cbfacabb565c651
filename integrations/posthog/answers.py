"""What we send to PostHog's query endpoint, and what it answers as far as we read it."""

from collections.abc import Mapping

from msgspec import Struct

from integrations.errors import RetryLater

Cell = str | int | float | bool | None
Row = tuple[Cell, ...]


class HogQLQuery(Struct, frozen=True, kw_only=True):
    """A query in HogQL with the values of its placeholders."""

    kind: str = "HogQLQuery"
    query: str
    values: Mapping[str, str]


class QueryRequest(Struct, frozen=True, kw_only=True):
    """A query to be run now: by default PostHog may answer with what it found an hour ago."""

    query: HogQLQuery
    refresh: str = "force_blocking"


class QueryResponse(Struct, frozen=True, kw_only=True, rename="camel"):
    """Rows in the order asked for. ``has_more`` is told only where PostHog set the LIMIT itself."""

    columns: tuple[str, ...]
    results: tuple[Row, ...]
    has_more: bool | None = None


def unexpected(what: str) -> RetryLater:
    """The error for an answer that contradicts itself or the documentation."""
    return RetryLater("unexpected_answer", f"posthog: {what}")
