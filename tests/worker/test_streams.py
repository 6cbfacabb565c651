"""Use that is told event by event: counted once, stored as a day once the day is over, in any order."""

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from random import Random

import pytest
from sqlalchemy import func, select, update

from integrations.segment.settings import SegmentSettings
from integrations.segment.webhook import SegmentWebhook
from store import erasure, inbox, retention
from store.installation import DAY, secret, set_setting
from store.streams import KEPT
from store.subjects import token
from store.tables import facts, messages, source_accounts, told_days
from store.tables import inbox as calls
from worker.pipeline import pull

NAME = "segment"
NOON = datetime(2026, 6, 9, 12, tzinfo=UTC)
TODAY = NOON.date()


@pytest.fixture
def deployment(deployment_on_both, monkeypatch):
    monkeypatch.setenv("SEATSIGNAL_SEGMENT_WEBHOOK_SECRET", "s")
    deployment_on_both.use_webhook(NAME, SegmentWebhook(SegmentSettings()))
    on(deployment_on_both, TODAY)
    return deployment_on_both


def on(deployment, day: date) -> None:
    with deployment.database.write() as connection:
        set_setting(connection, DAY, day.isoformat())


def call(deployment, *events: dict[str, object], received: datetime = NOON) -> None:
    """Call in as Segment would, and be received at an instant."""
    body = json.dumps({"batch": events}).encode()
    with deployment.database.write() as connection:
        number = connection.execute(select(func.count()).select_from(calls)).scalar_one()
        assert inbox.append(connection, NAME, f"call {number}", body)
        late = update(calls).where(calls.c.event == f"call {number}")
        connection.execute(late.values(received_ms=round(received.timestamp() * 1_000)))


def event(message: str, at: datetime = NOON, user: str = "u1", account: str = "acme", **told: object):
    return {
        "type": "track",
        "event": "Signed In",
        "messageId": message,
        "timestamp": at.isoformat(),
        "userId": user,
        "context": {"groupId": account},
        **told,
    }


def used(deployment) -> dict[tuple[str, date], tuple[int, int, int]]:
    """Return by account and day the active users, those of 30 days, and sign-ins."""
    usage = facts["usage"]
    query = select(source_accounts.c.external_id, usage).join_from(
        usage, source_accounts, usage.c.source_account == source_accounts.c.id
    )
    with deployment.database.read() as connection:
        return {
            (row.external_id, row.day): (row.active_users, row.active_users_30d, row.sign_ins)
            for row in connection.execute(query)
        }


def test_a_day_is_stored_once_it_is_over_and_each_event_counts_once(deployment):
    call(deployment, event("m1"), event("m2"), event("m2"), event("m3", user="u2"))
    call(deployment, event("m1"), event("m4", user="u2"))
    pull(deployment, NAME)
    assert used(deployment) == {}, "the day is not over"
    on(deployment, TODAY + timedelta(days=1))
    done = pull(deployment, NAME)
    assert (done.failure, done.rejects) == ("", 0)
    assert used(deployment) == {("acme", TODAY): (2, 2, 4)}
    call(deployment, event("m3", user="u2"), event("m4", user="u2"))
    pull(deployment, NAME)
    assert used(deployment) == {("acme", TODAY): (2, 2, 4)}, "they were counted yesterday"


def test_a_late_event_changes_its_day_and_the_users_of_days_after_it(deployment):
    days = [NOON - timedelta(days=back) for back in (3, 2, 1)]
    call(deployment, *(event(f"m{n}", at) for n, at in enumerate(days)))
    pull(deployment, NAME)
    assert used(deployment) == {("acme", at.date()): (1, 1, 1) for at in days}
    call(deployment, event("late", days[1], user="u2"))
    pull(deployment, NAME)
    assert used(deployment) == {
        ("acme", days[0].date()): (1, 1, 1),
        ("acme", days[1].date()): (2, 2, 2),
        ("acme", days[2].date()): (1, 2, 1),
    }


def test_days_that_wait_are_all_stored(deployment):
    call(deployment, event("m1"))
    pull(deployment, NAME)
    call(deployment, event("m2", NOON + timedelta(days=1)))
    pull(deployment, NAME)
    on(deployment, TODAY + timedelta(days=2))
    pull(deployment, NAME)
    assert {day for _, day in used(deployment)} == {TODAY, TODAY + timedelta(days=1)}


@pytest.mark.parametrize(("back", "counts"), [(7, True), (8, False), (-1, True), (-2, False)])
def test_an_event_counts_for_seven_days(deployment, back: int, counts: bool):
    on(deployment, TODAY + timedelta(days=9))
    call(deployment, event("m1", NOON - timedelta(days=back)))
    pull(deployment, NAME)
    assert bool(used(deployment)) is counts


def test_a_silent_account_is_stated_for_as_long_as_a_user_counts(deployment):
    call(deployment, event("m1"), event("other", account="zeta"))
    end = NOON + timedelta(days=40)
    call(deployment, event("m2", end, account="zeta"), received=end)
    on(deployment, end.date() + timedelta(days=1))
    pull(deployment, NAME)
    found = used(deployment)
    acme = {day: use for (account, day), use in found.items() if account == "acme"}
    assert acme == {TODAY: (1, 1, 1)} | {TODAY + timedelta(days=n): (0, 1, 0) for n in range(1, 30)}
    assert found["zeta", end.date()] == (1, 1, 1)


def test_a_day_of_which_nothing_came_is_not_taken_as_over(deployment):
    call(deployment, event("m1"))
    on(deployment, TODAY + timedelta(days=5))
    pull(deployment, NAME)
    assert set(used(deployment)) == {("acme", TODAY)}


def test_users_belong_to_the_group_that_was_told_of_last(deployment):
    def group(account: str, at: datetime) -> dict[str, object]:
        return event(f"g {account}", at, type="group", groupId=account, context={})

    yesterday = NOON - timedelta(days=1)
    call(
        deployment,
        group("zeta", yesterday - timedelta(hours=1)),
        group("acme", yesterday - timedelta(hours=2)),
    )
    pull(deployment, NAME)
    call(deployment, group("early", yesterday - timedelta(hours=3)))
    call(deployment, event("m1", yesterday, context={}), event("m2", yesterday, user="nobody", context={}))
    pull(deployment, NAME)
    assert used(deployment) == {("zeta", yesterday.date()): (1, 1, 1)}


def test_accounts_are_described_by_the_last_word_on_each_trait(deployment):
    def group(message: str, hours: int, **traits: str) -> dict[str, object]:
        return event(message, NOON + timedelta(hours=hours), type="group", groupId="acme", traits=traits)

    call(deployment, group("g1", 0, name="Acme", industry="Anvils"))
    pull(deployment, NAME)
    call(deployment, group("g3", 2, name="Acme Ltd"), group("g2", 1, name="Acme Co", website="acme.example"))
    pull(deployment, NAME)
    account = facts["accounts"]
    with deployment.database.read() as connection:
        query = select(account.c.name, account.c.domain, account.c.industry)
        assert connection.execute(query).all() == [("Acme Ltd", "acme.example", "Anvils")]


def test_users_are_kept_under_tokens_alone(deployment):
    yesterday = NOON - timedelta(days=1)
    call(deployment, event("m1", yesterday, user="zoe@acme.example"))
    pull(deployment, NAME)
    with deployment.database.read() as connection:
        zoe = token(secret(connection), "zoe@acme.example")
        acts = connection.execute(select(facts["people"].c.acts)).scalar_one()
        assert acts == connection.execute(select(told_days.c.acts)).scalar_one()
    assert json.loads(acts) == {zoe: ["", {"events": 1, "sign_ins": 1}]}


def test_who_is_erased_leaves_the_days_that_are_kept(deployment):
    yesterday = NOON - timedelta(days=1)
    call(deployment, event("m1", yesterday, user="zoe@acme.example"), event("m2", yesterday))
    pull(deployment, NAME)
    erasure.erase(deployment.database, "zoe@acme.example", "ann")
    with deployment.database.read() as connection:
        zoe = token(secret(connection), "zoe@acme.example")
        for table in (told_days, facts["people"]):
            assert zoe not in connection.execute(select(table.c.acts)).scalar_one()
        [body] = connection.execute(select(calls.c.body)).scalars()
    assert b"zoe" not in body


def test_what_cannot_be_read_is_counted_and_the_others_are_stored(deployment):
    yesterday = NOON - timedelta(days=1)
    call(deployment, event("m1", yesterday, timestamp="never"), event("m2", yesterday))
    assert pull(deployment, NAME).rejects == 1
    assert used(deployment) == {("acme", yesterday.date()): (1, 1, 1)}


def test_messages_are_forgotten_when_their_days_can_change_no_more(deployment):
    call(deployment, event("m1", NOON - timedelta(days=1)))
    pull(deployment, NAME)
    for days, left in ((KEPT.days - 1, 1), (KEPT.days, 0)):
        on(deployment, TODAY + timedelta(days=days))
        with deployment.database.write() as connection:
            retention.KINDS["streams"](connection, {"streams": 1}, 0)
            assert connection.execute(select(func.count()).select_from(messages)).scalar_one() == left


def whole(events: list[dict[str, object]], active_on: Callable[[date], set[str]]):
    """What must be stored in the end: users of 30 days counted anew for each day, by hand."""
    last = max(day_of(each) for each in events)
    first = min(day_of(each) for each in events)
    for n in range((last - first).days + 1):
        day = first + timedelta(days=n)
        month = set[str]().union(*(active_on(day - timedelta(days=back)) for back in range(30)))
        times = sum(day_of(each) == day for each in events)
        yield ("acme", day), (len(active_on(day)), len(month), times)


def day_of(told: dict[str, object]) -> date:
    return datetime.fromisoformat(str(told["timestamp"])).date()


@pytest.mark.parametrize("seed", range(3))
def test_in_whatever_order_and_however_often_events_come_the_days_are_the_same(deployment, seed: int):
    chance = Random(seed)
    events = [
        event(f"m{n}", NOON - timedelta(days=chance.randrange(1, 8)), user=f"u{chance.randrange(5)}")
        for n in range(60)
    ]
    come = chance.sample(events, 60) + chance.choices(events, k=40)
    while come:
        some, come = come[:9], come[9:]
        call(deployment, *some)
        if chance.random() < 0.5:
            pull(deployment, NAME)
    pull(deployment, NAME)
    assert used(deployment) == dict(
        whole(events, lambda day: {str(each["userId"]) for each in events if day_of(each) == day})
    )
