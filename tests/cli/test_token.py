"""``seatsignal token``: made for a program, shown once, ended at once."""

import pytest

from cli.token import SCOPES
from dashboard.access import digest
from dashboard.api.callers import LONGEST_DAYS, PREFIX, Scope
from store import tokens
from store.database import Database
from tests.cli.conftest import Seatsignal

ADD = ("token", "add", "board", "--scope", "figures", "--scope", "accounts", "--days", "90")


def test_a_token_is_shown_once_and_only_its_hash_is_kept(eve: Seatsignal):
    shown = eve(*ADD, "--json").document
    listed = eve("token", "list", "--json")

    assert shown["token"].startswith(PREFIX)
    assert shown["scopes"] == ["accounts", "figures"]
    assert shown["token"] not in listed.out
    (row,) = listed.document
    assert (row["name"], row["state"], row["seen_on"]) == ("board", "counts", None)
    database = Database(eve.url)
    with database.read() as connection:
        found = tokens.find(connection, digest(shown["token"]))
        assert found is not None
        assert found.ends_ms - found.made_ms == 90 * 86_400_000
    database.close()


def test_a_token_is_ended_once(eve: Seatsignal):
    eve(*ADD)

    assert eve(*ADD).status == 1
    assert eve("token", "revoke", "board").status == 0
    assert eve("token", "revoke", "board").status == 1
    assert [row["state"] for row in eve("token", "list", "--json").document] == ["revoked"]
    assert eve(*ADD).status == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["board", "--scope", "everything", "--days", "1"], "'everything' is none of accounts"),
        (["board", "--days", "1"], "Missing option '--scope'"),
        (["board", "--scope", "figures"], "Missing option '--days'"),
        (["board", "--scope", "figures", "--days", "367"], "less than or equal to 366"),
        (["board", "--scope", "figures", "--days", "0"], "greater than or equal to 1"),
        (["x" * 101, "--scope", "figures", "--days", "1"], "at most 100 characters"),
    ],
)
def test_wrong_use_makes_no_token(eve: Seatsignal, words, said):
    done = eve("token", "add", *words, COLUMNS="200")

    assert (done.status, done.out) == (2, "")
    assert said in done.err
    assert eve("token", "list", "--json").document == []


def test_the_scopes_that_are_told_are_those_there_are():
    assert set(SCOPES) == set(Scope)
    assert LONGEST_DAYS == 366
