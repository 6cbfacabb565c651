"""Parameters: what can be asked beside a path, said once: it is checked by what OpenAPI says of it."""

from collections.abc import Mapping, Sequence
from datetime import date
from http import HTTPStatus
from typing import Any, Literal, NamedTuple

from fastapi import Request

from dashboard.api.problems import Problem
from store.places import is_text

Schema = dict[str, Any]
TEXT_LIMIT, PLACE_LIMIT = 100, 2_000
_TEXT = r"^[^\u0000]*$"


class Param(NamedTuple):
    """A parameter: its name, what it is for, its kind, and what it may say.

    ``words`` are all there are of a word; ``most`` is the largest number.
    """

    name: str
    about: str
    kind: Literal["text", "place", "day", "number", "word"] = "text"
    words: tuple[str, ...] = ()
    most: int = 0
    default: int | None = None
    example: str | int = ""

    @property
    def schema(self) -> Schema:
        """What it may say."""
        match self.kind:
            case "day":
                return {"type": "string", "format": "date"}
            case "number":
                return {"type": "integer", "minimum": 1, "maximum": self.most, "default": self.default}
            case "word":
                return {"type": "string", "enum": [*self.words]}
            case _:
                most = PLACE_LIMIT if self.kind == "place" else TEXT_LIMIT
                return {"type": "string", "minLength": 1, "maxLength": most, "pattern": _TEXT}

    def wrong(self, text: str) -> str:
        """Say what is wrong with a value; empty if nothing is."""
        match self.kind:
            case "day":
                return "" if _is_day(text) else "is no day as 2027-03-31"
            case "number":
                fits = text.isascii() and text.isdecimal() and 0 < int(text[:9]) <= self.most
                return "" if fits else f"is no whole number from 1 to {self.most}"
            case "word":
                return "" if text in self.words else f"is none of {', '.join(self.words)}"
            case _:
                most = PLACE_LIMIT if self.kind == "place" else TEXT_LIMIT
                return "" if 0 < len(text) <= most and is_text(text) else f"has not 1 to {most} characters"


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def read(request: Request, known: Sequence[Param]) -> Mapping[str, str]:
    """Return the parameters of a request, each once and as it may be. Raises `Problem`."""
    by_name = {each.name: each for each in known}
    found: dict[str, str] = {}
    for name, text in request.query_params.multi_items():
        if name not in by_name:
            names = ", ".join(sorted(by_name)) or "none"
            raise _bad(name, f"is not known here; what is: {names}")
        if name in found:
            raise _bad(name, "stands there twice")
        if problem := by_name[name].wrong(text):
            raise _bad(name, problem)
        found[name] = text
    return found


def _bad(name: str, why: str) -> Problem:
    return Problem(HTTPStatus.BAD_REQUEST, f"{name[:TEXT_LIMIT]}: {why}", name[:TEXT_LIMIT])


def unclear(name: str, why: str) -> Problem:
    """Return the problem of a parameter that means nothing where it is read."""
    return _bad(name, why)


LIMIT = Param("limit", "Rows of a page.", "number", most=200, default=50, example=50)
AFTER = Param("after", "Where to go on: what `next` of the page before says.", "place")
