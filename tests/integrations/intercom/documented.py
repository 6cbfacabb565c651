"""Requests as Intercom documents them: whatever else is sent is a defect.

Written from developers.intercom.com/docs/references/2.15/rest-api/api.intercom.io: *Conversations, Search
conversations* (operators, 15 filters a group, 150 results a page), and *Companies, List all companies* (60).
"""

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

Json = dict[str, Any]


class Filter(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A date is a number of seconds, and is compared by these three alone."""

    field: Literal["updated_at"]
    operator: Literal["=", ">", "<"]
    value: Annotated[int, Meta(ge=0)]


class Filters(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Several conditions."""

    operator: Literal["AND", "OR"]
    value: Annotated[list[Filter], Meta(min_length=1, max_length=15)]


class Paging(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A page of what is found."""

    per_page: Annotated[int, Meta(ge=1, le=150)]
    starting_after: Annotated[str, Meta(min_length=1)] = "none"


class Search(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The body of a search."""

    query: Filters
    pagination: Paging


class Numbered(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The query of a listing."""

    page: Annotated[int, Meta(ge=1)]
    per_page: Annotated[int, Meta(ge=1, le=60)]


def as_documented(path: str, sent: Json) -> None:
    """Raise `msgspec.ValidationError` unless a call's body or query is as its page says."""
    shape = {"conversations/search": Search, "companies": Numbered}[path]
    msgspec.convert(sent, shape, strict=path != "companies")
