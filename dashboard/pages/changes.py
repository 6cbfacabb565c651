"""Changes: what records elsewhere would say, field by field, beside what they last said because of us."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple
from urllib.parse import quote

from store.unsettled import PlannedState
from templates.views import Cell, Column, Row, Table


class Change(NamedTuple):
    """A field of a record: what it last said, and what it would say; empty where that is nothing."""

    field: str
    before: str
    after: str


def changes(before: str, after: str) -> Iterator[Change]:
    """Yield the fields of which two payloads say something else; of no payload nothing was said."""
    said, says = _fields(before), _fields(after)
    for field in {**says, **said}:
        if said.get(field, "") != says.get(field, ""):
            yield Change(field, said.get(field, ""), says.get(field, ""))


def table(planned: Sequence[PlannedState]) -> Table:
    """Return what would be written, a row for each field."""
    rows = [_row(state, each) for state in planned for each in changes(state.before, state.payload)]
    labels = ("Account", "Field", "Says", "Would say", "Where")
    return Table(
        title="What records would say",
        about=f"The first {len(planned)} records, field by field. What people changed there stays as it is."
        if planned
        else "",
        columns=tuple(Column(label=label) for label in labels),
        rows=tuple(rows),
        empty="Nothing would be written.",
    )


def _row(state: PlannedState, change: Change) -> Row:
    href = f"/accounts/{quote(state.account, safe='')}" if state.account else ""
    return Row(
        cells=(
            Cell(text=state.name or state.account or "", href=href, note="no account"),
            Cell(text=change.field.replace("_", " ")),
            Cell(text=change.before, note="nothing of ours"),
            Cell(text=change.after, note="nothing"),
            Cell(text=state.destination),
        )
    )


def _fields(payload: str) -> Mapping[str, str]:
    return {name: _written(value) for name, value in json.loads(payload or "{}").items()}


def _written(value: object) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case list():
            return "; ".join(map(_written, value))
        case dict():
            return "; ".join(f"{name}: {_written(one)}" for name, one in value.items())
        case _:
            return str(value)
