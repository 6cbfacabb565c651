"""The files of a folder: which there are, whether they are whole, and what identifies their content."""

import gzip
import hashlib
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from health.records import SHAPES, Shape
from integrations.errors import Misconfigured, RetryLater
from integrations.files.csv_file import CsvTable
from integrations.files.parquet import ParquetTable
from integrations.rows.columns import nearest
from integrations.rows.report import REJECTS_SUFFIX, Remark
from integrations.rows.table import Table

FORMAT = b"2"
"""Part of every fingerprint: raised when files must be read again because reading changed."""

SUFFIXES: dict[str, Callable[[Path], Table]] = {
    ".csv": CsvTable,
    ".csv.gz": CsvTable,
    ".parquet": ParquetTable,
}
BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A file's content at one moment: its name, a hash, and its size and time when it was hashed."""

    name: str
    fingerprint: str
    version: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Found:
    """One file of the import format. ``path`` ends in ``suffix``, one of `SUFFIXES`."""

    shape: Shape
    path: Path
    suffix: str

    def table(self) -> Table:
        """Open it as far as its header."""
        return SUFFIXES[self.suffix](self.path)

    def snapshot(self) -> Snapshot:
        """Read all of it, so that a file cut off is refused before its first record is taken."""
        version = self._version()
        digest = hashlib.sha256(FORMAT)
        with self.path.open("rb") as source:
            while block := source.read(BLOCK):
                digest.update(block)
        if self.suffix == ".csv.gz":
            with gzip.open(self.path) as source:
                while source.read(BLOCK):
                    pass
        return Snapshot(self.path.name, digest.hexdigest()[:32], version)

    def expect(self, snapshot: Snapshot) -> None:
        """Raise `RetryLater` if somebody wrote to the file since."""
        if self._version() != snapshot.version:
            raise RetryLater("changed", f"{snapshot.name} changed while it was read; it is read again")

    def _version(self) -> tuple[int, int]:
        stat = self.path.stat()
        return stat.st_size, stat.st_mtime_ns

    @contextmanager
    def readable(self) -> Iterator[None]:
        """Say what is wrong with the file in words, should reading it fail."""
        name = self.path.name
        try:
            yield
        except EOFError:
            raise RetryLater("cut_off", f"{name} ends in the middle; copy it again") from None
        except (zlib.error, gzip.BadGzipFile):
            raise RetryLater("damaged", f"{name} is damaged or no gzip file; copy it again") from None
        except OSError as fault:
            raise Misconfigured("unreadable", f"{name} cannot be read: {fault.strerror}") from None


def listing(folder: Path) -> tuple[list[Found], list[Remark]]:
    """Return the folder's import files, accounts first, and remarks on files nobody knows.

    Raises `Misconfigured` where there is no such folder, or one kind of record has two files.
    """
    found: dict[str, Found] = {}
    remarks = []
    for path, name, suffix in _candidates(folder):
        if name not in SHAPES:
            remarks.append(Remark(path.name, "is no file of the import format", "", nearest(name, SHAPES)))
        elif name in found:
            raise Misconfigured("two_files", f"{path.name} and {found[name].path.name}: keep one of them")
        else:
            found[name] = Found(SHAPES[name], path, suffix)
    return [found[name] for name in SHAPES if name in found], remarks


def complete_kinds(folder: Path, names: Iterable[str]) -> frozenset[str]:
    """Return the kinds of record in the files that a person vouches are complete (``seats``, ``seats.csv``).

    Raises `Misconfigured` for a name that is no file of the folder, or a file of days.
    """
    files, _ = listing(folder)
    kinds = {name: found.shape for found in files for name in (found.shape.name, found.path.name)}
    return frozenset(_complete_kind(kinds, name) for name in names)


def _complete_kind(kinds: Mapping[str, Shape], name: str) -> str:
    shape = kinds.get(Path(name).name)
    if shape is None:
        there = ", ".join(dict.fromkeys(found.name for found in kinds.values())) or "none"
        raise Misconfigured(
            "no_such_file", f"the folder has no file {name!r} of the import format; it has {there}"
        )
    if shape.by_day:
        raise Misconfigured(
            "by_day",
            f"{shape.name} holds days: a day that is absent was not counted, which is not to be gone",
        )
    return shape.name


def _candidates(folder: Path) -> Iterator[tuple[Path, str, str]]:
    if not folder.is_dir():
        raise Misconfigured("no_folder", f"{folder} is not a folder")
    for path in sorted(folder.iterdir()):
        suffix = next((suffix for suffix in SUFFIXES if path.name.endswith(suffix)), "")
        if suffix and path.is_file() and not path.name.endswith(REJECTS_SUFFIX):
            yield path, path.name.removesuffix(suffix), suffix
