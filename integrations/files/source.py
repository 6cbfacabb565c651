"""The files source: a folder in the import format.

Files are read one after the other, accounts first. The cursor holds the fingerprint of each file read,
so that an unchanged file is skipped, a changed one is read whole again (storing a record twice changes
nothing), and a read that was cut short goes on where it was. A file that is vouched for is read from its
start in any case: what it leaves out is known only once all of it was seen.
"""

from collections import deque
from collections.abc import Collection, Iterator, Sequence
from itertools import islice
from pathlib import Path

from health.records import Account, Record
from integrations.errors import Misconfigured
from integrations.files.folder import Found, Snapshot, listing
from integrations.files.place import Place
from integrations.roles import Cursor, Page
from integrations.rows.reader import Currencies, records
from integrations.rows.report import REJECTS_SUFFIX, Remark, Report
from integrations.rows.usage import usage
from integrations.vitals import Vitals

PAGE = 2_000
"""Records of a page: what SQLite commits without holding up the pages of the dashboard."""


class FilesSource:
    """Reads a folder of import files.

    ``rejects`` is where reject files go, by default beside the files. ``complete`` names the files
    (``accounts``) that list all there is: what such a file leaves out is gone. After a pull ``remarks``
    holds what was odd about the files it read.
    """

    def __init__(self, folder: Path, rejects: Path | None = None, complete: Collection[str] = ()) -> None:
        """Keep the places. Nothing is read yet."""
        self.remarks: list[Remark] = []
        self._folder = folder
        self._rejects = rejects or folder
        self._complete = frozenset(complete)

    @property
    def vitals(self) -> Vitals:
        """A folder tells nothing of itself."""
        return Vitals()

    def close(self) -> None:
        """Nothing stays open between pulls."""

    def check(self) -> None:
        """Read every header. Raises `Misconfigured` with what to change, `RetryLater` for a file cut off."""
        files, _ = listing(self._folder)
        if not files:
            raise Misconfigured("no_files", f"{self._folder} has no file of the import format")
        for found in files:
            with found.readable():
                _records(found, {}, Report(found.path.name))

    def pull(self, cursor: Cursor | None) -> Iterator[Page]:
        """Yield pages of the files that changed since ``cursor``, each of one kind of record.

        A file that is cut off, or changes while it is read, ends the pull by `RetryLater`; what was
        yielded before stays good. `Misconfigured` says what to change in a file nobody could read.
        """
        files, self.remarks = listing(self._folder)
        place = Place.of(cursor)
        for found in files:
            with found.readable():
                snapshot = found.snapshot()
                if not self._vouched(found) and place.done.get(snapshot.name) == snapshot.fingerprint:
                    continue
                yield from self._pages(found, snapshot, _currencies(found, files), place)
                place = place.after(snapshot.name, snapshot.fingerprint)

    def _pages(
        self, found: Found, snapshot: Snapshot, currencies: Currencies, place: Place
    ) -> Iterator[Page]:
        rejects = self._rejects / f"{found.shape.name}{REJECTS_SUFFIX}"
        with Report(snapshot.name, rejects, self.remarks) as report:
            stream = _records(found, currencies, report)
            read = snapshot.name, snapshot.fingerprint
            taken = 0 if self._vouched(found) else place.taken(*read)
            deque(islice(stream, taken), maxlen=0)
            last = False
            while not last:
                before = report.rejected
                page = list(islice(stream, PAGE))
                taken += len(page)
                last = len(page) < PAGE
                if last:
                    found.expect(snapshot)
                yield Page(
                    records=page,
                    cursor=(place.after(*read) if last else place.within(*read, taken)).cursor(),
                    complete=last and self._vouched(found) and not report.rejected,
                    rejects=report.rejected - before,
                    listing=found.shape.name if self._vouched(found) else "",
                )

    def _vouched(self, found: Found) -> bool:
        return found.shape.name in self._complete


def _records(found: Found, currencies: Currencies, report: Report) -> Iterator[Record]:
    """Open a file as far as its header."""
    if found.shape.name == "usage":
        return usage(found.table(), report)
    return records(found.table(), found.shape, currencies, report)


def _currencies(found: Found, files: Sequence[Found]) -> Currencies:
    """Return the accounts' currencies, for a file with money beside the accounts file."""
    accounts = files[0]
    has_money = any(field.endswith("_minor") for field in found.shape.fields)
    if not has_money or accounts.shape.name != "accounts":
        return {}
    with accounts.readable():
        stated = _records(accounts, {}, Report(accounts.path.name))
        return {
            record.account_id: record.currency
            for record in stated
            if isinstance(record, Account) and record.currency
        }
