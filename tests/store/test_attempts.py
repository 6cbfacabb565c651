"""Attempts to sign in are counted in a row and by the window under way, on either database."""

from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import update

from store import attempts as work
from store.attempts import KEPT_MS, WINDOW_MS, Tried
from store.database import Database
from store.tables import attempts

NAMES = ["address", "all"]


def count(database: Database, *names: str) -> None:
    with database.write() as connection:
        work.count(connection, names)


def tried(database: Database, name: str) -> Tried | None:
    with database.read() as connection:
        return work.tried(connection, [name]).get(name)


def pass_time(database: Database, ms: int) -> None:
    earlier = {"at_ms": attempts.c.at_ms - ms, "window": attempts.c.window - ms // WINDOW_MS}
    with database.write() as connection:
        connection.execute(update(attempts).values(**earlier))


def counts(database: Database, name: str) -> tuple[int, int]:
    found = tried(database, name)
    return (found.in_a_row, found.in_window) if found else (0, 0)


def test_each_name_is_counted_by_itself(emptied_database: Database) -> None:
    count(emptied_database, "one", "all")
    count(emptied_database, "other", "all")

    assert [counts(emptied_database, name) for name in ("one", "other", "all", "none")] == [
        (1, 1), (1, 1), (2, 2), (0, 0),
    ]  # fmt: skip
    found = tried(emptied_database, "all")
    assert found is not None
    assert 0 <= found.since_ms < 60_000
    assert 0 < found.left_ms <= WINDOW_MS


def test_a_window_ends_and_a_row_goes_on(emptied_database: Database) -> None:
    count(emptied_database, *NAMES)
    pass_time(emptied_database, WINDOW_MS)
    assert counts(emptied_database, "all") == (1, 0)

    count(emptied_database, *NAMES)
    assert counts(emptied_database, "all") == (2, 1)


def test_what_was_right_takes_back_its_own_try_and_the_row(emptied_database: Database) -> None:
    for _ in range(3):
        count(emptied_database, *NAMES)
    for left in (2, 1, 0, 0):
        with emptied_database.write() as connection:
            work.succeeded(connection, NAMES)
        assert counts(emptied_database, "all") == (0, left)


def test_what_is_a_day_old_is_forgotten(emptied_database: Database) -> None:
    count(emptied_database, "one")
    pass_time(emptied_database, KEPT_MS + 1)

    count(emptied_database, "other")

    assert tried(emptied_database, "one") is None


def test_many_at_once_are_each_counted(emptied_database: Database) -> None:
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda n: count(emptied_database, *(NAMES if n % 2 else reversed(NAMES))), range(12)))

    assert counts(emptied_database, "all") == (12, 12)
