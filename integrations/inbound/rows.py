"""Rows of a body, read as those of the import format wherever they come from."""

from typing import Any

from health.records import SHAPES, Record
from integrations.inbound.maps import Map
from integrations.rows.mapped import row
from integrations.rows.read import Chunk
from integrations.rows.read import read as read_rows
from integrations.rows.report import Report


def read(name: str, told: Map, body: Any, report: Report) -> list[Record]:  # noqa: ANN401 - any JSON
    """Return the records of a map's rows; those that cannot be read are counted in the report."""
    lines = [row(told.columns, item) for item in told.rows_of(body)]
    return list(read_rows(Chunk(name, tuple(told.columns), lines), SHAPES[told.file], {}, report))
