"""An installation moves from SQLite to PostgreSQL and back: all of it, once, and only one of them sends."""

from contextlib import closing

import pytest
from sqlalchemy import func, insert, select, update

from health.records import Account, Ticket, Usage
from store import balance, bulk, claims, move, processes
from store.database import Database
from store.installation import MOVED, MOVING, paused, set_setting
from store.tables import accounts, audit, bodies, metadata
from store.tables import facts as tables
from tests.owed import notice, owe
from tests.store.test_facts import DAY, pull

BLOB = b"\0\xff a body"


@pytest.fixture
def source(sqlite_url):
    """Facts, their past, bytes, floats, dates and what is owed; gaps in the numbers of rows."""
    with closing(Database(sqlite_url)) as made:
        for name in ("Zoë & Söhne", "Zoë, moved"):
            pull(made, [Account("a", name=name), Usage("a", DAY, active_users=3), Ticket("t", "a", 1)])
        owe(made, *[notice(f"k{number}") for number in range(7)])
        with made.write() as connection:
            connection.execute(insert(bodies).values(hash="h", body=BLOB))
            connection.execute(insert(accounts).values(id=41, key="later"))
        yield made


@pytest.fixture
def target(postgresql_url):
    with closing(Database(postgresql_url)) as made:
        yield made


def everything(database):
    """All rows of every table but the record of who did what, and why nothing may leave."""
    with database.read() as connection:
        return {
            table.name: sorted(map(repr, map(tuple, connection.execute(select(table)))))
            for table in metadata.sorted_tables
            if table not in {audit, metadata.tables["installation"]}
        }


def why_paused(database):
    with database.read() as connection:
        return paused(connection)


def test_all_is_there_and_back_again_and_nothing_leaves_from_where_it_was(source, target, tmp_path):
    before = everything(source)
    moved = move.move(source, target, "operator")
    assert everything(target) == before
    assert moved["notices"] == 7
    assert (why_paused(source), why_paused(target)) == (MOVED, "")
    with target.read() as connection:
        assert list(balance.defects(connection)) == []
    with source.write() as connection:
        assert claims.claim(connection, "sink", 10, 30).notices == ()
    with closing(Database(f"sqlite:///{tmp_path / 'back.sqlite3'}")) as back:
        with back.write() as connection:
            metadata.create_all(connection)
        move.move(target, back, "operator")
        assert everything(back) == before
        assert (why_paused(target), why_paused(back)) == (MOVED, "")


def test_numbers_go_on_after_the_last(source, target):
    move.move(source, target, "operator")
    pull(target, [Account("b")])
    with target.read() as connection:
        assert connection.execute(select(func.max(accounts.c.id))).scalar_one() == 42


def test_a_pause_of_before_stays(source, target):
    with source.write() as connection:
        set_setting(connection, "paused", "operator")
    move.move(source, target, "operator")
    assert (why_paused(source), why_paused(target)) == (MOVED, "operator")


def test_while_somebody_works_nothing_moves(source, target):
    with source.write() as connection:
        processes.seen(connection, processes.Process("p", "worker", "here", 1))
    with pytest.raises(move.MoveError, match="1 processes work on it"):
        move.move(source, target, "operator")
    assert (why_paused(source), everything(target)["notices"]) == ("", [])


def test_only_an_empty_database_is_moved_to_and_only_once(source, target):
    owe(target, notice("theirs"))
    with pytest.raises(move.MoveError, match=r"is not empty \(notices"):
        move.move(source, target, "operator")
    assert why_paused(source) == ""


def test_what_has_moved_does_not_move_again(source, target, tmp_path):
    move.move(source, target, "operator")
    with closing(Database(f"sqlite:///{tmp_path / 'second.sqlite3'}")) as second:
        with second.write() as connection:
            metadata.create_all(connection)
        with pytest.raises(move.MoveError, match="was moved before"):
            move.move(source, second, "operator")


class CutError(Exception):
    pass


@pytest.mark.parametrize(("step", "waits"), [("_copy", ""), ("_compare", MOVING), ("_go_on", MOVING)])
def test_cut_off_anywhere_it_is_gone_on_with_and_never_both_send(source, target, monkeypatch, step, waits):
    before, work = everything(source), getattr(move, step)

    def cut(*given):
        if step != "_copy" or given[2] is tables["usage"]:
            raise CutError
        work(*given)

    with monkeypatch.context() as cutting:
        cutting.setattr(move, step, cut)
        with pytest.raises(CutError):
            move.move(source, target, "operator")
    assert why_paused(target) == waits
    assert why_paused(source) == (MOVED if step == "_go_on" else "")
    move.move(source, target, "operator")
    assert everything(target) == before
    assert (why_paused(source), why_paused(target)) == (MOVED, "")


def test_a_row_that_is_lost_or_changed_on_the_way_is_noticed(source, target, monkeypatch):
    load = bulk.load

    def losing(connection, table, columns, rows):
        load(connection, table, columns, rows[1:] if table.name == "notices" else rows)

    monkeypatch.setattr(bulk, "load", losing)
    with pytest.raises(move.MoveError, match="notices is not what was copied"):
        move.move(source, target, "operator")
    assert (why_paused(source), why_paused(target)) == ("", MOVING)


def test_what_postgresql_cannot_hold_stops_it_before_anything_is_there(source, target):
    with source.write() as connection:
        connection.execute(update(accounts).values(name="a\0b"))
        connection.execute(update(accounts).where(accounts.c.key == "later").values(name=""))
    with pytest.raises(move.MoveError, match="accounts: the new database cannot hold"):
        move.move(source, target, "operator")
    assert (why_paused(source), everything(target)["notices"]) == ("", [])
