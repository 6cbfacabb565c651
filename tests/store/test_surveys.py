"""Answers to surveys by mail: linked by our own key, known from their own instant, judged anew for each."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select, update

from health.figures.days import start_ms
from health.records import Account, Survey
from store import history, identity, runs, sources, surveys
from store.database import Database
from store.surveys import SOURCE
from store.tables import accounts, links, notices, source_accounts
from tests.owed import notice, owe
from tests.store.test_facts import pull

DAY = date(2026, 6, 1)
HOUR_MS = 3_600_000
NPS = ("survey_nps",)
SURVEYS = ("survey_nps", "survey_activation")


def at_ms(days: int, hour: int = 12) -> int:
    return start_ms(DAY + timedelta(days=days)) + hour * HOUR_MS


@pytest.fixture
def database(emptied_database: Database) -> Database:
    pull(emptied_database, [Account("a"), Account("b")])
    return emptied_database


def answer(database: Database, score: float, days: int, *, account: str = "a", who: str = "ada") -> None:
    with database.write() as connection:
        batch = surveys.begin(connection)
        surveys.keep(connection, batch, Survey(account, "nps", score, at_ms(days), who))


def known_at(database: Database, day: date) -> list[float]:
    """The answers that a verdict at the start of a day may rest on."""
    with database.read() as connection:
        then = history.moment(connection, day)
        ids = connection.execute(select(accounts.c.id).where(accounts.c.key == "a")).scalars().all()
        (row,) = history.rows_at(connection, ids, ("active_users",), then)
    return [each.score for each in row.surveys]


def test_an_answer_counts_from_its_own_instant_and_not_before(database: Database) -> None:
    answer(database, 9, 0)
    answer(database, 2, 3)
    days = (DAY, DAY + timedelta(days=1), DAY + timedelta(days=3), DAY + timedelta(days=4))
    assert [known_at(database, day) for day in days] == [[], [9.0], [9.0], [2.0]]


def test_before_any_answer_nothing_is_known_of_surveys(database: Database) -> None:
    answer(database, 9, 0)
    with database.read() as connection:
        before, after = (
            history.freshness(connection, history.moment(connection, day))[SOURCE].kinds
            for day in (DAY, DAY + timedelta(days=1))
        )
    assert (before, after) == (frozenset(), frozenset({"surveys"}))


def test_an_answer_founds_no_account(database: Database) -> None:
    answer(database, 9, 0, account="nobody's")
    with database.read() as connection:
        assert connection.execute(select(accounts.c.key).order_by(accounts.c.key)).scalars().all() == [
            "a",
            "b",
        ]


def test_an_answer_touches_its_account_alone(database: Database) -> None:
    with database.write() as connection:
        connection.execute(update(accounts).values(judged=accounts.c.touched))
        assert not runs.touched(connection)
    answer(database, 9, 0)
    with database.read() as connection:
        touched = select(accounts.c.key).where(accounts.c.touched > accounts.c.judged)
        assert connection.execute(touched).scalars().all() == ["a"]


def test_a_person_who_took_the_link_away_is_obeyed(database: Database) -> None:
    """Our own key links it once; whoever undid that is not overruled by the next answer."""
    answer(database, 9, 0)
    with database.write() as connection:
        assert identity.unlink(connection, SOURCE, "a")
    answer(database, 2, 1)
    assert known_at(database, DAY + timedelta(days=9)) == []


def test_the_answers_to_a_letter_are_one_person_s_since_it_was_asked(database: Database) -> None:
    answer(database, 9, 0)
    answer(database, 8, 2)
    answer(database, 1, 2, who="bob")
    answer(database, 3, 2, account="b")
    with database.read() as connection:
        found = surveys.answers(connection, "a", "nps", "ada", start_ms(DAY + timedelta(days=1)))
        everything = surveys.answers(connection, "a", "nps", "ada", 0)
    assert found == [(8.0, at_ms(2))]
    assert everything == [(9.0, at_ms(0)), (8.0, at_ms(2))]


def test_two_answers_are_stored_one_after_the_other(database: Database) -> None:
    answer(database, 9, 0)
    answer(database, 2, 3)
    with database.read() as connection:
        assert sources.known(connection)[SOURCE] == 2
        query = select(links.c.account).join(source_accounts).where(source_accounts.c.source == SOURCE)
        assert len(connection.execute(query).all()) == 1


# -- who was asked before ----------------------------------------------------------------------------


def asked(database: Database, key: str, template: str = "survey_nps", *, owner: str = "ada") -> None:
    owe(database, notice(key, destination="mail", template=template, owner=owner))


def settle(database: Database, key: str, status: str, days_ago: float = 0) -> None:
    settled = notices.c.planned_ms - int(days_ago * 24 * HOUR_MS)
    with database.write() as connection:
        connection.execute(
            update(notices).where(notices.c.key == key).values(status=status, settled_ms=settled)
        )


def lately(database: Database, key: str, templates: tuple[str, ...] = SURVEYS, days: int = 30) -> bool:
    with database.read() as connection:
        ours = connection.execute(select(notices.c.id).where(notices.c.key == key)).scalar_one()
        return surveys.sent_lately(connection, "ada", ours, templates, days)


@pytest.mark.parametrize(
    ("status", "days_ago", "expected"),
    [
        ("sent", 0, True),
        ("unknown", 1, True),
        ("sent", 29.9, True),
        ("sent", 30.1, False),
        ("suppressed", 0, False),
        ("quarantined", 0, False),
        ("due", 0, False),
        ("claimed", 0, True),
        ("sending", 0, True),
    ],
)
def test_who_was_sent_a_survey_lately(
    database: Database, status: str, days_ago: float, expected: bool
) -> None:
    asked(database, "before", "survey_activation")
    asked(database, "ours")
    settle(database, "before", status, days_ago)
    assert lately(database, "ours") is expected
    assert lately(database, "ours", NPS) is False


def test_of_two_in_hand_the_first_goes_and_others_are_no_matter(database: Database) -> None:
    asked(database, "first")
    asked(database, "second")
    asked(database, "bob", owner="bob")
    asked(database, "a letter", "renewal")
    for key in ("first", "second", "bob", "a letter"):
        settle(database, key, "claimed")
    assert (lately(database, "first"), lately(database, "second")) == (False, True)
