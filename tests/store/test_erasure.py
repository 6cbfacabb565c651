"""Who is erased is in no table any more, in whatever spelling, and nobody brings them back."""

from dataclasses import replace
from datetime import date

import msgspec
import pytest
from sqlalchemy import LargeBinary, Text, func, insert, select, update

from config.settings import Settings
from health.nouns import Receipt
from health.records import Account, Contact, People, Seat, Ticket
from store import balance, claims, erasure, outbox, settlement
from store.database import Connection, Database
from store.erasure import ERASED, erase
from store.installation import secret
from store.subjects import person, set_consent, token
from store.tables import (
    accounts,
    assessments,
    audit,
    facts,
    features,
    inbox,
    installation,
    metadata,
    notices,
    runs,
)
from store.vault import is_sealed, new_key
from tests.owed import go_live, notice
from tests.store.test_facts import pull

ANN, NAME = "Ann.Secret@customer.example", "Ann Sécret"
BOB = "bob@customer.example"
DAY = date(2026, 6, 1)


@pytest.fixture
def database(emptied_database: Database) -> Database:
    go_live(emptied_database)
    return emptied_database


def everything(connection: Connection) -> str:
    """All texts and bytes of every table, in small letters."""
    found: list[str] = []
    for table in metadata.sorted_tables:
        for column in table.columns:
            if isinstance(column.type, Text | LargeBinary):
                values = connection.execute(select(column)).scalars()
                found += [
                    value if isinstance(value, str) else bytes(value).decode("utf-8", "ignore")
                    for value in values
                    if value is not None
                ]
    return "\n".join(found).lower()


def stated(database: Database) -> None:
    """Facts with Ann in them wherever a person can be, and Bob beside her."""
    acts = msgspec.json.encode({ANN: ("sales", {"export": 2.0}), BOB: ("sales", {"export": 1.0})}).decode()
    pull(
        database,
        [
            Account("a", csm_email=ANN),
            Contact("a", ANN, NAME, "champion"),
            Contact("a", BOB, "Bob Public"),
            Seat("a", ANN.lower(), email=ANN),
            Seat("a", "u-7", email=BOB),
            Ticket("t", "a", 1, subject=f"{NAME.upper()} ({ANN.upper()}) cannot sign in, bob can"),
            People("a", DAY, acts=acts),
        ],
    )


def told(database: Database) -> None:
    """What is owed to her, what was sent, and what was said of her account."""
    with database.write() as connection:
        ann = token(secret(connection), ANN)
        written = {"destination": "mail", "owner": ann, "payload": f'{{"to": "{NAME}"}}'}
        letters = [notice(f"letter/{n}", **written) for n in "abc"]
        outbox.plan(connection, None, letters)
        outbox.make_due(connection, None)
        held = claims.claim(connection, "mail", 2, 30)
        claims.keep_bodies(connection, held.token, [worded(each) for each in held.notices])
        claims.mark(connection, held.token, [each.id for each in held.notices], keyed=True)
        sent = worded(held.notices[0])
        settlement.settle(connection, held.token, [(sent, Receipt(sent.key, "sent"))])
        set_consent(connection, ann, "renewal", granted=False)
        call = {"source": "stripe", "event": "e", "body": f'\0{{"email":"{ANN}"}}'.encode()}
        connection.execute(insert(inbox).values(received_ms=1, **call))


def worded(of):
    return replace(of, body=f"Dear {NAME} <{ANN}>".encode(), attempt=1)


def verdict_of(database: Database) -> None:
    """A packed verdict and a packed feature row that hold her address after a byte of zero."""
    packed = msgspec.msgpack.encode({"n": 0, "evidence": [f"{NAME} <{ANN}> asked to cancel"], "left": 7})
    with database.write() as connection:
        run = connection.execute(insert(runs).values(as_of=DAY).returning(runs.c.id)).scalar_one()
        account = connection.execute(select(accounts.c.id)).scalar_one()
        connection.execute(
            insert(assessments).values(account=account, as_of=DAY, run=run, coverage=1, verdict=packed)
        )
        connection.execute(insert(features).values(account=account, packed=packed))
        connection.execute(update(accounts).values(fresh=accounts.c.touched))


@pytest.fixture
def full(database: Database) -> Database:
    stated(database)
    told(database)
    verdict_of(database)
    return database


def erased(database: Database) -> dict[str, int]:
    return erase(database, f" {ANN.upper()} ", "operator")


def test_she_was_everywhere_before(full):
    with full.read() as connection:
        text = everything(connection)
    assert text.count(ANN.lower()) > 7
    assert NAME.lower() in text


def test_nothing_of_her_is_left_and_all_of_the_others_is(full):
    changed = erased(full)
    with full.read() as connection:
        text = everything(connection)
        assert (text.count(ANN.lower()), text.count(NAME.lower()), "sécret" in text) == (0, 0, False)
        assert person(connection, token(secret(connection), BOB)) == (BOB, "Bob Public")
        assert ERASED in text
        assert "bob can" in text
    assert {"inbox", "notices", "assessments", "fact_tickets", "fact_people", "consents"} <= set(changed)


def test_what_was_packed_can_be_read_and_what_was_counted_still_adds_up(full):
    erased(full)
    with full.read() as connection:
        (verdict,) = connection.execute(select(assessments.c.verdict)).scalars()
        assert msgspec.msgpack.decode(verdict)["left"] == 7
        assert connection.execute(select(features)).all() == []
        assert connection.execute(select(accounts.c.fresh)).scalar_one() == 0
        assert list(balance.defects(connection)) == []


def test_nothing_more_is_sent_to_her(full):
    erased(full)
    with full.read() as connection:
        rows = connection.execute(select(notices.c.status, notices.c.reason).order_by(notices.c.id)).all()
    assert rows == [("sent", ""), ("suppressed", "erased"), ("suppressed", "erased")]


def test_nobody_brings_her_back(full):
    erased(full)
    pull(full, [Contact("a", ANN, NAME, "champion"), Seat("a", ANN.lower(), email=ANN)])
    with full.read() as connection:
        assert person(connection, token(secret(connection), ANN)) == ("", "")
        assert ANN.lower() not in everything(connection)


def test_who_was_never_here_is_kept_out_too(database):
    assert erase(database, ANN, "operator") == {"subjects": 1}
    pull(database, [Contact("a", ANN, NAME)])
    with database.read() as connection:
        assert ANN.lower() not in everything(connection)
        line = connection.execute(select(audit.c.action, audit.c.actor)).one()
    assert tuple(line) == ("erased", "operator")


# -- in pieces ---------------------------------------------------------------------------------------


class KilledError(Exception):
    pass


def test_she_is_out_of_reach_at_once_and_whoever_erases_next_ends_what_was_cut_off(full, monkeypatch):
    clean, cut = erasure._clean, "fact_tickets"

    def dying(connection, table, *rest):
        if table.name == cut:
            raise KilledError
        return clean(connection, table, *rest)

    with monkeypatch.context() as dead:
        dead.setattr(erasure, "_clean", dying)
        with pytest.raises(KilledError):
            erased(full)
    with full.read() as connection:
        assert person(connection, token(secret(connection), ANN)) == ("", "")
        assert connection.execute(select(func.count()).where(notices.c.status == "due")).scalar_one() == 0
        assert NAME.lower() in everything(connection)
    assert erase(full, "nobody@customer.example", "operator")["fact_tickets"] == 1
    with full.read() as connection:
        text = everything(connection)
        assert (text.count(ANN.lower()), text.count(NAME.lower())) == (0, 0)
        assert "erasing" not in text


def test_what_is_sought_meanwhile_is_encrypted_where_there_is_a_key(full, monkeypatch):
    chosen = Settings(encryption_keys=new_key())
    monkeypatch.setattr("config.settings.settings", lambda: chosen)
    with full.write() as connection:
        erasure._begun(connection, ANN, "operator")
        (noted,) = connection.execute(
            select(installation.c.value).where(installation.c.name.startswith("erasing:"))
        ).scalars()
    assert is_sealed(noted)
    erased(full)
    with full.read() as connection:
        assert NAME.lower() not in everything(connection)


def test_what_somebody_writes_meanwhile_is_found_at_the_next_look(full, monkeypatch):
    clean, late = erasure._clean, []

    def writing(connection, table, *rest):
        if table.name == "inbox" and not late:
            late.append(connection.execute(insert(audit).values(detail=f"wrote to {ANN}")))
        return clean(connection, table, *rest)

    monkeypatch.setattr(erasure, "_clean", writing)
    erased(full)
    assert late, "the audit table has been looked through by then"
    with full.read() as connection:
        assert ANN.lower() not in everything(connection)


def test_two_rows_that_become_one_are_one(full):
    pull(full, [Seat("a", ANN, email=BOB), Seat("a", ANN.lower(), email=ANN)])
    erased(full)
    with full.read() as connection:
        assert ANN.lower() not in everything(connection)
        users = connection.execute(select(facts["seats"].c.user_id)).scalars().all()
        assert sorted(users) == sorted({token(secret(connection), ANN), "u-7"})
