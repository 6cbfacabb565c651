import ast
import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, select, text

from store.database import Database, Unavailable, Unmigrated, Unusable, database_url
from store.installation import set_setting, setting
from store.schema import CODE_SINCE, MIGRATIONS, migrate, newest, require
from store.tables import installation, metadata


def pragma(database: Database, name: str) -> object:
    with database.read() as connection:
        return connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()


@pytest.mark.parametrize(
    ("name", "value"),
    [("journal_mode", "wal"), ("synchronous", 2), ("foreign_keys", 1), ("busy_timeout", 30_000)],
)
def test_sqlite_connection_settings(sqlite_url, name, value):
    database = Database(sqlite_url)
    assert pragma(database, name) == value
    database.close()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TimeZone", "UTC"),
        ("idle_in_transaction_session_timeout", "5min"),
        ("jit", "off"),
        ("plan_cache_mode", "force_custom_plan"),
    ],
)
def test_postgresql_connection_settings(postgresql_url, name, value):
    database = Database(postgresql_url)
    with database.read() as connection:
        assert connection.exec_driver_sql(f"SHOW {name}").scalar_one() == value
    database.close()


def test_postgresql_compresses_quickly_where_it_can(postgresql_url):
    database = Database(postgresql_url)
    with database.read() as connection:
        offered = connection.execute(
            text("SELECT enumvals FROM pg_settings WHERE name = 'default_toast_compression'")
        ).scalar_one()
        chosen = connection.execute(text("SHOW default_toast_compression")).scalar_one()
    database.close()
    assert chosen == ("lz4" if "lz4" in offered else offered[0])


def test_a_thousand_increments_by_eight_writers_are_a_thousand(database):
    with database.write() as connection:
        connection.execute(text("INSERT INTO installation (name, value) VALUES ('n', '0')"))

    def add(_number):
        with database.write() as connection:
            query = select(installation.c.value).where(installation.c.name == "n").with_for_update()
            n = int(connection.execute(query).scalar_one())
            connection.execute(text("UPDATE installation SET value = :v WHERE name = 'n'"), {"v": str(n + 1)})

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(add, range(1_000)))
    with database.read() as connection:
        assert setting(connection, "n") == "1000"


def test_a_writer_holds_the_write_lock_from_its_first_moment(sqlite_url):
    database = Database(sqlite_url)
    with database.write():
        other = sqlite3.connect(sqlite_url.removeprefix("sqlite:///"), timeout=0, isolation_level=None)
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            other.execute("BEGIN IMMEDIATE")
        other.execute("BEGIN")
        assert other.execute("SELECT count(*) FROM accounts").fetchone() == (0,)
        other.close()
    database.close()


def test_a_locked_database_says_so_and_stores_nothing(sqlite_url, monkeypatch):
    monkeypatch.setattr("store.database.BUSY_S", 0)
    holder, other = Database(sqlite_url), Database(sqlite_url)
    with holder.write(), pytest.raises(Unavailable, match="locked or away"), other.write():
        pass
    holder.close()
    other.close()


def test_a_database_that_is_away_says_where_without_its_password():
    database = Database("postgresql://someone:s3cret@127.0.0.1:1/nothing")
    with pytest.raises(Unavailable) as error, database.read():
        pass
    assert "127.0.0.1:1/nothing" in str(error.value)
    assert "s3cret" not in str(error.value)
    database.close()


def test_a_broken_unit_of_work_leaves_nothing(database):
    class BrokenError(Exception):
        pass

    def half():
        with database.write() as connection:
            connection.execute(text("INSERT INTO installation (name, value) VALUES ('half', '1')"))
            raise BrokenError

    with pytest.raises(BrokenError):
        half()
    with database.read() as connection:
        assert setting(connection, "half") == ""


def test_the_migrations_make_exactly_the_tables_that_the_code_speaks(database):
    with database.read() as connection:
        difference = compare_metadata(MigrationContext.configure(connection), metadata)
    assert difference == []


def test_migrating_twice_and_by_two_at_once_is_migrating_once(database):
    with ThreadPoolExecutor(2) as pool:
        assert set(pool.map(lambda _: migrate(database), range(2))) == {newest()}


def test_the_newest_revision_is_the_one_that_no_other_follows():
    assert newest() == ScriptDirectory(str(MIGRATIONS)).get_current_head()


def test_postgresql_is_migrated_by_command_only(postgresql_server):
    empty = Database(postgresql_server.url("postgres"))
    with pytest.raises(Unmigrated, match="seatsignal migrate"):
        require(empty)
    empty.close()


def upgraded(database: Database, revision: str, since: str) -> None:
    """What a later version's migration leaves."""
    with database.write() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :revision"), {"revision": revision})
        set_setting(connection, "code_since", since)


def test_code_goes_on_with_a_newer_schema_that_allows_it(database):
    upgraded(database, "9999", newest())
    require(database)


@pytest.mark.parametrize("since", ["9998", ""])
def test_and_not_with_one_that_does_not(database, since):
    upgraded(database, "9999", since)
    with pytest.raises(Unmigrated, match="too old"):
        require(database)


ADDING = {"create_table", "add_column", "create_index", "f", "execute"}


def added(file: Path) -> set[str]:
    """What a migration's upgrade asks of `alembic.op`."""
    (upgrade,) = (
        part
        for part in ast.parse(file.read_text(encoding="utf-8")).body
        if isinstance(part, ast.FunctionDef) and part.name == "upgrade"
    )
    calls = (node.func for node in ast.walk(upgrade) if isinstance(node, ast.Call))
    return {
        call.attr
        for call in calls
        if isinstance(call, ast.Attribute) and isinstance(call.value, ast.Name) and call.value.id == "op"
    }


def test_since_the_oldest_code_that_works_on_it_the_schema_was_only_added_to():
    files = sorted((MIGRATIONS / "versions").glob("[0-9]*.py"))
    later = [file for file in files if file.name[:4] > CODE_SINCE]
    assert any(file.name[:4] == CODE_SINCE for file in files)
    assert [(file.name, added(file) - ADDING) for file in later if added(file) - ADDING] == []


def test_sqlite_is_made_and_migrated_on_first_use(tmp_path):
    database = Database(str(tmp_path / "new" / "file.sqlite3"))
    require(database)
    with database.read() as connection:
        assert connection.execute(text("SELECT count(*) FROM accounts")).scalar_one() == 0
    database.close()


def test_the_clock_is_the_databases(database):
    seen = [database.now() for _ in range(3)]
    assert seen == sorted(seen)


def test_units_of_work_in_threads_do_not_share_a_connection(database):
    barrier = threading.Barrier(2)

    def look(_number):
        with database.read() as connection:
            barrier.wait()
            return id(connection.connection.driver_connection)

    with ThreadPoolExecutor(2) as pool:
        assert len(set(pool.map(look, range(2)))) == 2


def test_what_is_temporary_on_a_kept_connection_lasts_over_units_of_work_and_goes_with_it(database):
    with database.kept() as connection:
        with connection.begin():
            connection.execute(text("CREATE TEMPORARY TABLE kept (name TEXT PRIMARY KEY)"))
        with connection.begin():
            connection.execute(text("INSERT INTO kept VALUES ('x')"))
        with connection.begin():
            assert connection.execute(text("SELECT name FROM kept")).scalars().all() == ["x"]
    for begin in (database.kept, database.write):
        with begin() as connection:
            assert "kept" not in inspect(connection).get_temp_table_names()


def test_temporary_tables_of_a_kept_connection_are_files_and_those_of_others_are_not(sqlite_url):
    database = Database(sqlite_url)
    with database.kept() as connection:
        assert connection.exec_driver_sql("PRAGMA temp_store").scalar_one() == 1
    assert pragma(database, "temp_store") == 2
    database.close()


def test_a_kept_connection_begins_as_a_writer(sqlite_url):
    database = Database(sqlite_url)
    other = sqlite3.connect(sqlite_url.removeprefix("sqlite:///"), timeout=0, isolation_level=None)
    with database.kept() as connection:
        other.execute("BEGIN IMMEDIATE")
        other.execute("ROLLBACK")
        with connection.begin(), pytest.raises(sqlite3.OperationalError, match="locked"):
            other.execute("BEGIN IMMEDIATE")
    other.close()
    database.close()


@pytest.mark.parametrize(
    ("given", "driver"),
    [
        ("postgresql://h/d", "postgresql+psycopg"),
        ("sqlite:///f", "sqlite"),
        ("plain/file.sqlite3", "sqlite"),
    ],
)
def test_urls_get_our_drivers(given, driver):
    assert database_url(given).drivername == driver


def test_a_password_that_is_read_as_a_host_is_refused_and_not_told():
    with pytest.raises(Unusable, match="write @ in a user or a password as %40") as caught:
        database_url("postgresql://seat:p@canary@db.example/seat")
    assert "canary" not in str(caught.value)
    assert database_url("postgresql://seat:p%40ss@db.example/seat").password == "p@ss"
    assert database_url("me@home.sqlite3").database == "me@home.sqlite3"


def test_other_databases_are_refused():
    with pytest.raises(Unusable, match="mysql: the database's URL must read sqlite:///FILE or postgresql://"):
        database_url("mysql://h/d")
