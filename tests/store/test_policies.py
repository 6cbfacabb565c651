"""Policies: what a verdict rests on is there when the file has changed."""

import json

from config.policy import load, stated
from store import policies
from tests import book


def test_a_policy_is_kept_once_and_is_the_same_when_read(emptied_database):
    shipped = load()
    for _ in range(2):
        with emptied_database.write() as connection:
            policies.keep(connection, shipped)
    with emptied_database.read() as connection:
        text = policies.data(connection, shipped.hash)
        assert policies.data(connection, "0" * 16) is None
    assert text is not None
    assert stated(json.loads(text)).hash == shipped.hash


def test_every_run_keeps_its_policy(sqlite_url, tmp_path):
    opened = book.deployment(sqlite_url)
    book.judge_eve(opened, tmp_path / "eve")
    with opened.database.read() as connection:
        assert policies.data(connection, opened.policy.hash) == opened.policy.data
    opened.database.close()
