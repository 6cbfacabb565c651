"""Queries, as far as the stand-in understands them: whatever else is asked is refused."""

import re
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from sandbox.salesforce.errors import Refused

Row = dict[str, Any]
Condition = Callable[[Callable[[str], Any]], bool]
"""Whether a row fits, asked by what it says under a name."""

_QUERY = re.compile(
    r"SELECT (?P<fields>[\w., ]+?) FROM (?P<kind>\w+)(?: WHERE (?P<where>.+?))?"
    r"(?: ORDER BY (?P<order>\w+(?:, \w+)*))?(?: LIMIT (?P<limit>\d+))?"
)
_TOKEN = re.compile(
    r"\s*(?:(?P<mark>[(),]|>=|<=|=|<|>)|'(?P<text>(?:[^'\\]|\\.)*)'|(?P<instant>\d{4}-[\dT:.-]+Z)|(?P<word>[\w.]+))"
)
_STAMP = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3})(?:Z|\+0000)")
_COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "=": lambda one, other: bool(one == other),
    ">": lambda one, other: bool(one > other),
    ">=": lambda one, other: bool(one >= other),
    "<": lambda one, other: bool(one < other),
    "<=": lambda one, other: bool(one <= other),
}
_ESCAPES = {"n": "\n", "r": "\r"}


class Query(NamedTuple):
    """What is asked for."""

    fields: tuple[str, ...]
    kind: str
    fits: Condition
    order: tuple[str, ...]
    limit: int | None


def parsed(text: str, today: str) -> Query:
    """A query, on a day. Raises `Refused` for one that cannot be understood."""
    found = _QUERY.fullmatch(text)
    if found is None:
        raise _unclear(text)
    where, order, limit = found["where"], found["order"], found["limit"]
    return Query(
        fields=tuple(found["fields"].split(", ")),
        kind=found["kind"],
        fits=_Conditions(where, today).all() if where else lambda _row: True,
        order=tuple(order.split(", ")) if order else (),
        limit=int(limit) if limit else None,
    )


def comparable(value: Any) -> Any:  # noqa: ANN401 - any JSON
    """A value as it is compared: an instant is one, however its zone is written."""
    stamp = _STAMP.fullmatch(value) if isinstance(value, str) else None
    return stamp[1] if stamp else value


class _Conditions:
    """Conditions with AND, OR and brackets; the two are not mixed without these."""

    def __init__(self, text: str, today: str) -> None:
        self._text = text
        self._today = today
        self._tokens = list(self._read(text))
        self._at = 0

    def _read(self, text: str) -> Iterator[tuple[str, str]]:
        at = 0
        while text[at:].strip():
            found = _TOKEN.match(text, at)
            if found is None or found.lastgroup is None:
                raise _unclear(text)
            yield found.lastgroup, found[found.lastgroup]
            at = found.end()

    def all(self) -> Condition:
        """Every condition of the text."""
        found = self._joined()
        if self._at != len(self._tokens):
            raise _unclear(self._text)
        return found

    def _joined(self) -> Condition:
        parts, words = [self._one()], set()
        while self._at < len(self._tokens) and self._tokens[self._at] in {("word", "AND"), ("word", "OR")}:
            words.add(self._next()[1])
            parts.append(self._one())
        if len(words) > 1:
            raise _unclear(self._text)
        join = any if words == {"OR"} else all
        return lambda row: join(part(row) for part in parts)

    def _one(self) -> Condition:
        kind, name = self._next()
        if name == "(" and kind == "mark":
            found = self._joined()
            if self._next()[1] != ")":
                raise _unclear(self._text)
            return found
        sign = self._next()
        if (kind, *sign) == ("word", "word", "IN"):
            among = self._values()
            return lambda row: row(name) in among
        compared = _COMPARISONS.get(sign[1])
        if kind != "word" or compared is None:
            raise _unclear(self._text)
        value = self._value()
        return lambda row: row(name) is not None and compared(comparable(row(name)), value)

    def _values(self) -> list[Any]:
        """Values in brackets, one at least."""
        if self._next()[1] != "(":
            raise _unclear(self._text)
        found = [self._value()]
        while (mark := self._next()) == ("mark", ","):
            found.append(self._value())
        if mark != ("mark", ")"):
            raise _unclear(self._text)
        return found

    def _value(self) -> Any:  # noqa: ANN401 - text, instant or yes and no
        kind, said = self._next()
        match kind:
            case "text":
                return re.sub(r"\\(.)", lambda found: _ESCAPES.get(found[1], found[1]), said)
            case "instant":
                return comparable(said)
            case "word" if said in {"true", "false"}:
                return said == "true"
            case "word" if said == "TODAY":
                return self._today
            case _:
                raise _unclear(self._text)

    def _next(self) -> tuple[str, str]:
        if self._at == len(self._tokens):
            raise _unclear(self._text)
        self._at += 1
        return self._tokens[self._at - 1]


def _unclear(text: str) -> Refused:
    return Refused(400, "MALFORMED_QUERY", f"unexpected token in: {text}")
