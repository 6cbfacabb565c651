"""HogQL as far as the stand-in knows it: three queries, word by word, with what may differ in them.

It is no SQL engine. A query that is none of the three, or whose columns do not match what is counted
within, is refused: what it cannot compute as PostHog would, it does not answer.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from sandbox.posthog.errors import Refused

SNAPSHOT_DAYS = 30
DEFAULT_ROWS, MOST_ROWS = 100, 50_000

_FIELDS = {
    "account": r"\$group_[0-4]|toString\((?:person\.)?properties\.[\w$]+\)",
    "ignored": r"(?: AND event NOT IN \(\{\w+\}(?:, \{\w+\})*\))?",
    "counts": r"(?:count\(\)|countIf\(|sum\().+?",
    "names": r"n\d+(?:, n\d+)*",
    "sums": r"sumIf\(n\d+, age = 0\) AS m\d+(?:, sumIf\(n\d+, age = 0\) AS m\d+)*",
    "details": r"(?:, argMax\(toString\(person\.properties\.[\w$]+\), timestamp\) AS [a-z]+)*",
    "limit": r"(?: LIMIT \d+)?",
}
_PERIOD = (
    "timestamp >= toDateTime({since}) AND timestamp < toDateTime({until}) AND notEmpty([account])[ignored]"
)
_TEXTS = {
    "last_day": "SELECT toString(max(toDate(timestamp))) AS last_day FROM events "
    "WHERE timestamp >= toDateTime({since}) AND timestamp < toStartOfDay(toDateTime({now})) "
    "AND notEmpty([account])[ignored][limit]",
    "usage": "SELECT day, account, uniqExactIf(who, age = 0) AS active_users, "
    "uniqExact(who) AS active_users_30d, [sums] "
    "FROM (SELECT account, who, [names], age, toString(addDays(seen_on, age)) AS day "
    "FROM (SELECT account, who, seen_on, [names], arrayJoin(range(30)) AS age "
    "FROM (SELECT [account] AS account, person_id AS who, toDate(timestamp) AS seen_on, [counts] "
    "FROM events WHERE [period] GROUP BY account, who, seen_on))) "
    "WHERE day <= {last} AND (day > {day} OR (day = {day} AND account > {account})) "
    "GROUP BY day, account ORDER BY day, account[limit]",
    "seats": "SELECT [account] AS account, toString(person_id) AS who, "
    "toString(toDate(argMax(person.created_at, timestamp))) AS first_day, "
    "toUnixTimestamp64Milli(max(timestamp)) AS last_ms[details] "
    "FROM events WHERE [period] AND ([account] > {account} "
    "OR ([account] = {account} AND toString(person_id) > {who})) "
    "GROUP BY account, who ORDER BY account, who[limit]",
}
_PLACE = r"\{(\w+)\}"
_CONDITION = re.compile(
    rf"event = {_PLACE}|\(event = {_PLACE} AND toString\(properties\.([\w$]+)\) = {_PLACE}\)"
)
_SUM = re.compile(r"sum\(ifNull\(toFloat\(toString\(properties\.([\w$]+)\)\), 0\)\)")
_DETAIL = re.compile(r"person\.properties\.([\w$]+)\), timestamp\) AS (\w+)")


class Condition(NamedTuple):
    """Events of a name, or only those whose property has a value; both by their placeholder's name."""

    event: str
    property: str = ""
    value: str = ""


class Count(NamedTuple):
    """What a column adds up: every event, those that meet a condition, or an event property."""

    any_of: Sequence[Condition] = ()
    summed: str = ""


class Asked(NamedTuple):
    """A query that is known. ``details`` are columns by the person property that they show."""

    kind: str
    account: str
    ignored: Sequence[str]
    counts: Sequence[Count]
    details: Mapping[str, str]
    limit: int | None
    placeholders: frozenset[str]


def read(text: str) -> Asked:
    """What a query asks for. Raises `Refused` as PostHog does, and for one that is none of the three."""
    flat = _flat(text)
    if re.search(r"\bOFFSET\b", flat, re.IGNORECASE):
        raise Refused("OFFSET is not supported on queries made with a personal API key.")
    for kind, pattern in _PATTERNS.items():
        found = pattern.fullmatch(flat)
        if found:
            return _asked(kind, found.groupdict(""), frozenset(re.findall(_PLACE, flat)))
    raise Refused("The stand-in does not know this query.")


def _asked(kind: str, parts: Mapping[str, str], placeholders: frozenset[str]) -> Asked:
    counts = list(_counts(parts["counts"])) if kind == "usage" else []
    if kind == "usage":
        names = [f"n{at}" for at in range(len(counts))]
        sums = [f"sumIf({name}, age = 0) AS m{at}" for at, name in enumerate(names)]
        if (parts["names"], parts["sums"]) != (", ".join(names), ", ".join(sums)):
            raise Refused("Unable to resolve field: the columns do not match what is counted.")
    limit = parts["limit"].removeprefix(" LIMIT ")
    return Asked(
        kind,
        parts["account"],
        re.findall(_PLACE, parts["ignored"]),
        counts,
        {name: of for of, name in _DETAIL.findall(parts.get("details", ""))},
        min(int(limit), MOST_ROWS) if limit else None,
        placeholders,
    )


def _counts(text: str) -> Iterator[Count]:
    """Read `count() AS n0, countIf(…) AS n1, …`."""
    for at, part in enumerate(re.split(r"(?<=\) AS n\d), |(?<=\) AS n\d\d), ", text)):
        expression, _, name = part.rpartition(" AS ")
        if name != f"n{at}":
            raise Refused("The stand-in wants n0, n1 … in order.")
        yield _count(expression)


def _count(expression: str) -> Count:
    summed = _SUM.fullmatch(expression)
    if expression == "count()":
        return Count()
    if summed:
        return Count(summed=summed[1])
    if expression.startswith("countIf("):
        return Count(any_of=[_condition(one) for one in expression[8:-1].split(" OR ")])
    raise Refused("The stand-in does not know this aggregation.")


def _condition(text: str) -> Condition:
    found = _CONDITION.fullmatch(text)
    if not found:
        raise Refused("The stand-in does not know this condition.")
    plain, event, name, value = found.groups()
    return Condition(plain) if plain else Condition(event, name, value)


def _flat(text: str) -> str:
    """A text on one line, without spaces inside parentheses."""
    return " ".join(text.split()).replace("( ", "(").replace(" )", ")")


def _pattern(text: str) -> re.Pattern[str]:
    """A text with its ``[fields]``; one that comes again must be the same again."""
    pattern = re.escape(text.replace("[period]", _PERIOD))
    for name, field in _FIELDS.items():
        pattern = pattern.replace(rf"\[{name}\]", f"(?P<{name}>{field})", 1)
        pattern = pattern.replace(rf"\[{name}\]", f"(?P={name})")
    return re.compile(pattern)


_PATTERNS = {kind: _pattern(text) for kind, text in _TEXTS.items()}
