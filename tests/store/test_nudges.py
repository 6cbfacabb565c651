"""Since when letters are sent, who is sent none, and the facts that nudges alone go by, on both databases."""

from datetime import date, timedelta

import pytest
from sqlalchemy import insert, select, update

from health.nouns import Notice
from store import nudges, sources, stops
from store.nudges import PAUSE_DAYS, Attempt, Licence, Purchase
from store.tables import accounts, contact_stops, facts, links, notices, source_accounts

DAY = date(2026, 6, 1)
NOON_MS = 1_780_315_200_000


@pytest.fixture
def database(emptied_database):
    """Two accounts, of which the first is linked to a source and was linked to another."""
    with emptied_database.write() as connection:
        connection.execute(insert(accounts), [{"id": n, "key": f"a{n}", "fresh": 1} for n in (1, 2)])
        sources.register(connection, "files")
        connection.execute(
            insert(source_accounts), [{"id": n, "source": "files", "external_id": f"x{n}"} for n in (11, 12)]
        )
        row = {"rule": "our_id", "evidence": "", "from_batch": 1}
        connection.execute(
            insert(links),
            [
                {**row, "source_account": 11, "account": 1, "to_batch": None},
                {**row, "source_account": 12, "account": 1, "to_batch": 2},
            ],
        )
    return emptied_database


def begin(database, day, *letters):
    with database.write() as connection:
        nudges.begin(connection, letters, day)
        return nudges.begun(connection)


def test_a_letter_begins_on_the_first_day_that_it_is_sent(database):
    assert begin(database, DAY, "unused_seats") == {"unused_seats": DAY}
    later = DAY + timedelta(days=PAUSE_DAYS)
    assert begin(database, later, "unused_seats", "survey_nps") == {"unused_seats": DAY, "survey_nps": later}
    again = later + timedelta(days=PAUSE_DAYS + 1)
    assert begin(database, again, "unused_seats") == {"unused_seats": again, "survey_nps": later}
    assert begin(database, DAY, "unused_seats")["unused_seats"] == again  # a day judged again changes nothing


def test_steps_and_licences_are_those_of_the_accounts_links(database):
    step = {"outcome": None, "user_id": "", "help": None, "batch": 1}
    steps = facts["activation_steps"]
    day_ms = 86_400_000
    with database.write() as connection:
        connection.execute(
            insert(steps),
            [
                {**step, "source_account": 11, "step": "one", "at_ms": NOON_MS},
                {**step, "source_account": 11, "step": "two", "at_ms": NOON_MS, "outcome": "Failed"},
                {**step, "source_account": 11, "step": "three", "at_ms": NOON_MS + day_ms},
                {**step, "source_account": 12, "step": "four", "at_ms": NOON_MS},
            ],
        )
        licence = {"source": "files", "source_account": 11, "status": "Active", "batch": 1}
        connection.execute(insert(facts["licences"]), [{**licence, "licence_id": "l1", "expires_on": DAY}])
    with database.read() as connection:
        tried = nudges.attempts(connection, 1, 2, DAY)
        held = nudges.licences(connection, 1, 2)
    assert {account: sorted(found) for account, found in tried.items()} == {
        1: [Attempt("one", done=True), Attempt("two", done=False)]
    }
    assert held == {1: [Licence("", "active", DAY)]}


def test_one_stop_stands_at_a_time_and_ends_after_its_last_day(database):
    stop = stops.Stop("they asked us to", DAY)
    with database.write() as connection:
        assert not stops.put(connection, "a9", stop, "kim")
        assert stops.put(connection, "a1", stops.Stop("for good", None), "kim")
        assert stops.put(connection, "a1", stop, "kim")
        assert stops.standing(connection, DAY) == [("a1", stop)]
        later = DAY + timedelta(days=1)
        assert [stops.of(connection, 1, day) for day in (DAY, later)] == [stop, None]
        assert stops.standing(connection, later) == []
        assert stops.of(connection, 2, DAY) is None
        assert stops.lift(connection, "a1")
        assert not stops.lift(connection, "a1")
        kept = connection.execute(select(contact_stops.c.reason).order_by(contact_stops.c.id)).scalars().all()
    assert kept == ["for good", "they asked us to"]


def test_a_field_of_a_linked_source_stops_too_and_what_a_person_said_comes_first(database):
    """Of the two accounts that are marked the second is linked no more."""
    marked, said = stops.Stop("marked in files", source="files"), stops.Stop("they asked us to")
    with database.write() as connection:
        rows = [{"source_account": n, "batch": 1, "do_not_contact": True} for n in (11, 12)]
        connection.execute(insert(facts["accounts"]), rows)
        assert stops.standing(connection, DAY) == [("a1", marked)]
        assert stops.of(connection, 1, DAY) == marked
        stops.put(connection, "a1", said, "kim")
        assert stops.standing(connection, DAY) == [("a1", said), ("a1", marked)]
        assert stops.of(connection, 1, DAY) == said
        stops.lift(connection, "a1")
        assert stops.of(connection, 1, DAY) == marked
        for value in (False, None):
            connection.execute(update(facts["accounts"]).values(do_not_contact=value))
            assert stops.of(connection, 1, DAY) is None


def test_a_subscription_was_bought_when_it_was_else_as_its_first_term_began(database):
    def term(subscription, start, **said):
        values = dict.fromkeys(("product", "status", "started_on", "purchased_ms"))
        return {
            "source": "files",
            "source_account": 11,
            "batch": 1,
            "subscription_id": subscription,
            "term_start": start,
            **values,
            **said,
        }

    year = timedelta(days=365)
    rows = [
        term("s1", DAY, product="core", status="Active", purchased_ms=NOON_MS),
        term("s2", DAY - year, product="core"),
        term("s2", DAY, product="core"),
        term("s3", DAY, started_on=DAY - timedelta(days=9)),
        term("s4", DAY, source_account=12),
    ]
    with database.write() as connection:
        connection.execute(insert(facts["subscriptions"]), rows)
        found = nudges.purchases(connection, 0, 9)
    assert {account: sorted(each) for account, each in found.items()} == {
        1: [
            Purchase("s1", "core", "active", DAY),
            Purchase("s2", "core", "", DAY - year),
            Purchase("s3", "", "", DAY - timedelta(days=9)),
        ]
    }


@pytest.mark.parametrize(
    ("theirs", "claim", "more"),
    [("claimed", "ours", 0), ("claimed", "another's", 1), ("sending", "another's", 1), ("due", None, 0)],
)
def test_a_letter_in_hand_counts_before_those_of_its_claim_after_it_and_before_all_of_another(
    database, theirs, claim, more
):
    letters = ((1, 1), (2, 2), (3, 1))
    said = {"destination": "mail", "kind": "message", "thread": "t", "template": "welcome", "payload": "{}"}
    said |= {"owner": "dana", "status": "claimed", "claim": "ours", "settled_ms": 1}
    rows = [{**said, "id": number, "key": f"n{number}", "account": account} for number, account in letters]
    rows += [
        {**said, "id": 4, "key": "n4", "account": 2, "status": theirs, "claim": claim},
        {**said, "id": 5, "key": "n5", "account": 1, "status": "suppressed", "claim": None},
        {**said, "id": 6, "key": "n6", "account": 1, "owner": "kim", "status": "sent", "claim": None},
    ]
    with database.write() as connection:
        connection.execute(insert(notices), rows)
        claimed = [
            Notice(f"n{number}", "mail", "message", "t", account, "welcome", "dana", "{}", id=number)
            for number, account in letters
        ]
        found = nudges.lately(connection, claimed, ("welcome",), 7)
        assert found == {1: (more, 0), 2: (1 + more, more), 3: (2 + more, 1)}
        assert nudges.lately(connection, claimed, ("survey_nps",), 7) == dict.fromkeys((1, 2, 3), (0, 0))
