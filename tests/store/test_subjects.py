"""People are kept once, under a token that only this installation can make."""

import string
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, update

from store.database import Database
from store.installation import secret
from store.subjects import EVERYTHING, consents_to, person, remember, set_consent, token
from store.tables import subjects
from tests.store.locks import anybody_waits

ANN, BOB = "Ann@customer.example", "bob@customer.example"


@pytest.fixture
def database(emptied_database: Database) -> Database:
    return emptied_database


def kept(database: Database, **people: str | None) -> dict[str, str]:
    with database.write() as connection:
        return remember(connection, people)


def known(database: Database, subject: str) -> tuple[str, str]:
    with database.read() as connection:
        return person(connection, subject)


def erase(database: Database, subject: str) -> None:
    gone = update(subjects).where(subjects.c.token == subject).values(erased_ms=1, email="", name="")
    with database.write() as connection:
        connection.execute(gone)


LETTERS = string.ascii_letters + string.digits
ADDRESSES = st.builds(
    "{}@{}.example".format,
    st.text(LETTERS + "!#$%&'*+-/=^_`{|}~.", min_size=1),
    st.text(LETTERS + "-", min_size=1),
)


@given(ADDRESSES)
def test_a_token_is_the_same_for_every_spelling_and_says_nothing(address):
    made = token(b"key", address)
    assert {token(b"key", spelling) for spelling in (address.upper(), address.lower(), f" {address}\n")} == {
        made
    }
    assert token(b"another key", address) != made
    assert (len(made), made.isalnum()) == (24, True)


def test_an_address_is_kept_as_it_was_first_written_and_joins_in_every_spelling(database):
    first = kept(database, **{f" {ANN}": None})
    again = kept(database, **{ANN.lower(): "Ann Example"})
    assert set(first.values()) == set(again.values())
    (subject,) = first.values()
    assert known(database, subject) == (ANN, "Ann Example")
    with database.read() as connection:
        assert subject == token(secret(connection), ANN)


@pytest.mark.parametrize(
    ("names", "name"),
    [
        ((None, "Ann"), "Ann"),
        (("Ann", None), "Ann"),
        (("Ann", "Ann Example"), "Ann Example"),
        ((None, None), ""),
    ],
)
def test_a_name_is_never_forgotten_and_the_latest_counts(database, names, name):
    for spoken in names:
        (subject,) = kept(database, **{ANN: spoken}).values()
    assert known(database, subject) == (ANN, name)


def test_nobody_is_kept_where_nobody_is_named(database):
    assert kept(database) == {}
    assert known(database, "unknown") == ("", "")


def test_who_was_erased_is_not_brought_back(database):
    tokens = kept(database, **{ANN: "Ann", BOB: "Bob"})
    erase(database, tokens[ANN])
    assert kept(database, **{ANN: "Ann again", BOB: None}) == tokens
    assert known(database, tokens[ANN]) == ("", "")
    assert known(database, tokens[BOB]) == (BOB, "Bob")
    with database.read() as connection:
        assert "Ann" not in str(connection.execute(select(subjects)).all())


def test_eight_at_once_keep_one_person(database):
    with ThreadPoolExecutor(8) as pool:
        tokens = set(pool.map(lambda _: kept(database, **{ANN: "Ann"})[ANN], range(8)))
    with database.read() as connection:
        assert connection.execute(select(subjects.c.token)).scalars().all() == list(tokens)


Wish = tuple[str, bool]


@pytest.mark.parametrize(
    ("wishes", "renewal", "failed_payment"),
    [
        ((), True, True),
        ((("renewal", False),), False, True),
        ((("renewal", False), ("renewal", True)), True, True),
        (((EVERYTHING, False),), False, False),
        (((EVERYTHING, False), ("renewal", True)), False, False),
        (((EVERYTHING, False), (EVERYTHING, True)), True, True),
        ((("renewal", False), (EVERYTHING, True)), False, True),
    ],
)
def test_what_a_person_said_last_counts(database, wishes, renewal, failed_payment):
    for topic, granted in wishes:
        with database.write() as connection:
            set_consent(connection, "ann", topic, granted=granted)
    with database.read() as connection:
        assert consents_to(connection, "ann", "renewal") is renewal
        assert consents_to(connection, "ann", "failed_payment") is failed_payment
        assert consents_to(connection, "bob", "renewal")


def test_the_same_wish_again_is_no_news(database):
    def wish(granted: bool) -> bool:
        with database.write() as connection:
            return set_consent(connection, "ann", "renewal", granted=granted)

    assert [wish(granted) for granted in (False, False, True, True, False)] == [
        True,
        False,
        True,
        False,
        True,
    ]


def test_one_of_eight_who_say_it_at_once_brings_the_news(database):
    def wish(_: int) -> bool:
        with database.write() as connection:
            return set_consent(connection, "ann", "renewal", granted=False)

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(wish, range(8))) == 1


@pytest.mark.parametrize("kept_database", ["postgresql"], indirect=True)
def test_two_sources_that_name_the_same_people_never_wait_for_each_other(database):
    with database.write() as connection:
        key = secret(connection)
    first, last = sorted((ANN, BOB), key=lambda email: token(key, email))
    with ThreadPoolExecutor(1) as other:
        with database.write() as connection:
            remember(connection, {first: "A"})
            beside = other.submit(kept, database, **{last: "B", first: "B"})
            while not anybody_waits(connection):
                assert not beside.done()
            remember(connection, {last: "A"})
        assert set(beside.result(timeout=60)) == {first, last}
