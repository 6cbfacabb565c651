"""Facts that differ by a text alone come in one order, whatever language the database sorts in."""

import pytest
from sqlalchemy import select

from health.figures.days import last_days
from health.records import Account, Limit, Ticket
from store.account_facts import AccountFacts
from store.asked import Asked
from store.database import is_postgresql
from store.figures import known
from store.matches import without_record
from store.order import by_bytes
from store.reading import PRESENT
from store.tables import accounts
from tests.store.test_facts import DAY, pull

NAMES = ["_b", "B", "a", "Z", "ä", "ab", "a-c", "é", "10", "9", "\U0001d4b3", "\ue000"]
BY_BYTES = sorted(NAMES, key=str.encode)
SORTED_BY_LANGUAGE = {"fact_tickets": "ticket_id", "fact_limits": "limit", "accounts": "key"}


@pytest.fixture
def in_a_language(emptied_database):
    """A connection to a database that would sort as people do, with facts named by texts of all kinds."""
    pull(emptied_database, [Account(name) for name in NAMES])
    pull(
        emptied_database, [each for name in NAMES for each in (Ticket(name, "a", 5), Limit("a", name, 1, 2))]
    )
    with emptied_database.write() as connection:
        if is_postgresql(connection):
            for table, column in SORTED_BY_LANGUAGE.items():
                kind = f'{table} ALTER COLUMN "{column}" TYPE text COLLATE "en-x-icu"'
                connection.exec_driver_sql(f"ALTER TABLE {kind}")
        yield connection
        connection.rollback()


def test_facts_that_tie_come_by_the_bytes_of_their_ids(in_a_language):
    query = select(accounts.c.id).where(accounts.c.key == "a")
    ours = in_a_language.execute(query).scalar_one()
    found = AccountFacts(Asked(in_a_language, PRESENT), [ours])
    assert [row.ticket_id for row in found.tickets[ours]] == BY_BYTES
    assert [row.limit for row in found.limits[ours]] == BY_BYTES
    (told,) = [each for each in known(in_a_language, ["tickets"], last_days(DAY, 30)) if each.tickets]
    assert [each.ticket_id for each in told.tickets] == BY_BYTES
    assert without_record(in_a_language, "crm") == BY_BYTES


def test_a_language_would_sort_them_otherwise(in_a_language):
    plain = in_a_language.execute(select(accounts.c.key).order_by(accounts.c.key)).scalars().all()
    assert (plain == BY_BYTES) is not is_postgresql(in_a_language)
    ordered = select(accounts.c.key).order_by(by_bytes(accounts.c.key))
    assert in_a_language.execute(ordered).scalars().all() == BY_BYTES
