from concurrent.futures import ThreadPoolExecutor
from datetime import date
from itertools import chain

import pytest
from sqlalchemy import insert, update

from store import runs
from store.database import Database
from store.runs import Basis, Chunk, Tally
from store.tables import accounts, chunks
from store.tables import runs as runs_table
from tests.owed import go_live

BASIS = Basis(pulse="{}", known='{"files": 3}', policy_hash="p", engine_version="1")
AS_OF = date(2026, 6, 1)


@pytest.fixture
def database(emptied_database: Database) -> Database:
    return emptied_database


def keep_accounts(database: Database, many: int) -> list[int]:
    with database.write() as connection:
        keys = [{"key": f"account {n}"} for n in range(many)]
        return [
            connection.execute(insert(accounts).values(key).returning(accounts.c.id)).scalar_one()
            for key in keys
        ]


def open_run(database: Database, kind: str = "full", size: int = 4) -> tuple[int, list[Chunk]]:
    with database.write() as connection:
        return runs.open_run(connection, kind, AS_OF, BASIS, size)


def take(database: Database, chunk: Chunk) -> bool:
    with database.write() as connection:
        return runs.take(connection, chunk)


def finish(database: Database, run: int, tally: Tally) -> int:
    with database.write() as connection:
        return runs.finish(connection, run, tally)


def decide(database: Database, run: int, status: str, reason: str = "", *, only: str = "open") -> bool:
    with database.write() as connection:
        return runs.decide_release(connection, run, status, reason, only=only)


def unfinished(database: Database) -> tuple[list[Chunk], list[int]]:
    with database.write() as connection:
        return runs.unfinished(connection)


def pass_time(database: Database, seconds: int) -> None:
    with database.write() as connection:
        connection.execute(update(chunks).values(rung_ms=chunks.c.rung_ms - seconds * 1_000))
        connection.execute(update(runs_table).values(opened_ms=runs_table.c.opened_ms - seconds * 1_000))


@pytest.mark.parametrize(("many", "sizes"), [(0, []), (1, [1]), (4, [4]), (5, [4, 1]), (11, [4, 4, 3])])
def test_every_account_is_in_one_chunk(database, many, sizes):
    ids = keep_accounts(database, many)
    run, made = open_run(database)
    covered = [[one for one in ids if part.first_account <= one <= part.last_account] for part in made]
    assert [len(part) for part in covered] == sizes
    assert list(chain.from_iterable(covered)) == ids
    assert {part.run for part in made} <= {run}


def test_a_touched_run_takes_the_accounts_whose_facts_changed(database):
    ids = keep_accounts(database, 6)
    with database.write() as connection:
        judged = update(accounts).where(accounts.c.id.in_(ids[:4])).values(judged=accounts.c.touched)
        connection.execute(judged)
    run, made = open_run(database, "touched")
    assert made == [Chunk(run, ids[4], ids[5])]


def test_a_run_remembers_what_it_rests_on(database):
    run, _ = open_run(database)
    go_live(database)
    with database.write() as connection:
        runs.decide_release(connection, run, "dry")
    later, _ = open_run(database)
    with database.read() as connection:
        first, second = runs.load(connection, run), runs.load(connection, later)
    assert (first.first, first.live, first.status) == (True, False, "dry")
    assert (second.first, second.live, second.as_of) == (False, True, AS_OF)
    assert (second.pulse, second.known) == ("{}", '{"files": 3}')


def test_a_chunk_is_taken_once_by_eight_at_the_same_time(database):
    keep_accounts(database, 40)
    _, made = open_run(database)
    for chunk in made:
        with ThreadPoolExecutor(8) as pool:
            assert sorted(pool.map(lambda _: take(database, chunk), range(8))) == [False] * 7 + [True]  # noqa: B023 - used up in the loop


def test_whichever_chunk_ends_last_sees_none_left(database):
    keep_accounts(database, 32)
    run, made = open_run(database)
    with ThreadPoolExecutor(8) as pool:
        left = list(pool.map(lambda _: finish(database, run, Tally(4, 1)), made))
    assert sorted(left) == list(range(8))
    with database.read() as connection:
        assert runs.worsened_lately(connection, 24, 0) == 8


def judged_ago(database: Database, hours: int, worse: int) -> None:
    """Judge the book in a run that was opened so long ago, and made so many accounts worse."""
    run, _ = open_run(database)
    finish(database, run, Tally(assessed=1_000, worsened=worse))
    with database.write() as connection:
        moved = update(runs_table).where(runs_table.c.id == run)
        connection.execute(moved.values(opened_ms=runs_table.c.opened_ms - hours * 3_600_000))


def test_worse_bands_are_counted_across_the_runs_of_the_last_hours(database):
    for hours, worse in [(30, 100), (20, 7), (1, 5)]:
        judged_ago(database, hours, worse)
    with database.read() as connection:
        assert runs.worsened_lately(connection, 24, 0) == 12


def test_what_the_days_before_came_to_is_told_day_by_day(database):
    for hours, worse in [(24 * 30, 9), (24 * 4 + 1, 4), (24 * 2 + 23, 1), (24 * 2, 2), (24, 8), (23, 16)]:
        judged_ago(database, hours, worse)
    with database.read() as connection:
        assert runs.worsened_before(connection, 24, 28) == [8, 3, 0, 4]
        assert runs.worsened_before(connection, 24, 30)[4:] == [*[0] * 25, 9]
        assert runs.worsened_before(connection, 24 * 31, 28) == []


@pytest.mark.parametrize("first", ["released", "held", "dry"])
def test_a_run_is_decided_once(database, first):
    run, _ = open_run(database)
    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(lambda _: decide(database, run, first), range(8))) == 1
    assert not decide(database, run, "released")


@pytest.mark.parametrize("second", ["released", "expired"])
def test_only_a_held_run_is_decided_again_and_only_by_who_means_it(database, second):
    run, _ = open_run(database)
    assert not decide(database, run, second, only="held")
    decide(database, run, "held")
    assert not decide(database, run, second)
    assert decide(database, run, second, only="held")
    assert not decide(database, run, second, only="held")


def test_held_runs_wait_with_their_reason(database):
    run, _ = open_run(database)
    decide(database, run, "held", "61 accounts worse")
    with database.read() as connection:
        assert runs.held(connection) == [(run, "61 accounts worse")]


def test_the_sweep_finds_chunks_whose_bell_was_lost_and_rings_once(database):
    keep_accounts(database, 8)
    run, made = open_run(database)
    assert unfinished(database) == ([], [])
    take(database, made[0])
    finish(database, run, Tally(4, 0))
    pass_time(database, 121)
    assert unfinished(database) == ([made[1]], [])
    assert unfinished(database) == ([], [])


def test_the_sweep_finds_runs_that_nobody_released(database):
    keep_accounts(database, 4)
    run, [chunk] = open_run(database)
    take(database, chunk)
    finish(database, run, Tally(4, 0))
    assert unfinished(database) == ([], [run])
    decide(database, run, "released")
    assert unfinished(database) == ([], [])


def test_a_unit_of_work_that_breaks_gives_its_chunk_back(database):
    keep_accounts(database, 4)
    _, [chunk] = open_run(database)

    class BrokenError(Exception):
        pass

    def half() -> None:
        with database.write() as connection:
            runs.take(connection, chunk)
            raise BrokenError

    with pytest.raises(BrokenError):
        half()
    assert take(database, chunk)
