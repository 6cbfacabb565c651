from datetime import date, timedelta

import pytest
from sqlalchemy import select, text

from health.records import FACTS, Account, Contact, Event, Rate, Seat, Subscription, Ticket, Usage
from store import facts, sources
from store.database import Database
from store.sources import Landed, Overtaken
from store.tables import (
    accounts,
    batches,
    field_type,
    inbox,
    links,
    past,
    source_accounts,
    source_status,
    subjects,
)
from store.tables import facts as tables

DAY = date(2026, 5, 31)


@pytest.fixture
def database(emptied_database: Database) -> Database:
    return emptied_database


def pull(database, records, source="files", cursor=None, to=None):
    """Store one page as a pull does, and return the batch's number."""
    with database.write() as connection:
        sources.register(connection, source)
        batch = sources.begin_batch(connection, source, cursor)
        facts.store_records(connection, batch, records)
        kinds = frozenset(facts.kinds_of(records))
        sources.end_batch(
            connection, batch, to, Landed(kinds, len(records), facts.last_day(records), complete=False)
        )
    return batch.number


def rows(database, table, *columns):
    with database.read() as connection:
        return [tuple(row) for row in connection.execute(select(*(table.c[name] for name in columns)))]


def touched(database):
    with database.read() as connection:
        return {row.key: row.touched for row in connection.execute(select(accounts))}


def test_a_record_of_every_kind_can_be_stored_and_stored_again(database):
    of_type = {"str": "x", "int": 1, "float": 1.5, "bool": True, "date": DAY}
    for shape in FACTS.values():
        values = ["{}" if name == "acts" else of_type[facts_type(shape, name)] for name in shape.fields]
        record = shape.record(*values)
        pull(database, [record])
        pull(database, [record])
        assert len(rows(database, tables[shape.name], "batch")) == 1, shape.name
        assert rows(database, past[shape.name], "batch") == [], shape.name


def facts_type(shape, name):
    return field_type(shape, name).__name__


def test_what_says_the_same_again_changes_and_touches_nothing(database):
    first = pull(database, [Usage("a", DAY, active_users=3, metrics='{"feature:x":1}')])
    before = touched(database)
    pull(database, [Usage("a", DAY, active_users=3, metrics='{"feature:x":1}')])
    assert touched(database) == before
    assert rows(database, tables["usage"], "active_users", "batch") == [(3, first)]


def test_a_changed_fact_leaves_its_past_version_with_the_batches_it_was_known_in(database):
    first = pull(database, [Usage("a", DAY, active_users=3)])
    second = pull(database, [Usage("a", DAY, active_users=5)])
    assert rows(database, tables["usage"], "active_users", "batch") == [(5, second)]
    assert rows(database, past["usage"], "active_users", "batch", "until_batch") == [(3, first, second)]


@pytest.mark.parametrize(("before", "after"), [(None, 0), (0, None), (None, 4)])
def test_unknown_is_not_zero(database, before, after):
    pull(database, [Usage("a", DAY, active_users=before)])
    pull(database, [Usage("a", DAY, active_users=after)])
    assert rows(database, tables["usage"], "active_users") == [(after,)]
    assert rows(database, past["usage"], "active_users") == [(before,)]


def test_only_the_accounts_that_changed_are_touched(database):
    pull(database, [Usage(name, DAY, active_users=1) for name in "abc"])
    before = touched(database)
    pull(database, [Usage("a", DAY, active_users=1), Usage("b", DAY, active_users=2)])
    assert {key for key, count in touched(database).items() if count > before[key]} == {"b"}


@pytest.mark.parametrize(
    ("page", "known", "left", "moved"),
    [
        pytest.param({"d": 4}, {"a": 1, "b": 2, "c": 3, "d": 4}, {}, "d", id="new"),
        pytest.param({"a": 1, "b": 2}, {"a": 1, "b": 2, "c": 3}, {}, "", id="the same"),
        pytest.param({"a": 9, "b": 8}, {"a": 9, "b": 8, "c": 3}, {"a": 1, "b": 2}, "ab", id="changed"),
        pytest.param({"a": 1, "d": 4}, {"a": 1, "b": 2, "c": 3, "d": 4}, {}, "d", id="the same, new"),
        pytest.param({"b": 2, "c": 7}, {"a": 1, "b": 2, "c": 7}, {"c": 3}, "c", id="the same, changed"),
        pytest.param(
            {"a": 1, "d": 4, "b": 9}, {"a": 1, "b": 9, "c": 3, "d": 4}, {"b": 2}, "bd", id="all three"
        ),
    ],
)
def test_whatever_a_page_holds_what_is_new_is_known_and_what_changed_is_past(
    database, page, known, left, moved
):
    def use(values):
        return [Usage(name, DAY, active_users=value) for name, value in values.items()]

    first = pull(database, use({"a": 1, "b": 2, "c": 3}))
    before = {"d": 1} | touched(database)
    second = pull(database, use(page))
    written = {name: second if name in moved else first for name in known}
    found = by_name(database, tables["usage"], "active_users", "batch")
    assert found == {name: (value, written[name]) for name, value in known.items()}
    assert by_name(database, past["usage"], "active_users", "batch", "until_batch") == {
        name: (value, first, second) for name, value in left.items()
    }
    assert {name for name, count in touched(database).items() if count > before[name]} == set(moved)


@pytest.mark.parametrize(
    ("page", "moved"),
    [
        pytest.param({"a": {2: 2}}, {}, id="the next day"),
        pytest.param({"a": {2: 2}, "b": {-9: 1}}, {}, id="the next day, and the first of another account"),
        pytest.param({"a": {-9: 1}}, {}, id="a day before"),
        pytest.param({"a": {0: 1, 2: 2}}, {}, id="a day again and the next"),
        pytest.param({"a": {0: 7, 2: 2}}, {0: 1}, id="a day anew and the next"),
        pytest.param({"a": {-1: 3, 0: 7, 1: 1}}, {0: 1}, id="a day anew between two others"),
    ],
)
def test_whatever_days_a_page_holds_each_is_stored_once_and_what_changed_is_past(database, page, moved):
    def use(accounts_):
        return [
            Usage(name, DAY + timedelta(days=at), active_users=value)
            for name, days in accounts_.items()
            for at, value in days.items()
        ]

    stored = {"a": {0: 1, 1: 1}}
    pull(database, use(stored))
    pull(database, use(page))
    expected = use({name: stored.get(name, {}) | page.get(name, {}) for name in "ab"})
    assert days_of(database, tables["usage"]) == sorted(expected)
    assert days_of(database, past["usage"]) == use({"a": moved})


def days_of(database, table):
    """Return a table of use as records, by account and day."""
    with database.read() as connection:
        join = table.join(source_accounts, source_accounts.c.id == table.c.source_account)
        found = select(source_accounts.c.external_id, table.c.day, table.c.active_users).select_from(join)
        rows = connection.execute(found.order_by(source_accounts.c.external_id, table.c.day))
        return [Usage(name, day, active_users=value) for name, day, value in rows]


def test_what_has_an_id_of_its_own_is_told_by_it_wherever_it_belongs(database):
    first = pull(database, [Ticket("t", "a", 1), Ticket("u", "a", 1)])
    second = pull(database, [Ticket("t", "b", 1), Ticket("v", "b", 1)])
    third = pull(database, [Rate(DAY, "EUR", "USD", 1.1)])
    fourth = pull(database, [Rate(DAY, "EUR", "USD", 1.2), Rate(DAY, "EUR", "GBP", 0.9)])
    assert rows(database, past["tickets"], "ticket_id", "until_batch") == [("t", second)]
    assert rows(database, past["rates"], "rate", "batch", "until_batch") == [(1.1, third, fourth)]
    assert set(rows(database, tables["tickets"], "ticket_id", "batch")) == {
        ("t", second),
        ("u", first),
        ("v", second),
    }


def by_name(database, table, *columns):
    """Return a fact table's rows by the source's name of the account."""
    with database.read() as connection:
        join = table.join(source_accounts, source_accounts.c.id == table.c.source_account)
        found = select(source_accounts.c.external_id, *(table.c[name] for name in columns)).select_from(join)
        return {name: tuple(values) for name, *values in connection.execute(found)}


def test_a_table_for_pages_does_not_grow_with_their_number(postgresql_url):
    """A temporary table is never vacuumed: what is deleted from it stays as long as the connection."""
    database = Database(postgresql_url, pool_size=1)
    for number in range(3):
        pull(database, [Usage("a", DAY, active_users=number)], cursor=str(number) if number else None,
             to=str(number + 1))  # fmt: skip
    with database.read() as connection:
        assert connection.execute(text("SELECT pg_relation_size('stage_usage')")).scalar_one() == 0
    database.close()


def test_a_ticket_that_moves_touches_both_accounts_and_stays_one_ticket(database):
    pull(database, [Ticket("t", "a", 1), Account("b")])
    before = touched(database)
    pull(database, [Ticket("t", "b", 1)])
    assert len(rows(database, tables["tickets"], "ticket_id")) == 1
    assert all(touched(database)[key] > before[key] for key in "ab")


def test_the_same_id_in_two_sources_is_two_facts_of_one_account(database):
    pull(database, [Ticket("t", "a", 1)], source="one")
    pull(database, [Ticket("t", "a", 1)], source="two")
    assert len(rows(database, tables["tickets"], "ticket_id")) == 2
    assert len(touched(database)) == 1
    assert len({account for (account,) in rows(database, links, "account")}) == 1


def test_the_last_row_of_a_page_wins(database):
    pull(database, [Usage("a", DAY, active_users=1), Usage("a", DAY, active_users=2)])
    assert rows(database, tables["usage"], "active_users") == [(2,)]


def test_terms_of_a_subscription_are_kept_side_by_side(database):
    terms = [Subscription("s", "a", DAY - timedelta(days=365), DAY), Subscription("s", "a", DAY)]
    pull(database, terms)
    assert len(rows(database, tables["subscriptions"], "term_start")) == 2


def test_people_are_tokens_everywhere_but_in_one_table(database):
    people = [
        Contact("a", "Ann@customer.example", name="Ann Example"),
        Seat("a", "u1", email="ann@customer.example"),
    ]
    pull(database, people)
    assert rows(database, subjects, "email", "name") == [("Ann@customer.example", "Ann Example")]
    ((contact,), (seat,)) = rows(database, tables["contacts"], "subject") + rows(
        database, tables["seats"], "subject"
    )
    assert contact == seat
    with database.read() as connection:
        for table in (*tables.values(), *past.values(), inbox, links):
            assert "customer.example" not in str(connection.execute(select(table)).all())


def test_a_page_with_hostile_text_is_stored_as_it_is(database):
    text = "'; DROP TABLE accounts; -- \\N \t \n é 中 🙂 \\"
    pull(database, [Event("a", 1, "note", text)])
    assert rows(database, tables["events"], "detail") == [(text,)]


def test_rates_belong_to_no_account(database):
    pull(database, [Rate(DAY, "EUR", "USD", 1.1)])
    assert rows(database, tables["rates"], "source", "rate") == [("files", 1.1)]
    assert touched(database) == {}


def test_a_page_whose_cursor_was_overtaken_is_dropped_whole(database):
    pull(database, [Usage("a", DAY, active_users=1)], to="1")
    with pytest.raises(Overtaken):
        pull(database, [Usage("a", DAY, active_users=9)], cursor=None, to="x")
    assert rows(database, tables["usage"], "active_users") == [(1,)]
    assert rows(database, source_status, "cursor", "batch") == [("1", 1)]


def test_a_batch_and_its_cursor_are_stored_with_its_facts_or_not_at_all(database):
    class BrokenError(Exception):
        pass

    def half():
        with database.write() as connection:
            batch = sources.begin_batch(connection, "files", "1")
            facts.store_records(connection, batch, [Usage("a", DAY, active_users=9)])
            sources.end_batch(connection, batch, "2", Landed(frozenset({"usage"}), 1, DAY, complete=False))
            raise BrokenError

    pull(database, [Usage("a", DAY, active_users=1)], to="1")
    with pytest.raises(BrokenError):
        half()
    assert rows(database, batches, "batch") == [(1,)]
    assert rows(database, source_status, "cursor", "batch") == [("1", 1)]
    assert rows(database, tables["usage"], "active_users") == [(1,)]


def test_a_source_is_complete_through_its_last_day_once_the_pull_has_ended(database):
    pull(database, [Usage("a", DAY)])
    pull(database, [Usage("a", DAY - timedelta(days=3))])
    with database.write() as connection:
        assert sources.freshness(connection)["files"].complete_through is None
        sources.ended(connection, "files")
        fresh = sources.freshness(connection)["files"]
    assert fresh.complete_through == DAY
    assert fresh.kinds == {"usage"}


def test_the_last_day_of_a_page_is_none_that_is_not_yet():
    page = [Usage("a", DAY - timedelta(days=1)), Usage("a", DAY + timedelta(days=400))]
    assert facts.last_day(page, DAY) == DAY - timedelta(days=1)
    assert facts.last_day(page[1:], DAY) is None
    assert facts.last_day(page) == DAY + timedelta(days=400)
