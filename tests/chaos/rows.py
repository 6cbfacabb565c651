"""A long table of a company's own, pulled by workers that die one after another while rows go on coming late.

The table is the judge: whatever is in it in the end is known, once and as it stands there, and at no death
did the cursor stand ahead of the rows.
"""

import sqlite3
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from random import Random

import msgspec
from sqlalchemy import func, select

from store.tables import facts, past, source_accounts, source_status
from tests.chaos import nursery
from tests.chaos.days import begin
from tests.chaos.fleet import Crib, is_alive, until
from tests.chaos.pulls import MOST, PULLER
from tests.chaos.sabotage import VARIABLE
from tests.chaos.stage import Servers, Stage, stage
from tests.chaos.verdict import Verdict

SOURCE = "sql"
ACCOUNTS = 1_000
BEGUN = date(2023, 1, 1)
TIES = 7
"""Rows of one instant: no page of 2,000 ends where one of these does."""
OVERLAP = 50
"""How far a pull looks back, in instants: as far as any row comes late."""
ANYWHERE = "anywhere"
PLACES = ("pulled", ANYWHERE, "stored")
LATE, OUT_OF_ORDER = 0.05, 0.02
CHUNK = 2_000
"""Rows that the source asks for at a time."""
PATIENCE_S = 600.0
Key = tuple[str, date]
_QUERY = "SELECT account_id, day, active_users, at FROM days WHERE at >= :since"
_TABLE = """
CREATE TABLE days (account_id TEXT, day TEXT, active_users INTEGER, at INTEGER);
CREATE INDEX days_at ON days (at);
"""
_USAGE, _PAST = facts["usage"], past["usage"]


@dataclass
class _Table:
    """The company's table. Of each row: what it says, and the instant at which it came."""

    file: Path
    size: int
    rng: Random
    late: list[tuple[str, date, int]] = field(default_factory=list)

    def fill(self) -> None:
        """Write all rows but those that will come late, some of them out of their order."""
        rows = [self._row(number) for number in range(self.size)]
        at = [number // TIES for number in range(self.size)]
        moved = self.rng.sample(range(self.size), int(self.size * OUT_OF_ORDER))
        for one, other in zip(moved[::2], moved[1::2], strict=False):
            at[one], at[other] = at[other], at[one]
        late = set(self.rng.sample(range(self.size), int(self.size * LATE)))
        self.late = [rows[number] for number in sorted(late)]
        with self._opened() as connection:
            connection.executescript(_TABLE)
        self._write((*rows[number], at[number]) for number in range(self.size) if number not in late)

    def _row(self, number: int) -> tuple[str, date, int]:
        day, account = divmod(number, ACCOUNTS)
        return f"a{account}", BEGUN + timedelta(days=day), self.rng.randrange(1, 500)

    def come_late(self, reached: int, share: float) -> None:
        """Let a share of the late rows come, at instants that a pull has reached or just passed."""
        coming = [self.late.pop() for _ in range(min(len(self.late), int(self.size * LATE * share) + 1))]
        self._write((*row, max(0, reached - self.rng.randrange(OVERLAP))) for row in coming)

    def before(self, instant: int) -> int:
        """Return how many rows are of earlier instants."""
        with self._opened() as connection:
            [(number,)] = connection.execute("SELECT count(*) FROM days WHERE at < ?", (instant,))
        return int(number)

    def says(self) -> dict[Key, int]:
        """Return what the whole table says."""
        with self._opened() as connection:
            rows = connection.execute("SELECT account_id, day, active_users FROM days")
            return {(account, date.fromisoformat(day)): users for account, day, users in rows}

    def _write(self, rows: Iterable[tuple[str, date, int, int]]) -> None:
        with self._opened() as connection, connection:
            connection.executemany("INSERT INTO days VALUES (?, ?, ?, ?)", rows)

    def _opened(self) -> "closing[sqlite3.Connection]":
        return closing(sqlite3.connect(self.file))


@dataclass
class _Play:
    """Workers that pull the table, one after another."""

    stage: Stage
    crib: Crib
    table: _Table
    given: Mapping[str, str]
    kills: int = 0
    ahead: int = 0

    def run(self, kills: int) -> None:
        """Kill so many workers on the way, and let the last one read on to the end."""
        rng, pages = self.table.rng, self.table.size // CHUNK
        for number in range(kills):
            nth = max(1, int(rng.uniform(0.5, 1.5) * pages / (kills + 1)))
            self._die(nth, PLACES[number % len(PLACES)])
            reached = self._reached()
            self.ahead += self._stored() < self.table.before(reached)
            self.table.come_late(reached, 1 / kills)
        pid = self._bear()
        assert until(self._ended, PATIENCE_S), self._log()
        nursery.end(pid)

    def _die(self, nth: int, where: str) -> None:
        """Let a worker die by its own hand, or by ours, wherever it is when it has stored so many pages."""
        if where != ANYWHERE:
            passes = (
                2 if where == "pulled" and self.given[VARIABLE] else 1
            )  # without the order, before and behind
            pid = self._bear(SEATSIGNAL_FAILPOINTS=f"{where}=kill@{nth * passes}")
            assert until(lambda: not is_alive(pid) or self._ended(), PATIENCE_S), self._log()
        else:
            before, pid = self._batch(), self._bear()
            assert until(lambda: self._batch() >= before + nth or self._ended(), PATIENCE_S), self._log()
        self.kills += not self._ended()
        nursery.end(pid)
        assert until(lambda: not is_alive(pid))

    def _bear(self, **more: str) -> int:
        return self.crib.bear(self.stage.birth(SOURCE, PULLER, SOURCE, **self.given, **more))

    def _batch(self) -> int:
        return self._status("batch") or 0

    def _ended(self) -> bool:
        return self._status("pulled_ms") is not None

    def _status(self, column: str) -> int | None:
        query = select(source_status.c[column]).where(source_status.c.source == SOURCE)
        with self.stage.database.read() as connection:
            return connection.execute(query).scalar_one_or_none()

    def _reached(self) -> int:
        """Return the instant that the cursor states."""
        query = select(source_status.c.cursor).where(source_status.c.source == SOURCE)
        with self.stage.database.read() as connection:
            cursor = connection.execute(query).scalar_one_or_none()
        return int(msgspec.json.decode(cursor)["marks"]["usage"]["value"]) if cursor else 0

    def _stored(self) -> int:
        with self.stage.database.read() as connection:
            return connection.execute(select(func.count()).select_from(_USAGE)).scalar_one()

    def _log(self) -> str:
        return (self.stage.folder / f"{SOURCE}.log").read_text(errors="replace")[-2_000:]


def rows(servers: Servers, crib: Crib, *, size: int, kills: int, seed: int = 0) -> Verdict:
    """Pull so many rows while so many workers die; without the order of page and cursor, rows are lost."""
    with _set(servers, min(size, 20 * CHUNK), seed) as (chosen, table):
        without = _played(chosen, crib, table, 4, "cursor_first")
    with _set(servers, size, seed) as (chosen, table):
        verdict = _played(chosen, crib, table, kills)
    return msgspec.structs.replace(verdict.against({"cursor_first": without.lost}), seed=seed)


@contextmanager
def _set(servers: Servers, size: int, seed: int) -> Iterator[tuple[Stage, _Table]]:
    with stage(servers, "postgresql", live=False) as chosen:
        table = _Table(chosen.folder / "company.sqlite3", size, Random(seed))
        table.fill()
        begin(chosen.database, BEGUN + timedelta(days=size // ACCOUNTS + 1))
        yield chosen, table


def _played(chosen: Stage, crib: Crib, table: _Table, kills: int, sabotage: str = "") -> Verdict:
    started = time.monotonic()
    play = _Play(chosen, crib, table, _given(chosen, table, sabotage))
    play.run(kills)
    return _judged(chosen, play, kills, time.monotonic() - started)


def _given(chosen: Stage, table: _Table, sabotage: str) -> dict[str, str]:
    queries = chosen.folder / "queries.yaml"
    usage = {"query": _QUERY, "watermark": "at", "since": 0, "overlap": OVERLAP}
    queries.write_bytes(msgspec.json.encode({"usage": usage}))
    return {
        VARIABLE: sabotage,
        "SEATSIGNAL_BROKER_URL": "memory://",
        "SEATSIGNAL_FOUNDERS": SOURCE,
        "SEATSIGNAL_SQL_URL": f"sqlite:///{table.file}",
        "SEATSIGNAL_SQL_QUERIES": str(queries),
    }


def _judged(chosen: Stage, play: _Play, kills: int, seconds: float) -> Verdict:
    """``duplicated``: rows that were taken for news when they were read again; ``disorder``: see `_Play`."""
    expected, found = play.table.says(), _found(chosen)
    lost = sum(found[key] != said for key, said in expected.items())
    with chosen.database.read() as connection:
        again = connection.execute(select(func.count()).select_from(_PAST)).scalar_one()
    return Verdict(
        bar="rows",
        database=chosen.name,
        seed=0,
        kills=play.kills,
        sent=len(expected),
        unique=len(found),
        lost=lost,
        duplicated=again + len(found) - len(expected) if not lost else again,
        unknown=len(play.table.late),
        disorder=play.ahead,
        seconds=round(seconds, 1),
        gap_s=0.0,
        ok=found == expected and not (again or play.ahead or play.table.late) and play.kills >= MOST * kills,
    )


def _found(chosen: Stage) -> Counter[Key]:
    """Return what is known of each account and day."""
    c = _USAGE.c
    query = select(source_accounts.c.external_id, c.day, c.active_users)
    query = query.join_from(_USAGE, source_accounts, source_accounts.c.id == c.source_account)
    with chosen.database.read() as connection:
        return Counter({(account, day): users for account, day, users in connection.execute(query)})
