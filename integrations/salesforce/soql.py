"""Queries as text. Names are ours or those of settings, which are checked; values are quoted here."""

from collections.abc import Iterable


def quoted(value: str) -> str:
    """A text as SOQL takes it."""
    escaped = value.replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\n").replace("\r", "\\r")
    return f"'{escaped}'"


def among(field: str, values: Iterable[str]) -> str:
    """The condition that a field has one of some values; without any none has."""
    return f"{field} IN ({', '.join(map(quoted, values))})"


def everything(kind: str, fields: Iterable[str], where: str, after_id: str) -> str:
    """What there is of a type, behind an id: ids only ever rise, whatever changes meanwhile."""
    behind = f"Id > {quoted(after_id)}" if after_id else ""
    return _query(kind, fields, (where, behind), "Id")


def changes(kind: str, fields: Iterable[str], where: str, place: tuple[str, str]) -> str:
    """What changed at or after an instant, behind what was read of that instant already.

    ``place`` is that instant as Salesforce writes it, and the last id read of it, if any: many records may
    have changed in one moment, and a page may end among them.
    """
    stamp, after_id = place
    begins = f"SystemModstamp >= {stamp}"
    if after_id:
        begins = f"(SystemModstamp > {stamp} OR (SystemModstamp = {stamp} AND Id > {quoted(after_id)}))"
    return _query(kind, fields, (where, begins), "SystemModstamp, Id")


def _query(kind: str, fields: Iterable[str], wheres: Iterable[str], order: str) -> str:
    where = " AND ".join(filter(None, wheres))
    asked = f"SELECT {', '.join(fields)} FROM {kind}"  # noqa: S608 - SOQL, of names that are checked
    return f"{asked}{f' WHERE {where}' if where else ''} ORDER BY {order}"
