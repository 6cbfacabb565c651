"""Changes to JSON as vendors answer it: to all that is told, or to every record in it."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import msgspec

from tests.chaos.liar import Answer

Row = Callable[[Any], Any]
ROWS = ("data", "results", "organizations", "tickets", "satisfaction_ratings")
AMOUNTS = re.compile("amount|total|max[A-Z]|quantity|uses")
INSTANTS = re.compile("created|_at|_start|_end|_date|expiry|_on$|date$|attempt$")
_KEYS = frozenset({"[0]", "[1]"})
DATE = re.compile(r"\d{4}-\d\d-\d\d")
RECENT_S = 10**9


def changed_json(change: Callable[[Any], Any]) -> Callable[[Answer], Answer]:
    def changed(answer: Answer) -> Answer:
        return answer._replace(body=msgspec.json.encode(change(msgspec.json.decode(answer.body))))

    return changed


def listed(told: Any) -> str:
    """The name of the list of records in an answer, or nothing."""
    return next((name for name in ROWS if isinstance(told, dict) and isinstance(told.get(name), list)), "")


def with_rows(change: Callable[[list[Any]], list[Any]]) -> Callable[[Any], Any]:
    def changed(told: Any) -> Any:
        name = listed(told)
        return {**told, name: change(told[name])} if name else told

    return changed


def ended(told: Any) -> Any:
    """The same page, as if it were the last."""
    ends = {"has_more": False, "hasMore": False, "end_of_stream": True}
    kept = {name: ends.get(name, value) for name, value in told.items() if name != "paging"}
    if isinstance(kept.get("links"), dict):
        kept["links"] = {**kept["links"], "next": None}
    return kept


def _leaves(row: Any, change: Callable[[str, Any], Any], name: str = "") -> Any:
    match row:
        case dict():
            return {key: _leaves(value, change, key) for key, value in row.items()}
        case list():
            return [_leaves(item, change, f"{name}[{at}]") for at, item in enumerate(row)]
        case _:
            return change(name, row)


def numbers(change: Callable[[float], float]) -> Row:
    """Change amounts and counts; a row of PostHog's has its metrics behind its keys."""

    def changed(name: str, value: Any) -> Any:
        if isinstance(value, bool) or name in _KEYS or not (name.startswith("[") or AMOUNTS.search(name)):
            return value
        if isinstance(value, int | float):
            return type(value)(change(value))
        return str(int(change(float(value)))) if isinstance(value, str) and value.isdecimal() else value

    return lambda row: _leaves(row, changed)


def days_moved(delta: timedelta) -> Row:
    """Move every date and instant of a record."""

    def moved(name: str, value: Any) -> Any:
        if isinstance(value, str) and DATE.match(value):
            return _moved(value, delta)
        if isinstance(value, int) and value > RECENT_S and INSTANTS.search(name):
            return value + int(delta.total_seconds())
        return value

    return lambda row: _leaves(row, moved)


def _moved(value: str, delta: timedelta) -> str:
    if len(value) == len("2026-01-01"):
        return (date.fromisoformat(value) + delta).isoformat()
    at = datetime.fromisoformat(value)
    told = (at if at.tzinfo else at.replace(tzinfo=UTC)) + delta
    return told.isoformat().replace("+00:00", "Z")


def last_day_missing(told: Any) -> Any:
    """Leave out the rows of the last day that is told."""

    days = [cell for row in told.get("results", ()) for cell in row[:1] if DATE.match(str(cell))]
    last = max(days, default="")
    return with_rows(lambda rows: [row for row in rows if not last or row[0] != last])(told)


def _of_another(name: str, value: Any) -> Any:
    known = {"account_id", "accountId", "external_id", "seatsignal_account_id", "domain", "email", "customer"}
    if name in known or name == "[1]" or (name == "id" and str(value).startswith("cus_")):
        return f"{value}-of-another"
    return value


def of_another(row: Any) -> Any:
    """The record of a tenant whose accounts nobody here has."""
    return _leaves(row, _of_another)


def _first_field(row: Any, change: Callable[[str, Any], dict[str, Any]]) -> Any:
    """Change the fields that say most of a record, wherever they lie."""
    if isinstance(row, list):
        return [*row[:2], *change("", row[2]).values(), *row[3:]] if len(row) > 2 else row
    told: dict[str, Any] = {}
    for name, value in row.items():
        if name in {"attributes", "properties"} and isinstance(value, dict):
            told[name] = _first_field(value, change)
        elif name in {"status", "name", "subject", "email", "currency"}:
            told |= change(name, value)
        else:
            told[name] = value
    return told


def fields(change: Callable[[str, Any], dict[str, Any]]) -> Row:
    """Change the fields that say most of a record."""
    return lambda row: _first_field(row, change)
