import csv
import gzip
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from health.records import Record
from integrations.files.source import FilesSource
from integrations.roles import Cursor, Page
from integrations.rows.report import Remark


@dataclass
class Drop:
    """A folder to drop import files in, and to pull them from."""

    folder: Path
    remarks: list[Remark] = field(default_factory=list)

    def csv(self, name: str, *lines: str) -> None:
        text = "\n".join(lines) + "\n"
        (self.folder / f"{name}.csv").write_bytes(text.encode(errors="surrogateescape"))

    def gz(self, name: str, *lines: str, lost: int = 0) -> None:
        content = gzip.compress("\n".join(lines).encode())
        (self.folder / f"{name}.csv.gz").write_bytes(content[: len(content) - lost])

    def source(self, *complete: str) -> FilesSource:
        return FilesSource(self.folder, self.folder / "rejects", complete)

    def pull(self, cursor: Cursor | None = None, *complete: str) -> Iterator[Page]:
        source = self.source(*complete)
        yield from source.pull(cursor)
        self.remarks = source.remarks

    def records(self) -> list[Record]:
        return [record for page in self.pull() for record in page.records]

    def rejects(self, name: str) -> list[tuple[int, str, str]]:
        path = self.folder / "rejects" / f"{name}.rejects.csv"
        if not path.exists():
            return []
        with path.open(newline="") as lines:
            return [(int(row["line"]), row["column"], row["reason"]) for row in csv.DictReader(lines)]


@pytest.fixture
def drop(tmp_path: Path) -> Drop:
    return Drop(tmp_path)
