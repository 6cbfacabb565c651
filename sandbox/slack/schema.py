"""Small checks that combine into the shape of a JSON document, and say where it differs."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple
from urllib.parse import urlsplit


class Problem(NamedTuple):
    """What is wrong, and the JSON pointer of the place."""

    words: str
    pointer: str

    def __str__(self) -> str:
        return f"{self.words} [json-pointer:{self.pointer}]"


Check = Callable[[object, str], Iterator[Problem]]


def string(most: int, least: int = 1) -> Check:
    """A string of `least` to `most` characters."""

    def check(value: object, at: str) -> Iterator[Problem]:
        if not isinstance(value, str):
            yield Problem("must be a string", at)
        elif len(value) > most:
            yield Problem(f"must be less than {most + 1} characters", at)
        elif len(value) < least:
            yield Problem(f"must be more than {least - 1} characters", at)

    return check


def link(most: int) -> Check:
    """An absolute http or https address."""
    length = string(most)

    def check(value: object, at: str) -> Iterator[Problem]:
        yield from length(value, at)
        if isinstance(value, str) and not _is_web_address(value):
            yield Problem("must be a valid URL", at)

    return check


def _is_web_address(value: str) -> bool:
    try:
        parts = urlsplit(value)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname)


def boolean(value: object, at: str) -> Iterator[Problem]:
    """True or false."""
    if not isinstance(value, bool):
        yield Problem("must be a boolean", at)


def one_of(*allowed: str) -> Check:
    """One of these strings."""

    def check(value: object, at: str) -> Iterator[Problem]:
        if value not in allowed:
            yield Problem(f"must be one of {', '.join(allowed)}", at)

    return check


def items(part: Check, most: int, least: int = 1) -> Check:
    """A list of `least` to `most` parts."""

    def check(value: object, at: str) -> Iterator[Problem]:
        if not isinstance(value, list):
            yield Problem("must be an array", at)
            return
        if len(value) > most:
            yield Problem(f"no more than {most} items allowed", at)
        if len(value) < least:
            yield Problem(f"no fewer than {least} items allowed", at)
        for number, item in enumerate(value):
            yield from part(item, f"{at}/{number}")

    return check


def shape(required: Mapping[str, Check], optional: Mapping[str, Check] | None = None) -> Check:
    """An object with these fields and no others."""
    known = {**required, **(optional or {})}

    def check(value: object, at: str) -> Iterator[Problem]:
        if not isinstance(value, dict):
            yield Problem("must be an object", at)
            return
        yield from (Problem(f"missing required field: {name}", at) for name in required if name not in value)
        yield from (Problem(f"unexpected field: {name}", at) for name in value if name not in known)
        for name in value.keys() & known.keys():
            yield from known[name](value[name], f"{at}/{name}")

    return check


def by_type(shapes: Mapping[str, Check]) -> Check:
    """An object whose `type` says which of the shapes it must have."""

    def check(value: object, at: str) -> Iterator[Problem]:
        kind = value.get("type") if isinstance(value, dict) else None
        known = shapes.get(kind) if isinstance(kind, str) else None
        if known is None:
            yield Problem(f"unsupported type: {kind}", f"{at}/type")
        else:
            yield from known(value, at)

    return check


def no_repeats(names: Iterable[tuple[str, str]], what: str) -> Iterator[Problem]:
    """A problem for each (name, pointer) whose name came before."""
    seen: set[str] = set()
    for name, at in names:
        if name in seen:
            yield Problem(f"{what} `{name}` already exists", at)
        seen.add(name)
