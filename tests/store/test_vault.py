"""Secrets in the database: encrypted with keys that are not in it, and turned from one key to the next."""

from contextlib import closing

import pytest
from pydantic import ValidationError
from sqlalchemy import select

from config.settings import Settings
from store import credentials, vault
from store.database import Database
from store.installation import SECRET, secret, setting
from store.schema import require
from store.tables import metadata
from worker.secrets import secrets

OLD, NEW, OTHER = (vault.new_key() for _ in range(3))
TOKEN = "canary-refresh-token"


@pytest.fixture
def database(sqlite_url):
    with closing(Database(sqlite_url)) as opened:
        yield opened


@pytest.fixture
def keyed(monkeypatch):
    """Sets the keys, as a process that is started anew would have them."""

    def set_to(*keys: str) -> None:
        chosen = Settings(encryption_keys=",".join(keys))
        monkeypatch.setattr("config.settings.settings", lambda: chosen)

    return set_to


def raw(database: Database) -> str:
    """Everything in the database."""
    with database.read() as connection:
        return str([connection.execute(select(table)).all() for table in metadata.sorted_tables])


def test_a_new_installation_s_secret_is_encrypted_where_there_is_a_key(database, keyed):
    keyed(OLD)
    with database.write() as connection:
        connection.exec_driver_sql("DELETE FROM installation")
        made = secret(connection)
        assert vault.is_sealed(setting(connection, SECRET))
        assert secret(connection) == made
    assert made.hex() not in raw(database)


def test_rekeying_begins_and_turns_and_the_secret_stays(database, keyed):
    with database.read() as connection:
        before = secret(connection)
    for keys in ((OLD,), (NEW, OLD), (NEW,)):
        keyed(*keys)
        with database.write() as connection:
            if keys == (OLD,):
                credentials.keep(connection, "desk", TOKEN)
            assert credentials.rekey(connection) == 2
            assert (secret(connection), credentials.kept(connection, "desk")) == (before, TOKEN)
    assert before.hex() not in raw(database)
    assert TOKEN not in raw(database)
    keyed(OLD)
    with pytest.raises(vault.Locked), database.read() as connection:
        secret(connection)


@pytest.mark.parametrize(
    ("keys", "said"), [((), "set SEATSIGNAL_ENCRYPTION_KEYS"), ((OTHER,), "another key")]
)
def test_without_the_key_or_with_another_nothing_begins(database, keyed, keys, said):
    keyed(OLD)
    with database.write() as connection:
        credentials.rekey(connection)
    keyed(*keys)
    with pytest.raises(vault.Locked, match=said) as caught:
        require(database)
    told = f"{caught.value!r}{caught.value.__cause__!r}{caught.value.__context__!r}"
    assert not any(key in told for key in (OLD, OTHER, "gAAAA"))
    with pytest.raises(vault.Locked), database.write() as connection:
        credentials.rekey(connection)
    keyed(OLD)
    require(database)


def test_what_a_vendor_gives_is_not_stored_in_the_clear(database, keyed):
    keyed()
    with pytest.raises(vault.Locked, match="config key"), database.write() as connection:
        credentials.keep(connection, "desk", TOKEN)
    keyed(OLD)
    with database.write() as connection:
        credentials.keep(connection, "desk", "first")
        credentials.keep(connection, "desk", TOKEN)
        assert credentials.kept(connection, "desk") == TOKEN
        credentials.drop(connection, "desk")
        assert credentials.kept(connection, "desk") == ""


def test_a_changed_secret_is_refused(keyed):
    keyed(OLD)
    stored = vault.sealed(TOKEN)
    changed = stored[:-10] + ("A" if stored[-10] != "A" else "B") + stored[-9:]
    with pytest.raises(vault.Locked):
        vault.opened(changed)
    assert vault.opened(stored) == TOKEN


@pytest.mark.parametrize(
    "written",
    ["short", OLD[:-4], f"{OLD},x", "ü" * 32, OLD + OLD],
    ids=["short", "cut", "beside one", "no ASCII", "two at once"],
)
def test_what_is_no_key_is_refused_and_not_shown(written):
    with pytest.raises(ValidationError) as caught:
        Settings(encryption_keys=written)
    assert "config key" in str(caught.value.errors()[0]["msg"])


def test_keys_are_taken_out_of_logs_each_by_itself():
    chosen = Settings(encryption_keys=f"{NEW}, {OLD}")
    assert {NEW, OLD} <= secrets(chosen)
    assert NEW not in repr(chosen)
    assert chosen.keys == (NEW, OLD)
