"""What a person sees and settles of what delivery could not: once, in order, and never old over new."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import insert, select, update

from health.nouns import Receipt
from store import claims, outbox, settlement, unsettled
from store.database import Database
from store.tables import accounts, audit, notices, runs
from store.unsettled import STATUSES, UNSETTLED, Standing
from tests.owed import notice, owe, pass_time, rows, standing

LEASE_S = 30.0
DAY_S = 86_400
ACTOR = "operator"


@pytest.fixture
def database(emptied_database: Database) -> Database:
    return emptied_database


def stand(database: Database, key: str, status: str, **values: object) -> None:
    """Let a notice stand so, whatever led to it."""
    with database.write() as connection:
        statement = update(notices).where(notices.c.key == key)
        connection.execute(statement.values(status=status, **values))


def replay(database: Database, *keys: str, destination: str = "") -> dict[str, str]:
    with database.write() as connection:
        return unsettled.replay(connection, keys or None, destination, actor=ACTOR)


def settle(database: Database, key: str, *, sent: bool) -> str:
    with database.write() as connection:
        return unsettled.settle(connection, key, sent=sent, actor=ACTOR)


def claim(database: Database, limit: int = 50) -> claims.Claim:
    with database.write() as connection:
        return claims.claim(connection, "sink", limit, LEASE_S)


def mark(database: Database, held: claims.Claim, *, keyed: bool = True) -> None:
    with database.write() as connection:
        claims.mark(connection, held.token, [one.id for one in held.notices], keyed=keyed)


def answer(database: Database, held: claims.Claim, receipt: Receipt) -> int:
    with database.write() as connection:
        return settlement.settle(
            connection, held.token, [(one, replace(receipt, key=one.key)) for one in held.notices]
        )


def lapse(database: Database) -> None:
    pass_time(database, LEASE_S + 1)
    with database.write() as connection:
        settlement.lapse(connection)


def send(database: Database, receipt: Receipt, *, keyed: bool = True) -> None:
    """Try what is due now, and get this answer."""
    held = claim(database)
    mark(database, held, keyed=keyed)
    answer(database, held, receipt)


def listed(database: Database, *statuses: str) -> list[Standing]:
    with database.read() as connection:
        return unsettled.listed(connection, statuses or UNSETTLED)


def recorded(database: Database) -> list[tuple[str, str, str, str]]:
    with database.read() as connection:
        query = select(audit.c.action, audit.c.about, audit.c.detail, audit.c.actor).order_by(audit.c.id)
        return [tuple(row) for row in connection.execute(query)]


BUSY = Receipt("", "retry", "status_500")
REJECTED = Receipt("", "rejected", "msg_too_long")


# -- seeing ------------------------------------------------------------------------------------------


def test_every_status_can_be_listed_and_by_default_what_waits_for_a_person(emptied_database):
    kept = [status for status in STATUSES if status != "held"]
    owe(emptied_database, *(notice(status) for status in kept))
    for status in kept:
        stand(emptied_database, status, status)
    assert {one.key for one in listed(emptied_database)} == {"unknown", "quarantined"}
    for status in kept:
        (one,) = listed(emptied_database, status)
        assert (one.key, one.status, one.destination, one.template) == (status, status, "sink", "operator")


def test_what_a_held_run_planned_is_held_since_the_run_is(emptied_database):
    with emptied_database.write() as connection:
        made = [
            connection.execute(insert(runs).values(values).returning(runs.c.id)).scalar_one()
            for values in (
                {
                    "as_of": date(2026, 6, 1),
                    "status": "held",
                    "held_reason": "too many",
                    "released_ms": 7_000,
                },
                {"as_of": date(2026, 6, 1), "status": "open"},
            )
        ]
        account = connection.execute(
            insert(accounts).values(key="acme").returning(accounts.c.id)
        ).scalar_one()
        outbox.plan(connection, made[0], [replace(notice("a"), account=account), notice("b")])
        outbox.plan(connection, made[1], [notice("c")])
        connection.execute(update(notices).where(notices.c.key == "b").values(status="sent"))
    (held,) = listed(emptied_database)
    assert held == Standing("held", "a", "sink", "operator", "acme", "too many", 0, 7_000, "")
    assert [one.key for one in listed(emptied_database, "planned")] == ["c"]


@pytest.mark.parametrize("way", ["rejected", "expired", "lost", "poison"])
def test_it_is_said_since_when_and_after_how_many_attempts(emptied_database, way):
    owe(emptied_database, notice("a"))
    if way == "expired":
        send(emptied_database, BUSY)
    pass_time(emptied_database, 4 * DAY_S)
    began = emptied_database.now()
    for _ in range(settlement.MAX_STRIKES if way == "poison" else 1):
        if way in {"rejected", "expired"}:
            send(emptied_database, REJECTED if way == "rejected" else BUSY)
        else:
            pass_time(emptied_database, int(settlement.backoff_s(settlement.MAX_STRIKES)))
            mark(emptied_database, claim(emptied_database), keyed=way == "poison")
            lapse(emptied_database)
    (one,) = listed(emptied_database)
    assert one.status == ("unknown" if way == "lost" else "quarantined")
    assert began <= one.since_ms <= emptied_database.now()
    assert one.attempts == {"poison": settlement.MAX_STRIKES, "expired": 2}.get(way, 1)
    assert one.reason == {"rejected": "msg_too_long", "expired": "status_500", "lost": "sender_lost"}.get(
        way, way
    )


def test_the_last_known_id_at_the_destination_is_shown(emptied_database):
    owe(emptied_database, notice("a"))
    send(emptied_database, Receipt("", "unknown", "no_answer", remote="<1@seller.example>"), keyed=False)
    (one,) = listed(emptied_database)
    assert one.remote == "<1@seller.example>"


# -- owing again -------------------------------------------------------------------------------------


def test_what_is_replayed_is_due_as_if_new_and_once(emptied_database):
    owe(emptied_database, notice("a"), notice("b"))
    with emptied_database.write() as connection:
        held = claims.claim(connection, "sink", 1, LEASE_S)
        claims.keep_bodies(connection, held.token, [replace(one, body=b"words") for one in held.notices])
        claims.mark(connection, held.token, [one.id for one in held.notices], keyed=True)
        settlement.settle(
            connection, held.token, [(one, replace(REJECTED, key=one.key)) for one in held.notices]
        )
    stand(emptied_database, "a", "quarantined", strikes=5, attempt=40)
    pass_time(emptied_database, 4 * DAY_S)
    assert replay(emptied_database) == {"a": "due"}
    first, _ = rows(emptied_database)
    assert (first.strikes, first.attempt, first.reason, first.body, first.claim) == (0, 1, "", None, None)
    assert emptied_database.now() - first.planned_ms < DAY_S * 1000
    before = rows(emptied_database)
    assert replay(emptied_database) == replay(emptied_database, "a", "b") == {}
    assert rows(emptied_database) == before
    assert recorded(emptied_database) == [("notice_replayed", "a", "", ACTOR)]


def test_a_replayed_one_is_tried_again_and_not_quarantined_at_its_first_set_back(emptied_database):
    owe(emptied_database, notice("a"))
    for _ in range(2):
        send(emptied_database, BUSY)
        pass_time(emptied_database, 4 * DAY_S)
    replay(emptied_database)
    send(emptied_database, BUSY)
    assert standing(emptied_database) == {"a": "due"}
    pass_time(emptied_database, 1_000)
    (again,) = claim(emptied_database).notices
    assert again.attempt > 1  # so that what an earlier attempt left behind is looked for


@pytest.mark.parametrize(
    ("chosen", "expected"),
    [({}, {"a", "b", "m"}), ({"keys": ("b", "x", "s")}, {"b"}), ({"destination": "mail"}, {"m"})],
)
def test_only_what_is_meant_is_replayed(emptied_database, chosen, expected):
    names = {"a": "sink", "b": "sink", "m": "mail", "s": "sink", "u": "mail"}
    owe(emptied_database, *(notice(key, destination=to) for key, to in names.items()))
    for key in names:
        stand(emptied_database, key, {"s": "sent", "u": "unknown"}.get(key, "quarantined"))
    again = replay(emptied_database, *chosen.get("keys", ()), destination=chosen.get("destination", ""))
    assert again == dict.fromkeys(expected, "due")
    assert {key for key, status in standing(emptied_database).items() if status == "due"} == expected


def test_of_many_who_replay_at_once_one_does_it(emptied_database):
    keys = {str(number) for number in range(50)}
    owe(emptied_database, *map(notice, sorted(keys)))
    for key in keys:
        stand(emptied_database, key, "quarantined")
    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(lambda _: replay(emptied_database), range(4)))
    assert sorted(key for again in done for key in again) == sorted(keys)
    assert len(recorded(emptied_database)) == len(keys)


@pytest.mark.parametrize("status", ["planned", "due", "sent", "quarantined", "unknown"])
def test_a_state_never_follows_a_newer_one(emptied_database, status):
    owe(emptied_database, notice("old", "fields"))
    stand(emptied_database, "old", "quarantined", kind="state")
    owe(emptied_database, notice("new", "fields"))
    stand(emptied_database, "new", status, kind="state")
    assert replay(emptied_database, "old") == {"old": "replaced"}


def test_a_message_never_takes_the_place_of_a_newer_one_that_is_seen(emptied_database):
    owe(emptied_database, notice("old", "alert"), notice("new", "alert"), notice("other"))
    stand(emptied_database, "old", "quarantined")
    stand(emptied_database, "other", "sent", keyed=True)
    send(emptied_database, Receipt("", "sent"))
    assert replay(emptied_database) == {"old": "replaced"}


def test_a_letter_is_owed_whatever_else_the_person_was_sent(emptied_database):
    owe(emptied_database, notice("old", "dana"), notice("new", "dana"))
    stand(emptied_database, "old", "quarantined")
    send(emptied_database, Receipt("", "sent"), keyed=False)
    assert replay(emptied_database) == {"old": "due"}


def test_a_replayed_one_waits_for_the_one_of_its_thread_that_is_in_hand(emptied_database):
    owe(emptied_database, notice("old", "alert"), notice("new", "alert"))
    stand(emptied_database, "old", "quarantined")
    held = claim(emptied_database)
    assert [one.key for one in held.notices] == ["new"]
    for in_hand in (lambda: None, lambda: mark(emptied_database, held)):
        in_hand()
        replay(emptied_database)
        assert claim(emptied_database).notices == ()
    answer(emptied_database, held, Receipt("", "retry", "busy"))
    assert [one.key for one in claim(emptied_database).notices] == ["old"]


# -- settling ----------------------------------------------------------------------------------------


@pytest.fixture
def lost(emptied_database) -> tuple[Database, claims.Claim]:
    """A letter whose sender froze while sending it, and the sender's claim."""
    owe(emptied_database, notice("letter"))
    held = claim(emptied_database)
    mark(emptied_database, held, keyed=False)
    lapse(emptied_database)
    return emptied_database, held


@pytest.mark.parametrize(("sent", "status"), [(True, "sent"), (False, "due")])
def test_a_person_settles_what_is_unknown_once(lost, sent, status):
    database, _ = lost
    assert settle(database, "letter", sent=sent) == status
    assert settle(database, "letter", sent=not sent) == ""
    assert standing(database) == {"letter": status}
    (row,) = rows(database)
    assert (row.reason, row.strikes, row.settled_ms is None) == ("", 0 if not sent else 1, not sent)
    assert recorded(database) == [("notice_settled", "letter", "sent" if sent else "not sent", ACTOR)]


@pytest.mark.parametrize("sent", [True, False])
@pytest.mark.parametrize("outcome", ["sent", "rejected", "retry"])
def test_an_answer_that_comes_after_the_person_s_changes_nothing(lost, sent, outcome):
    database, held = lost
    settle(database, "letter", sent=sent)
    before = rows(database)
    assert answer(database, held, Receipt("", outcome)) == 0
    assert rows(database) == before


def test_an_answer_that_comes_before_the_person_s_is_the_one_that_counts(lost):
    database, held = lost
    assert answer(database, held, Receipt("", "sent")) == 1
    assert settle(database, "letter", sent=False) == ""
    assert standing(database) == {"letter": "sent"}


@pytest.mark.parametrize("status", [status for status in STATUSES if status not in {"unknown", "held"}])
def test_only_what_is_unknown_can_be_settled(emptied_database, status):
    owe(emptied_database, notice("a"))
    stand(emptied_database, "a", status)
    assert settle(emptied_database, "a", sent=True) == settle(emptied_database, "b", sent=False) == ""
    assert standing(emptied_database) == {"a": status}
    assert recorded(emptied_database) == []
