"""Whom to talk to at an account: named as it is said, nowhere before, and by nobody once they are erased."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from health.nouns import Notice
from store import claims, erasure, settlement
from store.subjects import may_be_told
from tests import book
from tests.owed import rows
from tests.store.test_erasure import everything
from worker.deliver import Receipt
from worker.deployment import Deployment
from worker.release import go_live
from worker.words import prepare

NAMES = {
    "Ada Lovelace": True,
    "Jean-Luc O\u2019Neill": True,
    "Ngozi D'Arcy-Ọkọ": True,
    "Dr. Ann Sécret": True,
    "אדה לבלייס": True,
    "Ada": False,  # part of too many words to be sought
    "Adalovelace": False,
    "Smith & Sons": False,  # is written otherwise where it is said
    "<!channel> all": False,
    "Ada *Bold* Lace": False,
    "Ada\u202e Lovelace": False,
    "Room 12 Desk": False,
    "": False,
}


@pytest.mark.parametrize(("name", "told"), NAMES.items())
def test_a_name_is_told_that_would_be_found_again(name, told):
    assert may_be_told(name) is told


@pytest.fixture
def day(tmp_path: Path) -> Iterator[Deployment]:
    """The day of the book, at whose accounts several people are known."""
    opened = book.deployment(f"sqlite:///{tmp_path / 'day.sqlite3'}")
    book.judge_eve(opened, tmp_path / "eve")
    go_live(opened)
    folder = book.write(tmp_path / "day", news=True)
    named = dict(zip(book.ACCOUNTS, NAMES, strict=False))
    lines = ["account_id,email,name,role"]
    for account in book.ACCOUNTS:
        lines += [f"{account},billing@{account}.example,Bill Payer,billing"]
        lines += [f'{account},admin@{account}.example,"{named[account]}",admin']
        lines += [f"{account},fan@{account}.example,Grace Hopper,champion"]
    (folder / "contacts.csv").write_text("\n".join(lines) + "\n")
    book.judge_folder(opened, folder, book.DAY)
    yield opened
    opened.database.close()


def said(day: Deployment) -> dict[str, Notice]:
    """Send what is owed to Slack, and return it as it was said, by account."""
    with day.database.write() as connection:
        held = claims.claim(connection, "slack", 99, 30.0)
        ready = [prepare(day, connection, each) for each in held.notices]
        claims.keep_bodies(connection, held.token, ready)
        claims.mark(connection, held.token, [each.id for each in ready], keyed=True)
        settlement.settle(connection, held.token, [(each, Receipt(each.key, "sent")) for each in ready])
    return {each.key.split("/")[1]: each for each in ready if each.template == "alert"}


def field(notice: Notice) -> str:
    blocks = json.loads(notice.body)["blocks"]
    texts = [part["text"] for block in blocks for part in block.get("fields", ())]
    return next(text for text in texts if text.startswith("*Talk to*"))


def test_an_alert_names_the_first_of_the_roles_and_a_champion(day):
    alerts = said(day)
    assert set(alerts) == {book.LEAVING, book.UNPAID, book.RENEWING}
    names = dict(zip(book.ACCOUNTS, NAMES, strict=False))
    for account, notice in alerts.items():
        assert field(notice) == f"*Talk to*\n{names[account]}, admin\nGrace Hopper, champion"


def test_what_is_owed_names_nobody(day):
    owed = [row for row in rows(day.database) if row.destination == "slack"]
    assert len(owed) >= 3
    assert all('"contacts"' in row.payload for row in owed if row.template == "alert")
    for name in filter(None, [*NAMES, "Grace Hopper", "Bill Payer"]):
        assert all(name not in row.payload for row in owed)


def test_who_is_erased_is_in_nothing_that_was_said_and_in_nothing_that_is_said_later(day):
    name = dict(zip(book.ACCOUNTS, NAMES, strict=False))[book.LEAVING]
    before = said(day)[book.LEAVING]
    assert name in field(before)
    with day.database.read() as connection:
        assert name.lower() in everything(connection)
    erasure.erase(day.database, f"admin@{book.LEAVING}.example", "kim")
    with day.database.write() as connection:
        assert name.lower() not in everything(connection)
        (kept,) = [row for row in rows(day.database) if row.key == before.key]
        again = prepare(day, connection, Notice(**{"body": b""} | _noticed(kept)))
    assert field(again) == "*Talk to*\nthe admin contact\nGrace Hopper, champion"


def _noticed(row) -> dict[str, object]:
    names = ("key", "destination", "kind", "thread", "account", "template", "owner", "payload")
    return {name: getattr(row, name) for name in names}
