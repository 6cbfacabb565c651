"""People who are erased: nothing of them is in a table any more, in a backup, or in what was said."""

import io
import logging
from collections.abc import Iterator
from contextlib import closing, contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec
from sqlalchemy import insert, select, update

from health.nouns import Notice, Receipt
from health.records import Account, Contact, Event, People, Record, Seat, Ticket
from store import claims, erasure, outbox, settlement
from store.backup import backup, restore
from store.database import Connection, Database
from store.installation import secret
from store.subjects import set_consent, token
from store.tables import accounts, assessments, audit, features, inbox, metadata, runs
from tests.chaos.security.measured import Tally
from tests.chaos.verdict import Verdict
from tests.owed import go_live, notice
from tests.store.test_facts import pull

DAY = date(2026, 6, 1)
BY_ADDRESS = (Contact, Seat, People)
"""What names a person by their address; in free texts a source may name them again."""
LEAST_PLACES = 8
"""Columns in which each person is before they are erased."""


@dataclass(frozen=True)
class Person:
    """Somebody with a heart that nothing else holds."""

    number: int

    @property
    def heart(self) -> str:
        """What is looked for, in small letters."""
        return f"canary{self.number}x"

    @property
    def email(self) -> str:
        """An address with capitals."""
        return f"Canary{self.number}X@customer.example"

    @property
    def name(self) -> str:
        """A name of two words."""
        return f"Ann Canary{self.number}x"


def bar(database: Database, people: int) -> Verdict:
    """Put so many people wherever a person can be in an empty database, erase them, and look for them."""
    tally = Tally("people", database.dialect)
    known = [Person(number) for number in range(1, people + 1)]
    placed(database, known)
    before = left(database, known)
    with overheard() as said:
        for person in known:
            erasure.erase(database, person.email, "operator")
        again = [one for person in known for one in stated(person, DAY) if isinstance(one, BY_ADDRESS)]
        pull(database, again)
    tally.count(left(database, known) + hearts(said.getvalue(), known) + in_backup(database, known), people)
    return tally.verdict(people).against({"before": before // LEAST_PLACES // people})


@contextmanager
def overheard() -> Iterator[io.StringIO]:
    """Whatever is written or logged, before anything is taken out of it."""
    said, root = io.StringIO(), logging.getLogger()
    level, heard = root.level, logging.StreamHandler(said)
    root.addHandler(heard)
    root.setLevel(logging.DEBUG)
    try:
        with redirect_stdout(said), redirect_stderr(said):
            yield said
    finally:
        root.removeHandler(heard)
        root.setLevel(level)


def placed(database: Database, people: list[Person]) -> None:
    """Facts and their past, what is owed and was sent, calls, verdicts and feature rows."""
    go_live(database)
    pull(database, [record for person in people for record in stated(person, DAY - timedelta(1))])
    pull(database, [record for person in people for record in stated(person, DAY)])
    with database.write() as connection:
        told(connection, people)
        judged(connection, people)


def stated(person: Person, day: date) -> list[Record]:
    """What a source says of a person and their account; each day something else."""
    account, email = f"a{person.number}", person.email
    acts = msgspec.json.encode({email: ("sales", {"export": 2.0})}).decode()
    return [
        Account(account, name=f"{person.name} {day}", csm_email=email),
        Contact(account, email, person.name, "champion"),
        Seat(account, email.lower(), email=email, department=str(day)),
        Ticket(
            f"t{person.number}", account, 1, subject=f"{day} {person.name.upper()} ({email.upper()}) waits"
        ),
        Event(account, 1, "note", f"{day} {email}"),
        People(account, day, acts=acts),
    ]


def told(connection: Connection, people: list[Person]) -> None:
    """Letters, a sent one and an open one each, and a vendor's call."""
    key = secret(connection)
    owed = [
        letter(person, token(key, person.email), which) for person in people for which in ("sent", "open")
    ]
    outbox.plan(connection, None, owed)
    outbox.make_due(connection, None)
    held = claims.claim(connection, "mail", len(owed), 30)
    sent = [worded(each) for each in held.notices if each.key.startswith("sent")]
    claims.keep_bodies(connection, held.token, sent)
    claims.mark(connection, held.token, [each.id for each in sent], keyed=True)
    receipts = [(each, Receipt(each.key, "sent", remote=f"<{each.key}@seller.example>")) for each in sent]
    settlement.settle(connection, held.token, receipts)
    for person in people:
        set_consent(connection, token(key, person.email), "renewal", granted=False)
        body = f'\0{{"email":"{person.email}"}}'.encode()
        row = {"source": "stripe", "event": str(person.number), "body": body, "received_ms": 1}
        connection.execute(insert(inbox).values(row))
        connection.execute(insert(audit).values(about=person.email, detail=f"wrote to {person.name}"))


def letter(person: Person, owner: str, which: str) -> Notice:
    """A letter that names its person in its payload."""
    payload = f'{{"to": "{person.name}", "cc": "{person.email}"}}'
    return notice(f"{which}/{person.number}", destination="mail", owner=owner, payload=payload)


def worded(of: Notice) -> Notice:
    """A notice with a body that repeats its payload."""
    return replace(of, body=f"Dear {of.payload}".encode(), attempt=1)


def judged(connection: Connection, people: list[Person]) -> None:
    """A packed verdict and a packed feature row of each account that name its person."""
    run = connection.execute(insert(runs).values(as_of=DAY).returning(runs.c.id)).scalar_one()
    ids = {row.key: row.id for row in connection.execute(select(accounts.c.key, accounts.c.id))}
    for person in people:
        account = ids[f"a{person.number}"]
        packed = msgspec.msgpack.encode({"n": 0, "evidence": [f"{person.name} <{person.email}> asked"]})
        row = {"account": account, "as_of": DAY, "run": run, "coverage": 1, "verdict": packed}
        connection.execute(insert(assessments).values(row))
        connection.execute(insert(features).values(account=account, packed=packed))
    connection.execute(update(accounts).values(fresh=accounts.c.touched))


def left(database: Database, people: list[Person]) -> int:
    """In how many columns of how many people something of them is."""
    found = 0
    with database.read() as connection:
        for table in metadata.sorted_tables:
            for column in table.columns:
                values = connection.execute(select(column).where(column.is_not(None))).scalars().all()
                found += hearts("\n".join(map(_plain, values)), people)
    return found


def _plain(value: object) -> str:
    return bytes(value).decode("latin-1") if isinstance(value, bytes | memoryview) else str(value)


def hearts(text: str, people: list[Person]) -> int:
    """How many people a text holds something of."""
    small = text.lower()
    return sum(person.heart in small for person in people)


def in_backup(database: Database, people: list[Person]) -> int:
    """How many people are in the bytes of a backup, or in what is restored from it (SQLite)."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / "backup"
        backup(database, file)
        found = hearts(file.read_bytes().decode("latin-1"), people)
        if database.dialect == "sqlite":
            with closing(Database(f"sqlite:///{folder}/restored.sqlite3")) as restored:
                restore(restored, file)
                found += left(restored, people)
    return found
