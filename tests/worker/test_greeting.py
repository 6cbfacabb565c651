"""Whom a letter greets: by the name that a source states, which is not stored with what is owed."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from health.nouns import Notice
from store import claims, erasure, settlement
from store.database import Connection
from tests import book
from tests.owed import rows
from tests.store.test_erasure import everything
from worker.deliver import Receipt
from worker.deployment import Deployment
from worker.modes import Kept
from worker.release import go_live
from worker.words import prepare

NAME, AS_HTML = "Ngozi D'Arcy-Ọkọ", "Ngozi D&#39;Arcy-Ọkọ"
STATED = {book.RENEWING: NAME, book.UNPAID: "Smith & Sons"}
"""Names by account, the second of nobody in particular."""


@pytest.fixture(params=[True, False], ids=["leaves by itself", "waits for a person"])
def day(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Deployment]:
    modes = {} if request.param else {"modes": None}
    opened = book.deployment(f"sqlite:///{tmp_path / 'day.sqlite3'}", **modes)
    book.judge_eve(opened, tmp_path / "eve")
    go_live(opened)
    folder = book.write(tmp_path / "day", news=True)
    people = folder / "contacts.csv"
    for account, name in STATED.items():
        people.write_text(people.read_text().replace(f"Dana of {account},", f'"{name}",'))
    book.judge_folder(opened, folder, book.DAY)
    yield opened
    opened.database.close()


def letters(day: Deployment) -> Mapping[str, dict[str, Any]]:
    """Word what is owed by mail, keep it, and return it by account."""
    with day.database.write() as connection:
        held = claims.claim(connection, "mail", 99, 30.0)
        ready = [_prepared(day, connection, each) for each in held.notices]
        claims.keep_bodies(connection, held.token, ready)
        claims.mark(connection, held.token, [each.id for each in ready], keyed=True)
        settlement.settle(connection, held.token, [(each, Receipt(each.key, "sent")) for each in ready])
    return {each.key.split("/")[2]: json.loads(each.body) for each in ready}


def _prepared(day: Deployment, connection: Connection, notice: Notice) -> Notice:
    try:
        return prepare(day, connection, notice)
    except Kept as kept:
        return kept.notice


def test_a_letter_greets_by_name_and_who_is_erased_is_in_none_that_is_kept(day: Deployment) -> None:
    assert all(name not in row.payload for row in rows(day.database) for name in STATED.values())
    written = letters(day)
    assert f"Hello {NAME},\n" in written[book.RENEWING]["text"]
    assert f"Hello {AS_HTML}," in written[book.RENEWING]["html"]
    assert "Hello,\n" in written[book.UNPAID]["text"]
    with day.database.read() as connection:
        assert AS_HTML.lower() in everything(connection)
    erasure.erase(day.database, book.person(book.RENEWING), "operator")
    with day.database.read() as connection:
        kept = everything(connection)
    assert NAME.lower() not in kept
    assert AS_HTML.lower() not in kept
