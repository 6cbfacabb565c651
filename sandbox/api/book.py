"""What an API of the rehearsed company's own holds: rows by listing, in the order in which they are paged."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

TOKEN = "api_sandbox"  # noqa: S105 - opens nothing


class Content(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Rows by listing; ``token`` lets in."""

    token: str = TOKEN
    listings: Mapping[str, Sequence[Mapping[str, Any]]] = {}


CONTENT = msgspec.json.Decoder(Content)


class ApiBook:
    """Everything that the stand-in knows."""

    def __init__(self) -> None:
        """Start with nothing."""
        self.content = Content()

    def clear(self) -> None:
        """Hold nothing."""
        self.content = Content()

    def load(self, content: bytes) -> None:
        """Hold what a JSON document says, instead of what was held."""
        self.content = CONTENT.decode(content)
