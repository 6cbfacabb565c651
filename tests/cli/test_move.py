"""Moving by command: what the old database said, the new one says, and the old one never goes on."""

import json

from tests import book
from tests.cli.conftest import Make, Seatsignal
from tests.owed import standing


def test_what_is_owed_and_what_was_said_of_accounts_moves_along(
    owing: Seatsignal, on: Make, postgresql_url: str
):
    statement = owing.home / "statement.json"
    statement.write_text(owing("explain", book.LEAVING, "--statement").out)
    told = {
        words: owing(*words.split(), "--json").out
        for words in ("accounts", "notices --status due", "balance")
    }
    moved = owing("move", "--to", postgresql_url, "--json")
    assert (moved.status, moved.document["moved"]["accounts"]) == (0, len(book.ACCOUNTS))
    new = on(postgresql_url)
    assert {words: new(*words.split(), "--json").out for words in told} == told
    assert new("balance").status == new("verify", str(statement)).status == 0
    assert json.loads(told["notices --status due"]) != []
    for database in (owing.database(), new.database()):
        assert set(standing(database).values()) >= {"due"}
        database.close()


def test_the_old_one_never_goes_on(owing: Seatsignal, on: Make):
    new = f"sqlite:///{owing.home / 'moved.sqlite3'}"
    assert owing("move", "--to", new).status == 0
    refused = owing("resume")
    assert (refused.status, "another database" in refused.err) == (1, True)
    assert on(new)("resume").status == 0
    again = owing("move", "--to", f"sqlite:///{owing.home / 'second.sqlite3'}")
    assert (again.status, "was moved before" in again.err) == (1, True)


def test_to_the_database_it_is_in_nothing_moves(owing: Seatsignal):
    refused = owing("move", "--to", owing.url)
    assert (refused.status, "is where everything is" in refused.err) == (1, True)
    assert owing("resume").status == 0
