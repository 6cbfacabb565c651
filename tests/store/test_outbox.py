from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from sqlalchemy import update

from health.nouns import Notice, Receipt
from store import claims, deferral, outbox, settlement, unsettled
from store.among import among
from store.claims import Claim
from store.database import Database
from store.installation import set_setting
from store.tables import notices
from tests.owed import go_live, notice, owe, pass_time, rows, standing

LEASE_S = 30.0


def claim(database: Database, limit: int = 50, destination: str = "sink") -> Claim:
    with database.write() as connection:
        return claims.claim(connection, destination, limit, LEASE_S)


def mark(database: Database, held: Claim, *, keyed: bool = True) -> frozenset[int]:
    with database.write() as connection:
        return claims.mark(connection, held.token, [notice.id for notice in held.notices], keyed=keyed)


def settle(database: Database, held: Claim, receipt: Receipt) -> int:
    answers = [(notice, replace(receipt, key=notice.key)) for notice in held.notices]
    with database.write() as connection:
        return settlement.settle(connection, held.token, answers)


def lapse(database: Database) -> int:
    with database.write() as connection:
        return settlement.lapse(connection)


def plan(database: Database, owed: Iterable[Notice], run: int | None = None) -> int:
    with database.write() as connection:
        return outbox.plan(connection, run, owed)


def make_due(database: Database) -> int:
    with database.write() as connection:
        return outbox.make_due(connection, None)


def keys(held: Claim) -> list[str]:
    return [notice.key for notice in held.notices]


SENT = Receipt("", "sent")


@pytest.fixture
def database(emptied_database: Database) -> Database:
    return emptied_database


def test_a_notice_goes_from_planned_to_sent(database):
    go_live(database)
    assert plan(database, [notice("a")]) == 1
    assert standing(database) == {"a": "planned"}
    assert make_due(database) == 1
    held = claim(database)
    assert standing(database) == {"a": "claimed"}
    assert mark(database, held) == {held.notices[0].id}
    assert standing(database) == {"a": "sending"}
    assert settle(database, held, SENT) == 1
    assert standing(database) == {"a": "sent"}
    assert keys(claim(database)) == []


def test_a_known_key_is_owed_once(database):
    owe(database, notice("a"))
    assert plan(database, [notice("a"), notice("b")]) == 1
    assert standing(database) == {"a": "due", "b": "planned"}


def test_more_than_one_statement_full_is_planned(database):
    assert plan(database, (notice(str(n)) for n in range(1_201))) == 1_201


@pytest.mark.parametrize(
    ("status", "keyed", "left"),
    [
        ("claimed", True, ("due", 0, "")),
        ("claimed", False, ("due", 0, "")),
        ("sending", True, ("due", 1, "")),
        ("sending", False, ("unknown", 1, "sender_lost")),
    ],
)
def test_what_a_dead_sender_left(database, status, keyed, left):
    owe(database, notice("a"))
    held = claim(database)
    if status == "sending":
        mark(database, held, keyed=keyed)
    assert lapse(database) == 0
    pass_time(database, LEASE_S + 1)
    assert lapse(database) == 1
    [row] = rows(database)
    assert (row.status, row.strikes, row.reason) == left
    assert keys(claim(database)) == (["a"] if status == "claimed" else []), "what was begun waits a while"


def test_a_lapsed_claim_can_do_nothing_any_more(database):
    owe(database, notice("a"))
    late = claim(database)
    pass_time(database, LEASE_S + 1)
    assert mark(database, late) == frozenset(), "not even before the sweep has seen it"
    lapse(database)
    holder = claim(database)
    assert mark(database, late) == frozenset()
    assert settle(database, late, SENT) == 0
    with database.write() as connection:
        claims.keep_bodies(connection, late.token, [replace(late.notices[0], body=b"late")])
    assert rows(database)[0].body is None
    assert len(mark(database, holder)) == 1
    assert settle(database, late, SENT) == 0
    assert settle(database, holder, SENT) == 1


def test_a_notice_is_marked_once(database):
    owe(database, notice("a"))
    held = claim(database)
    assert len(mark(database, held)) == 1
    assert mark(database, held) == frozenset()
    assert rows(database)[0].attempt == 1


@pytest.mark.parametrize("outcome", ["sent", "rejected", "retry"])
def test_a_late_answer_settles_an_unknown_notice_of_its_own_claim(database, outcome):
    owe(database, notice("a"))
    held = claim(database)
    mark(database, held, keyed=False)
    pass_time(database, LEASE_S + 1)
    lapse(database)
    assert settle(database, replace(held, token="another"), SENT) == 0
    assert standing(database) == {"a": "unknown"}
    assert settle(database, held, Receipt("", outcome)) == 1
    becomes = {"sent": "sent", "rejected": "quarantined", "retry": "due"}
    assert standing(database) == {"a": becomes[outcome]}


@pytest.mark.parametrize(
    ("receipt", "status", "reason"),
    [
        (Receipt("", "sent"), "sent", ""),
        (Receipt("", "rejected", "no_such_channel"), "quarantined", "no_such_channel"),
        (Receipt("", "suppressed", "no_consent"), "suppressed", "no_consent"),
        (Receipt("", "unknown", "cut_off"), "unknown", "cut_off"),
        (Receipt("", "retry", "busy"), "due", "busy"),
    ],
)
def test_what_follows_from_an_answer(database, receipt, status, reason):
    owe(database, notice("a"))
    held = claim(database)
    mark(database, held)
    assert settle(database, held, receipt) == 1
    [row] = rows(database)
    assert (row.status, row.reason, row.lease_ms) == (status, reason, None)
    assert settle(database, held, receipt) == (1 if status == "unknown" else 0), "an answer counts once"


@pytest.mark.parametrize(
    ("attempt", "wish_s", "waits_s"), [(1, 0, 2), (3, 0, 8), (40, 0, 900), (1, 120, 120), (8, 1, 256)]
)
def test_a_retry_waits_for_the_longer_of_backoff_and_the_vendors_wish(database, attempt, wish_s, waits_s):
    owe(database, notice("a"))
    held = claim(database)
    mark(database, held)
    tried = replace(held, notices=(replace(held.notices[0], attempt=attempt),))
    settle(database, tried, Receipt("", "retry", "busy", after_s=wish_s))
    pass_time(database, waits_s - 1)
    assert keys(claim(database)) == []
    pass_time(database, 1)
    assert keys(claim(database)) == ["a"]


def test_what_could_not_be_sent_for_three_days_is_quarantined(database):
    owe(database, notice("a"))
    pass_time(database, 4 * 24 * 3600)  # that nobody tried it is nothing that counts
    for seconds, stands in ((0, "due"), (3 * 24 * 3600 - 10, "due"), (20, "quarantined")):
        pass_time(database, seconds)
        held = claim(database)
        mark(database, held)
        settle(database, held, Receipt("", "retry", "busy"))
        assert standing(database) == {"a": stands}


@pytest.mark.parametrize(("strikes", "waits_s"), [(0, 2), (1, 4), (3, 16)])
def test_what_a_sender_died_over_waits_the_longer_the_more_often_that_was_so(database, strikes, waits_s):
    owe(database, notice("a"))
    with database.write() as connection:
        connection.execute(update(notices).values(strikes=strikes))
    mark(database, claim(database))
    pass_time(database, LEASE_S + 1)
    lapse(database)
    pass_time(database, waits_s - 1)
    assert keys(claim(database)) == []
    pass_time(database, 1)
    assert keys(claim(database)) == ["a"]


@pytest.mark.parametrize("ends", ["died", settlement.BROKEN, settlement.BROKEN_TOGETHER])
def test_each_strike_puts_a_notice_ten_minutes_behind(database, ends):
    owe(database, notice("poison"))
    held = claim(database)
    mark(database, held)
    if ends == "died":
        die(database, held)
    else:
        settle(database, held, Receipt("", "retry", ends))
    owe(database, notice("soon"))
    pass_time(database, 660)
    owe(database, notice("late"))
    order = [keys(claim(database, 1))[0] for _ in range(3)]
    together = ends == settlement.BROKEN_TOGETHER
    assert order == (["poison", "soon", "late"] if together else ["soon", "poison", "late"])


def die(database: Database, held: Claim) -> None:
    pass_time(database, LEASE_S + 1)
    lapse(database)
    pass_time(database, 16)
    assert held.notices


def break_(database: Database, held: Claim) -> None:
    settle(database, held, Receipt("", "retry", settlement.BROKEN))
    pass_time(database, 900)


@pytest.mark.parametrize("ends", [die, break_])
def test_the_fifth_strike_quarantines(database, ends):
    owe(database, notice("poison"))
    for strike in range(5):
        assert standing(database) == {"poison": "due"}
        held = claim(database)
        assert held.fragile == ({held.notices[0].id} if strike else frozenset())
        mark(database, held)
        ends(database, held)
    assert standing(database) == {"poison": "quarantined"}
    assert keys(claim(database)) == []


def test_what_senders_have_died_over_is_in_the_hands_of_one_at_a_time(database):
    owe(database, notice("poison"), notice("beside it"))
    owe(database, notice("elsewhere", destination="plain"))
    taken = [claim(database), claim(database, destination="plain")]
    for held in taken:
        mark(database, held)
    die(database, taken[0])
    owe(database, notice("whole"))
    first = claim(database, 1, destination="plain")
    assert keys(first) == ["elsewhere"]
    assert keys(claim(database)) == ["whole"]
    settle(database, first, SENT)
    assert keys(claim(database)) == ["poison", "beside it"]


def test_what_broke_its_destination_together_is_in_the_hands_of_one_at_a_time_too(database):
    owe(database, notice("a"), notice("b"))
    held = claim(database)
    mark(database, held)
    settle(database, held, Receipt("", "retry", settlement.BROKEN_TOGETHER))
    pass_time(database, 900)
    assert [keys(claim(database, 1)) for _ in range(2)] == [["a"], []]


@pytest.mark.parametrize("ends", ["died", settlement.BROKEN_TOGETHER])
def test_of_two_claims_at_the_same_moment_one_takes_what_is_suspected(postgresql_url, ends):
    database = Database(postgresql_url)
    owe(database, notice("poison"), notice("beside it"))
    owe(database, notice("whole"), notice("elsewhere", destination="plain"))
    with database.write() as connection:
        suspects = among(notices.c.key, ["poison", "beside it", "elsewhere"])
        broken = {"reason": ends} if ends == settlement.BROKEN_TOGETHER else {"strikes": 1}
        connection.execute(update(notices).where(suspects).values(**broken))
    with database.write() as first, database.write() as second, database.write() as third:
        assert keys(claims.claim(first, "sink", 1, LEASE_S)) == ["poison"]
        assert keys(claims.claim(second, "sink", 9, LEASE_S)) == ["whole"]
        assert keys(claims.claim(third, "plain", 9, LEASE_S)) == []
    assert keys(claim(database, destination="plain")) == []
    database.close()


def test_only_the_oldest_open_notice_of_a_thread_can_be_claimed(database):
    owe(database, notice("a1", "a"), notice("b1", "b"), notice("a2", "a"), notice("b2", "b"))
    first = claim(database)
    assert keys(first) == ["a1", "b1"]
    assert keys(claim(database)) == []
    mark(database, first)
    assert keys(claim(database)) == []
    settle(database, first, SENT)
    assert keys(claim(database)) == ["a2", "b2"]


def test_a_claim_is_of_one_kind_so_that_messages_cut_no_batch_of_states_short(database):
    kinds = ["state", "message", "state", "state", "message", "state"]
    owe(database, *(notice(f"{n}", kind=kind) for n, kind in enumerate(kinds)))
    claimed = [keys(claim(database, 3)) for _ in range(4)]
    assert claimed == [["0", "2", "3"], ["1", "4"], ["5"], []]


def test_one_that_cannot_be_claimed_does_not_say_the_kind(database):
    owe(database, notice("0", "busy", kind="state"))
    assert keys(claim(database)) == ["0"]
    owe(database, notice("1", "busy", kind="state"), notice("2"))
    assert [keys(claim(database)) for _ in range(2)] == [["2"], []]


@pytest.mark.parametrize("outcome", ["retry", "unknown", "rejected", "suppressed"])
def test_a_thread_waits_for_a_retry_and_for_nothing_that_is_closed(database, outcome):
    owe(database, notice("a1", "a"), notice("a2", "a"))
    held = claim(database)
    mark(database, held)
    settle(database, held, Receipt("", outcome))
    assert keys(claim(database)) == ([] if outcome == "retry" else ["a2"])


def test_an_older_notice_that_is_only_planned_holds_its_thread(database):
    plan(database, [notice("a1", "a")])
    with database.write() as connection:
        outbox.plan(connection, None, [notice("a2", "a")])
    go_live(database)
    make_due(database)
    assert keys(claim(database)) == ["a1"]


def state(key: str, **more: str) -> Notice:
    return notice(key, "crm:7", kind="state", **more)


def test_newer_state_replaces_what_nobody_has_claimed(database):
    owe(database, state("s1"))
    plan(database, [state("s2")])
    plan(database, [state("s3")])
    make_due(database)
    assert standing(database) == {"s1": "replaced", "s2": "replaced", "s3": "due"}


def test_newer_state_waits_for_the_one_being_sent(database):
    owe(database, state("s1"))
    held = claim(database)
    owe(database, state("s2"))
    assert standing(database) == {"s1": "claimed", "s2": "due"}
    assert keys(claim(database)) == []
    mark(database, held)
    settle(database, held, SENT)
    assert keys(claim(database)) == ["s2"]


def test_planning_the_newest_state_again_does_not_replace_it(database):
    owe(database, state("s1"))
    assert plan(database, [state("s1")]) == 0
    assert standing(database) == {"s1": "due"}


def test_of_two_states_planned_together_only_the_newer_is_owed(database):
    owe(database, state("s1"), state("s2"), notice("m", "crm:8"))
    assert [keys(claim(database)) for _ in range(3)] == [["s2"], ["m"], []]


def test_messages_are_never_replaced(database):
    owe(database, notice("m1", "t"), notice("m2", "t"))
    assert standing(database) == {"m1": "due", "m2": "due"}


def test_nothing_is_due_in_dry_run_and_nothing_planned_before_going_live_ever_is(database):
    plan(database, [notice("early")])
    assert make_due(database) == 0
    with database.write() as connection:
        assert outbox.suppress_planned(connection, "before_go_live") == 1
    owe(database, notice("late"))
    assert standing(database) == {"early": "suppressed", "late": "due"}
    assert plan(database, [notice("early")]) == 0
    make_due(database)
    assert keys(claim(database)) == ["late"]


def test_a_paused_installation_claims_nothing(database):
    owe(database, notice("a"))
    with database.write() as connection:
        set_setting(connection, "paused", "restored from a backup")
    with database.read() as connection:
        assert claims.waiting(connection) == []
    assert keys(claim(database)) == []
    with database.write() as connection:
        set_setting(connection, "paused", "")
    assert keys(claim(database)) == ["a"]


def test_a_paused_destination_leaves_the_others_alone_and_goes_on_by_itself(database, monkeypatch):
    owe(database, notice("a"), notice("b", destination="other"))
    with database.write() as connection:
        deferral.pause(connection, "sink", 60)
    assert keys(claim(database)) == []
    assert keys(claim(database, destination="other")) == ["b"]
    later = database.now() + 61_000
    monkeypatch.setattr("store.deferral.clock", lambda _connection: later)
    assert keys(claim(database)) == ["a"]


def test_who_is_left_alone_and_owed_something_is_known(database):
    owe(database, notice("a"), notice("b", destination="mail"), notice("c", destination="crm"))
    settle(database, claim(database, destination="crm"), Receipt("", "sent"))
    with database.write() as connection:
        for name in ("sink", "crm"):
            deferral.pause(connection, name, 60)
        assert claims.resting(connection) == ["sink"]
        assert claims.waiting(connection) == ["mail"]
        deferral.pause(connection, "sink", 0)
        assert claims.resting(connection) == []


def test_a_body_is_stored_once_and_comes_with_every_later_claim(database):
    owe(database, notice("a"), notice("b"))
    held = claim(database)
    with database.write() as connection:
        claims.keep_bodies(connection, held.token, [replace(n, body=b"same words") for n in held.notices])
        assert connection.exec_driver_sql("SELECT count(*) FROM bodies").scalar_one() == 1
    pass_time(database, LEASE_S + 1)
    lapse(database)
    assert [n.body for n in claim(database).notices] == [b"same words"] * 2


def test_the_first_message_of_a_thread_names_it_for_the_later_ones(database):
    owe(database, notice("a1", "a"), notice("a2", "a"), notice("a3", "a"))
    for remote, known in [("ts-1", ""), ("ts-2", "ts-1"), ("ts-3", "ts-1")]:
        held = claim(database)
        assert held.notices[0].remote == known
        mark(database, held)
        settle(database, held, Receipt("", "sent", remote=remote))


def test_claimers_at_the_same_time_never_share_a_notice(database):
    owe(database, *(notice(f"{n}", f"thread {n % 40}") for n in range(200)))

    sent: list[int] = []

    def work(_number: int) -> None:
        while (held := claim(database, limit=7)).notices or "due" in standing(database).values():
            mark(database, held)
            sent.extend(map(int, keys(held)))
            settle(database, held, SENT)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(4)))
    assert sorted(sent) == list(range(200))
    for thread in range(40):
        assert [n for n in sent if n % 40 == thread] == list(range(thread, 200, 40))


def test_on_postgresql_a_claimer_does_not_wait_for_another(postgresql_url):
    database = Database(postgresql_url)
    owe(database, notice("a"), notice("b"))
    with ThreadPoolExecutor(1) as pool, database.write() as connection:
        assert keys(claims.claim(connection, "sink", 1, LEASE_S)) == ["a"]
        assert keys(pool.submit(claim, database).result(timeout=10)) == ["b"]
    database.close()


def test_each_attempt_leaves_a_receipt(database):
    owe(database, notice("a"))
    for receipt in (Receipt("", "retry", "busy"), Receipt("", "sent", remote="ts-1")):
        held = claim(database)
        mark(database, held)
        settle(
            database,
            replace(held, notices=(replace(held.notices[0], attempt=held.notices[0].attempt + 1),)),
            receipt,
        )
        pass_time(database, 900)
    with database.read() as connection:
        kept = connection.exec_driver_sql(
            "SELECT attempt, outcome, reason, remote FROM receipts ORDER BY id"
        ).all()
    assert kept == [(1, "retry", "busy", ""), (2, "sent", "", "ts-1")]


def staked(key: str, stake: int | None, thread: str = "", kind: str = "message") -> Notice:
    return replace(notice(key, thread, kind=kind), stake=stake)


def test_what_has_most_at_stake_leaves_first_and_what_is_of_no_account_before_it(database):
    owe(database, *(staked(str(stake), stake) for stake in (40, 0, 9_226, None, 500)))
    claimed = [keys(claim(database, 2)) for _ in range(3)]
    assert [sorted(each) for each in claimed] == [["9226", "None"], ["40", "500"], ["0"]]


def test_nobody_starves(database):
    owe(database, staked("small", 0))
    pass_time(database, 86_400 - 60)
    owe(database, staked("large", 2**40))
    assert keys(claim(database, 1)) == ["large"]
    pass_time(database, 120, ["small"])
    owe(database, staked("larger", 2**45))
    assert keys(claim(database, 1)) == ["small"]


def test_a_thread_keeps_its_order_whatever_is_at_stake(database):
    owe(database, staked("first", 1, "a"), staked("second", 9_000, "a"), staked("other", 500))
    held = claim(database, 1)
    assert keys(held) == ["other"]
    held = claim(database)
    assert keys(held) == ["first"]
    settle(database, held, SENT)
    assert keys(claim(database)) == ["second"]


def test_what_is_replayed_keeps_its_head_start_and_nothing_of_its_age(database):
    owe(database, staked("old", 0))
    settle(database, claim(database), Receipt("", "rejected", "no_such_channel"))
    pass_time(database, 3 * 86_400)
    with database.write() as connection:
        unsettled.replay(connection, None, actor="operator")
    owe(database, staked("new", 1))
    assert [keys(claim(database, 1)) for _ in range(2)] == [["new"], ["old"]]


def test_what_is_replayed_begins_without_its_strikes(database):
    owe(database, notice("poison"))
    for _ in range(settlement.MAX_STRIKES):
        held = claim(database)
        mark(database, held)
        break_(database, held)
    with database.write() as connection:
        unsettled.replay(connection, None, actor="operator")
    pass_time(database, 1)
    owe(database, notice("new"))
    assert [keys(claim(database, 1)) for _ in range(2)] == [["poison"], ["new"]]


def test_what_a_version_before_planned_leaves_first(database):
    owe(database, staked("new", 9_000), staked("before", 0))
    with database.write() as connection:
        connection.execute(update(notices).where(notices.c.key == "before").values(rank_ms=0))
    assert keys(claim(database, 1)) == ["before"]


def test_what_is_withheld_is_kept_with_its_reason_and_never_due(database: Database) -> None:
    held, other = replace(notice("held"), withheld="held_out"), notice("other")
    assert plan(database, [held, other]) == 2
    go_live(database)
    assert make_due(database) == 1
    assert standing(database) == {"held": "suppressed", "other": "due"}
    (row,) = (row for row in rows(database) if row.key == "held")
    assert (row.reason, row.settled_ms is None) == ("held_out", False)
    assert plan(database, [notice("held"), replace(other, withheld="held_out")]) == 0
    assert standing(database) == {"held": "suppressed", "other": "due"}


def test_what_was_planned_is_known(database: Database) -> None:
    plan(database, [notice("a")])
    with database.read() as connection:
        assert (outbox.is_known(connection, "a"), outbox.is_known(connection, "b")) == (True, False)
