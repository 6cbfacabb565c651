"""Folders in the import format, the same bytes for the same facts."""

import csv
import gzip
import io
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from sandbox.company.cast import Story

_COMPRESSED = frozenset({"usage"})


class Table(NamedTuple):
    """One file: its name, its columns and its rows."""

    name: str
    header: Sequence[str]
    rows: Sequence[tuple[object, ...]]


def write_folder(folder: Path, tables: Iterable[Table]) -> None:
    """Write the tables that have rows. What else the folder holds stays."""
    folder.mkdir(parents=True, exist_ok=True)
    for table in tables:
        if table.rows:
            _write(folder, table)


def _write(folder: Path, table: Table) -> None:
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(table.header)
    rows.writerows(table.rows)
    content = text.getvalue().encode()
    if table.name in _COMPRESSED:
        (folder / f"{table.name}.csv.gz").write_bytes(gzip.compress(content, compresslevel=6, mtime=0))
    else:
        (folder / f"{table.name}.csv").write_bytes(content)


def write_stories(path: Path, stories: Iterable[Story]) -> None:
    """Write what must come of the Monday pull; every account that is not named stays silent."""
    told = [
        {
            "name": story.name,
            "account_id": story.account_id,
            "source": story.source,
            "expected": {
                "slack": story.slack,
                "crm": story.crm,
                "email": story.email,
                "channels": story.channels,
            },
        }
        for story in stories
    ]
    path.write_text(json.dumps(told, indent=2) + "\n")
