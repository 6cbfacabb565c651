"""Usage into the database: our bulk upsert against SQLAlchemy Core's, and against decoding alone."""

import csv
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from itertools import count, cycle
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks import databases, nested, pulls, usual
from benchmarks.measure import Result, rates
from health.records import Usage
from integrations.files.source import FilesSource
from store.database import Database
from store.tables import facts as tables

ACCOUNTS = 1_000
DAYS = 100
ROWS = ACCOUNTS * DAYS
START = date(2026, 1, 1)
HEADER = ("account_id", "day", "active_users", "sign_ins", "events", "feature:search", "feature:export")

_rounds = count(1)


def results() -> Iterator[Result]:
    """Yield the figures of this group."""
    with TemporaryDirectory(prefix="seatsignal-bench-") as folder:
        _write(Path(folder))
        records = [record for page in FilesSource(Path(folder)).pull(None) for record in page.records]
        usage = [record for record in records if isinstance(record, Usage)]
        with databases.postgresql() as database:
            yield _new_against_core(database, usage)
            yield _changed_against_core(database, usage)
            yield from nested.results(database)
        with databases.sqlite() as database:
            yield _against_decoding(database, Path(folder))


def _write(folder: Path) -> None:
    with (folder / "usage.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        for day in range(DAYS):
            stamp = (START + timedelta(days=day)).isoformat()
            writer.writerows((f"a{n}", stamp, n % 40, n % 90, n % 700, n % 5, n % 3) for n in range(ACCOUNTS))


def _new_against_core(database: Database, usage: Sequence[Usage]) -> Result:
    """Both write rows of accounts that had none: what a first pull does, and each new day after it."""

    def ours() -> None:
        pulls.store(database, f"ours-{next(_rounds)}", _pages(database, usage))

    def core() -> None:
        _core(database, usage, next(_rounds) * 1_000_000)

    mine, rival = rates((ours, ROWS), (core, ROWS))
    return Result("ingest_postgresql", mine, "rows/s", "SQLAlchemy Core bulk upsert", mine / rival, 2.5)


def _changed_against_core(database: Database, usage: Sequence[Usage]) -> Result:
    """Both write rows that are stored, each with another value; ours alone keeps the versions before."""
    changed = [
        row._replace(active_users=row.active_users + 1) for row in usage if row.active_users is not None
    ]
    ours_next, core_next = cycle((usage, changed)), cycle((usage, changed))

    def ours() -> None:
        pulls.store(database, "ours", _pages(database, next(ours_next)))

    def core() -> None:
        _core(database, next(core_next), 0)

    ours()
    core()
    mine, rival = rates((ours, ROWS), (core, ROWS))
    return Result("ingest_postgresql_changed", mine, "rows/s", "SQLAlchemy Core bulk upsert", mine / rival, 1)


def _pages(database: Database, usage: Sequence[Usage]) -> Iterator[Sequence[Usage]]:
    size = database.rows_a_commit
    return (usage[at : at + size] for at in range(0, len(usage), size))


def _core(database: Database, usage: Sequence[Usage], offset: int) -> None:
    """Store the same rows the usual way: dictionaries, ``executemany``, ``ON CONFLICT DO UPDATE``."""
    ids = {f"a{n}": offset + n for n in range(ACCOUNTS)}
    for at in range(0, len(usage), database.rows_a_commit):
        rows = [
            {name: value for name, value in zip(Usage._fields, record, strict=True) if name != "account_id"}
            | {"source_account": ids[record.account_id], "batch": 1}
            for record in usage[at : at + database.rows_a_commit]
        ]
        with database.write() as connection:
            usual.upsert(connection, tables["usage"], rows)


def _against_decoding(database: Database, folder: Path) -> Result:
    """From the file to the database, against reading the file alone."""

    def stored() -> None:
        pages = (list(page.records) for page in FilesSource(folder).pull(None))
        pulls.store(database, f"files-{next(_rounds)}", pages)

    def decoded() -> None:
        for page in FilesSource(folder).pull(None):
            list(page.records)

    mine, rival = rates((stored, ROWS), (decoded, ROWS))
    return Result("ingest_sqlite", mine, "rows/s", "decoding without storing", mine / rival, 0.25)
