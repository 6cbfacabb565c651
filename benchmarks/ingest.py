"""Usage into the database: our bulk upsert against SQLAlchemy Core's, and against decoding alone."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from itertools import count, cycle
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks import databases
from benchmarks.measure import Result, rates
from health.records import Record, Usage
from integrations.files.source import FilesSource
from store import facts, sources
from store.database import Database
from store.sources import Landed
from store.tables import facts as tables
from store.upsert import insert

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
        with databases.sqlite() as database:
            yield _against_decoding(database, Path(folder))


def _write(folder: Path) -> None:
    with (folder / "usage.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        for day in range(DAYS):
            stamp = (START + timedelta(days=day)).isoformat()
            writer.writerows((f"a{n}", stamp, n % 40, n % 90, n % 700, n % 5, n % 3) for n in range(ACCOUNTS))


def _store(database: Database, records: Iterable[Sequence[Record]], source: str) -> None:
    """Store pages as a pull does, each in a unit of work of its own."""
    ids: dict[str, int] = {}
    with database.write() as connection:
        sources.register(connection, source)
    for at, page in enumerate(records):
        with database.write() as connection:
            batch = sources.begin_batch(connection, source, sources.cursor_of(connection, source), ids)
            facts.store_records(connection, batch, page)
            landed = Landed(frozenset({"usage"}), len(page), facts.last_day(page), complete=False)
            sources.end_batch(connection, batch, str(at), landed)


def _new_against_core(database: Database, usage: Sequence[Usage]) -> Result:
    """Both write rows of accounts that had none: what a first pull does, and each new day after it."""

    def ours() -> None:
        _store(database, _pages(database, usage), f"ours-{next(_rounds)}")

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
        _store(database, _pages(database, next(ours_next)), "ours")

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
    table = tables["usage"]
    ids = {f"a{n}": offset + n for n in range(ACCOUNTS)}
    for at in range(0, len(usage), database.rows_a_commit):
        rows = [
            {name: value for name, value in zip(Usage._fields, record, strict=True) if name != "account_id"}
            | {"source_account": ids[record.account_id], "batch": 1}
            for record in usage[at : at + database.rows_a_commit]
        ]
        with database.write() as connection:
            statement = insert(connection, table)
            new = {c.name: statement.excluded[c.name] for c in table.columns if not c.primary_key}
            keys = [column.name for column in table.primary_key]
            connection.execute(statement.on_conflict_do_update(index_elements=keys, set_=new), rows)


def _against_decoding(database: Database, folder: Path) -> Result:
    """From the file to the database, against reading the file alone."""

    def stored() -> None:
        pages = (list(page.records) for page in FilesSource(folder).pull(None))
        _store(database, pages, f"files-{next(_rounds)}")

    def decoded() -> None:
        for page in FilesSource(folder).pull(None):
            list(page.records)

    mine, rival = rates((stored, ROWS), (decoded, ROWS))
    return Result("ingest_sqlite", mine, "rows/s", "decoding without storing", mine / rival, 0.25)
