"""How long tickets took to be solved, on both databases."""

from health.records import Account, Ticket
from store import tickets
from store.database import Database
from tests.store.test_facts import pull

HOUR_MS = 3_600_000


def test_how_long_each_ticket_took_that_was_solved_within_a_time(emptied_database: Database) -> None:
    pull(
        emptied_database,
        [
            Account("a"),
            Account("b"),
            Ticket("t1", "a", 0, HOUR_MS),
            Ticket("t2", "a", HOUR_MS, 5 * HOUR_MS),
            Ticket("t3", "a", HOUR_MS, 10 * HOUR_MS),  # solved at the end, which is left out
            Ticket("t4", "a", 9 * HOUR_MS, 8 * HOUR_MS),  # solved before it was opened
            Ticket("t5", "a", HOUR_MS),
            Ticket("t6", "b", HOUR_MS, 2 * HOUR_MS),
        ],
    )
    with emptied_database.read() as connection:
        took = {each: sorted(tickets.solving_ms(connection, each, HOUR_MS, 10 * HOUR_MS)) for each in (1, 2)}
    assert took == {1: [HOUR_MS, 4 * HOUR_MS], 2: [HOUR_MS]}
