from array import array
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
from alembic import command
from alembic.config import Config
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import insert, select, text

from health.features import ChampionFact, Features, LastSeen, LicenceFact, Series, Term
from health.records import (
    Account,
    Contact,
    Event,
    Identifier,
    Licence,
    Limit,
    Payment,
    Seat,
    Subscription,
    Survey,
    Ticket,
    Usage,
    Validation,
)
from store import features, schema, sources
from store.asked import Asked
from store.built import feature_rows
from store.installation import set_setting
from store.reading import Moment
from store.tables import accounts
from tests.store.locks import anybody_waits
from tests.store.test_facts import DAY, pull

METRICS = ("active_users", "feature:x")
NOON_MS = 43_200_000
MONTH_AGO = DAY - timedelta(days=30)


def instant(day: date) -> int:
    return (day - date(1970, 1, 1)).days * 86_400_000 + NOON_MS


def built(database, key="a", metrics=METRICS) -> Features:
    with database.write() as connection:
        features.refresh(connection, 0, 10**9, metrics)
        rows = features.stored(connection, 0, 10**9, run=1, stale_only=False)
    return next(row for row in rows if row.key == key)


def test_a_feature_row_holds_what_the_facts_say(database):
    pull(
        database,
        [
            Account("a", name="Ada Ltd", country="GB", csm_email="csm@us.example"),
            Subscription(
                "s", "a", DAY - timedelta(days=30), seats=10, mrr_minor=100, currency="GBP", auto_renew=True
            ),
            *(Seat("a", f"u{n}") for n in range(3)),
            Ticket("t", "a", instant(DAY), subject="Help"),
            Payment("i", "a", DAY, "failed", attempts=2, amount_minor=500, currency="GBP"),
            Survey("a", "nps", 3, instant(DAY - timedelta(days=9))),
            Survey("a", "nps", 9, instant(DAY)),
            Usage("a", DAY - timedelta(days=2), active_users=4, metrics='{"feature:x":7}'),
            Usage("a", DAY, active_users=0),
        ],
    )
    row = built(database)
    assert (row.name, row.country, row.assigned_seats) == ("Ada Ltd", "GB", 3)
    assert row.terms == (Term("s", MONTH_AGO, seats=10, mrr_minor=100, currency="GBP", auto_renew=True),)
    assert row.tickets[0].opened_on == DAY
    assert row.payments[0].amount_minor == 500
    assert [(s.kind, s.score) for s in row.surveys] == [("nps", 9)]
    assert (row.first_used_on, row.last_used_on) == (DAY - timedelta(days=2), DAY - timedelta(days=2))
    assert row.series is not None
    assert row.series.start == DAY - timedelta(days=2)
    assert row.series.values["feature:x"].tolist() == [7, 0, 0]


def test_products_and_sources_of_a_day_are_added_up(database):
    pull(database, [Usage("a", DAY, "one", active_users=2), Usage("a", DAY, "two", active_users=3)])
    pull(database, [Usage("a", DAY, active_users=5)], source="other")
    row = built(database)
    assert row.series is not None
    assert row.series == Series(DAY, {"active_users": array("d", [10])})
    assert row.sources == ("files", "other")


def test_validations_are_daily_counts_and_use(database):
    day_before = DAY - timedelta(days=1)
    pull(
        database,
        [
            Validation("a", day_before, "ok", 40, "l1"),
            Validation("a", day_before, "ok", 2, "l2", "DE"),
            Validation("a", day_before, "ok", 2, "l2", "FR"),
            Validation("a", DAY, "domain_mismatch", 3, "l1"),
        ],
    )
    wanted = ("validations", "validation:domain_mismatch")
    with database.write() as connection:
        features.refresh(connection, 0, 10**9, wanted)
        (row,) = features.stored(connection, 0, 10**9, run=1, stale_only=False)
    assert (row.first_used_on, row.last_used_on) == (day_before, day_before)
    assert row.series is not None
    told = {"validations": array("d", [2, 0]), "validation:domain_mismatch": array("d", [0, 3])}
    assert row.series == Series(day_before, told)


def test_licences_and_champions_are_in_the_row(database):
    first, last = instant(DAY - timedelta(days=90)), instant(DAY - timedelta(days=20))
    pull(
        database,
        [
            Licence("l1", "a", "active", issued_ms=first, first_validated_ms=last),
            Licence("l2", "a", "active"),
            Contact("a", "ada@a.example", role="champion"),
            Seat("a", "u1", email="ada@a.example", assigned_on=DAY - timedelta(days=90), last_active_ms=last),
            Seat("a", "u2", role="champion", assigned_on=DAY, last_active_ms=last),
            Seat("a", "u3", assigned_on=DAY, last_active_ms=last),
            Seat("a", "u4", role="champion"),
        ],
    )
    row = built(database)
    seen = DAY - timedelta(days=20)
    assert set(row.licences) == {LicenceFact(DAY - timedelta(days=90), seen), LicenceFact()}
    assert set(row.champions) == {ChampionFact(DAY - timedelta(days=90), seen), ChampionFact(DAY, seen)}


def test_a_contact_that_was_read_later_is_no_champion_of_before(database):
    """What role somebody had is known from when it was read; of which day, no row says."""
    seen = instant(DAY - timedelta(days=2))
    pull(
        database,
        [Account("a"), Seat("a", "u", email="ada@a.example", assigned_on=MONTH_AGO, last_active_ms=seen)],
    )
    with database.write() as connection:
        sources.register(connection, "hubspot")
    joined = Identifier("c", "files", "a")
    pull(database, [joined, Contact("c", "ada@a.example", role="champion")], "hubspot")
    known = {"files": 1, "hubspot": 1}
    with database.read() as connection:
        ids = connection.execute(select(accounts.c.id)).scalars().all()
        now, then = (
            feature_rows(Asked(connection, Moment(known, DAY, backfilled)), ids, METRICS)[0].champions
            for backfilled in (frozenset[str](), frozenset({"hubspot"}))
        )
    assert (len(now), len(then)) == (1, 0)


def test_users_whom_somebody_saw_are_no_seats_given_out(database):
    first, last = instant(DAY - timedelta(days=90)), instant(DAY)
    pull(database, [Seat("a", "u1", role="champion", activated_ms=first, last_active_ms=last)])
    row = built(database)
    assert row.assigned_seats is None
    assert row.champions == (ChampionFact(DAY - timedelta(days=90), DAY),)
    pull(database, [Seat("a", "u2", assigned_on=DAY)])
    assert built(database).assigned_seats == 1


def test_users_are_counted_by_the_day_they_were_last_seen(database):
    days = {"u1": 20, "u2": 20, "u3": 0, "u4": 200}
    seats = [
        Seat("a", user, last_active_ms=instant(DAY - timedelta(days=back))) for user, back in days.items()
    ]
    again = Seat("a", "u1", "other", last_active_ms=instant(DAY - timedelta(days=40)))
    pull(database, [*seats, again, Seat("a", "u5"), Usage("a", DAY, active_users=1)])
    assert built(database).last_seen == (LastSeen(DAY - timedelta(days=20), 2), LastSeen(DAY, 1))


def test_no_seat_list_is_unknown_and_not_zero(database):
    pull(database, [Account("a")])
    assert built(database).assigned_seats is None


def test_a_feature_row_is_rebuilt_only_when_a_fact_changes(database):
    pull(database, [Usage("a", DAY, active_users=1)])
    with database.write() as connection:
        assert len(features.refresh(connection, 0, 10**9, METRICS)) == 1
        assert len(features.refresh(connection, 0, 10**9, METRICS)) == 0
    pull(database, [Usage("a", DAY, active_users=1)])
    with database.write() as connection:
        assert len(features.refresh(connection, 0, 10**9, METRICS)) == 0


def test_every_feature_row_is_rebuilt_when_it_is_to_hold_another_metric(emptied_database):
    pull(emptied_database, [Usage("a", DAY, active_users=1), Usage("b", DAY, active_users=1)])
    for metrics, rebuilt in ((METRICS, 2), (METRICS, 0), ((*METRICS, "feature:new"), 2), (METRICS, 0)):
        with emptied_database.write() as connection:
            features.hold(connection, metrics)
            assert len(features.refresh(connection, 0, 1 << 40, metrics)) == rebuilt


def test_all_rows_are_read_as_they_are_stored_and_built_where_facts_are_newer(emptied_database, monkeypatch):
    anew: list[list[int]] = []
    build = feature_rows

    def told(connection, ids, *rest, **more):
        anew.append(list(ids))
        return build(connection, ids, *rest, **more)

    monkeypatch.setattr(features, "feature_rows", told)
    monkeypatch.setattr(features, "IDS_A_QUERY", 2)
    pull(emptied_database, [Account(name) for name in "abc"])
    with emptied_database.write() as connection:
        features.hold(connection, METRICS)
        features.refresh(connection, 0, 10**9, METRICS)
    pull(emptied_database, [Account("b", name="Beta")])

    def read(metrics):
        anew.clear()
        with emptied_database.read() as connection:
            rows = [row.name for some in features.all_rows(connection, metrics, DAY) for row in some]
        return rows, anew

    with emptied_database.read() as connection:
        a, b, c = connection.execute(select(accounts.c.id).order_by(accounts.c.id)).scalars()
    assert read(METRICS) == (["a", "Beta", "c"], [[b], []])
    assert read([*METRICS, "events"]) == (["a", "Beta", "c"], [[a, b], [c]])


def test_rows_at_hand_are_told_in_their_place_with_those_that_are_read(emptied_database):
    pull(emptied_database, [Account(name) for name in "abcd"])
    with emptied_database.write() as connection:
        _, b, c, _ = features.refresh(connection, 0, 10**9, METRICS)
        run = {"run": 1, "stale_only": False}
        every = list(features.stored(connection, 0, 10**9, **run))
        for at_hand in ([c], [c, b], every):
            assert list(features.stored(connection, 0, 10**9, at_hand, **run)) == every
        assert list(features.stored(connection, c.account, 10**9, [b], **run)) == every[2:]


def test_feature_rows_of_before_are_there_after_migrating(database):
    pull(database, [Account("a", name="Ada Ltd"), Account("b", name="Bit Ltd")])
    before = [built(database, key) for key in "ab"]
    with database.write() as connection:
        connection.execute(insert(accounts).values(key="c"))
        alembic = Config(attributes={"connection": connection})
        alembic.set_main_option("script_location", str(schema.MIGRATIONS))
        command.downgrade(alembic, "0006")
        packed = connection.execute(text("SELECT features FROM accounts ORDER BY key")).scalars().all()
    assert packed == [*map(features.pack, before), None]
    schema.migrate(database)
    with database.read() as connection:
        assert list(features.stored(connection, 0, 10**9, run=1, stale_only=False)) == before


@pytest.mark.parametrize("kept_database", ["postgresql"], indirect=True)
def test_a_sample_waits_for_those_who_judge_before_it_writes_anything(emptied_database):
    """Else each may wait for what the other has written."""
    pull(emptied_database, [Account("a"), Account("b")])

    def sampled() -> int:
        with emptied_database.write() as connection:
            chosen = [account for account, _ in features.sampled(connection, 9)]
            return len(list(features.rebuilt(connection, chosen, METRICS)))

    with ThreadPoolExecutor(1) as pool, emptied_database.write() as connection:
        connection.execute(select(accounts.c.id).order_by(accounts.c.id).with_for_update(key_share=True))
        sampling = pool.submit(sampled)
        with emptied_database.read() as looking:
            while not anybody_waits(looking):
                assert not sampling.done()
        assert len(features.refresh(connection, 0, 10**9, METRICS)) == 2
        connection.commit()
        assert sampling.result(10) == 2


@pytest.mark.parametrize("kept_database", ["postgresql"], indirect=True)
def test_the_first_fact_of_a_kind_is_not_missed_by_a_row_that_is_being_built(emptied_database, monkeypatch):
    """Kinds that nobody states are not asked for, so a first ticket must wait until the row is stored."""
    pull(emptied_database, [Account("a")])
    pool = ThreadPoolExecutor(1)

    class Meanwhile(Asked):
        def __init__(self, *given):
            super().__init__(*given)
            first = pool.submit(pull, emptied_database, [Ticket("t", "a", instant(DAY))])
            with emptied_database.read() as looking:
                while not anybody_waits(looking) and not first.done():
                    pass

    with monkeypatch.context() as patched:
        patched.setattr(features, "Asked", Meanwhile)
        assert not built(emptied_database).tickets
    pool.shutdown()
    assert [ticket.ticket_id for ticket in built(emptied_database).tickets] == ["t"]


def test_what_was_settled_long_ago_is_left_out(database):
    old = DAY - timedelta(days=200)
    pull(
        database,
        [
            Ticket("old", "a", instant(old), solved_ms=instant(old)),
            Ticket("of no known end", "a", instant(old), status="solved"),
            Ticket("still open", "a", instant(old)),
            Payment("paid", "a", old, "paid"),
            Payment("void", "a", old, "void"),
            Payment("written off", "a", old, "uncollectible"),
            Usage("a", DAY, active_users=1),
        ],
    )
    row = built(database)
    assert [ticket.ticket_id for ticket in row.tickets] == ["still open"]
    assert [payment.invoice_id for payment in row.payments] == ["written off"]


def test_a_note_is_kept_as_long_as_it_may_hold(database):
    """A note may name a day that is further ahead than any other event is looked back for."""
    half_a_year_ago = instant(DAY - timedelta(days=180))
    pull(
        database,
        [
            Event("a", half_a_year_ago, "known_expected", f"until {DAY + timedelta(days=30)}"),
            Event("a", half_a_year_ago, "api_key_deleted"),
            Usage("a", DAY, active_users=1),
        ],
    )
    assert [event.kind for event in built(database).events] == ["known_expected"]


def test_an_answer_dated_ahead_does_not_hide_the_one_before_it(database):
    with database.write() as connection:
        set_setting(connection, "business_day", DAY.isoformat())
    days = [DAY - timedelta(days=9), DAY - timedelta(days=2), DAY + timedelta(days=300)]
    pull(
        database,
        [Survey("a", "nps", score, instant(day)) for score, day in zip((3, 9, 0), days, strict=True)],
    )
    assert [(each.score, each.answered_on) for each in built(database).surveys] == [
        (9, days[1]),
        (0, days[2]),
    ]


def test_a_credit_of_consumption_does_not_undo_the_use_of_its_day(database):
    credit = Usage("a", DAY, active_users=4, consumption=-4.0)
    pull(database, [Account("a"), Usage("a", MONTH_AGO, active_users=4), credit])
    assert built(database).last_used_on == DAY


def test_a_sample_is_evenly_spread_and_up_to_date(database):
    pull(database, [Usage(f"a{n}", DAY, active_users=n) for n in range(10)])
    with database.write() as connection:
        chosen = dict(features.sampled(connection, 5))
        rows = [*features.rebuilt(connection, list(chosen), METRICS)]
    assert list(chosen) == [1, 3, 5, 7, 9]
    assert {row.account: at for row, at in rows} == chosen
    assert all(row.series is not None for row, _ in rows)


@given(st.lists(st.floats(allow_nan=False), max_size=92))
def test_packing_keeps_every_value(values):
    row = Features(1, "a", series=Series(DAY, {"m": array("d", values)}), terms=(Term("s", DAY),))
    assert features.unpack(features.pack(row)) == row


def test_a_day_far_ahead_takes_no_day_of_the_series_and_is_no_use_yet(database):
    use = [Usage("a", DAY - timedelta(days=ago), active_users=4) for ago in range(120)]
    with database.write() as connection:
        set_setting(connection, "business_day", DAY.isoformat())
    pull(database, [Account("a"), *use])
    usual = built(database)
    pull(database, [Usage("a", DAY + timedelta(days=300), active_users=4)])
    assert built(database) == usual
    assert usual.series is not None
    assert len(usual.series.values["active_users"]) == 92


def test_of_tomorrow_somewhere_it_is_told_already(database):
    with database.write() as connection:
        set_setting(connection, "business_day", DAY.isoformat())
    pull(database, [Account("a"), Usage("a", DAY + timedelta(days=1), active_users=4)])
    assert built(database).last_used_on == DAY + timedelta(days=1)


def test_a_feature_row_holds_the_days_each_feature_was_used_on_whether_named_or_not(database):
    pull(
        database,
        [
            Account("a"),
            Usage("a", DAY - timedelta(days=70), active_users=1, metrics='{"feature:old":1}'),
            Usage(
                "a",
                DAY - timedelta(days=2),
                active_users=4,
                metrics='{"core:send":2,"feature:x":1,"b":9}',
            ),
            Usage("a", DAY - timedelta(days=2), "other", active_users=4, metrics='{"core:send":0}'),
            Usage("a", DAY, active_users=5, metrics='{"feature:x":7,"feature:none":0}'),
        ],
    )
    series = built(database).series
    assert series is not None
    assert series.feature_days == (0b100, 0, 0b101)  # core:send, feature:none, feature:x


def test_a_limit_is_of_the_day_that_it_names(database):
    pull(database, [Account("a"), Limit("a", "domains", 3, 10, DAY), Limit("a", "keys", 1, 5)])
    assert [limit.as_of for limit in built(database).limits] == [DAY, None]


def test_what_was_used_of_a_commitment_before_the_series_is_in_the_row(database):
    """A year's commitment outlives the 92 days of a series; what is in the series is not told twice."""
    start = DAY - timedelta(days=200)
    metered = Subscription(
        "s", "a", start, start + timedelta(days=365), licence_model="usage", committed=5_000.0
    )
    by_seat = metered._replace(subscription_id="t", licence_model="seat")
    days = [0, 50, 108, 109, 200]  # the series may begin on day 109
    pull(
        database,
        [
            metered,
            by_seat,
            Usage("a", start - timedelta(days=1), consumption=1_000.0),
            *(Usage("a", start + timedelta(days=day), consumption=float(day + 1)) for day in days),
        ],
    )
    row = built(database, metrics=("consumption",))
    assert [(each.subscription_id, each.units, each.used_before) for each in row.commitments] == [
        ("s", 5_000.0, 1.0 + 51.0 + 109.0)
    ]
    assert row.series is not None
    assert sum(row.series.values["consumption"]) == 110.0 + 201.0
