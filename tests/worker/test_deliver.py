from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime

import msgspec
import pytest
from sqlalchemy import select

from config.routes import ContactHours, Person
from health.nouns import Notice, Receipt
from health.records import Account
from integrations.errors import IntegrationError, Misconfigured, Rejected, RetryLater
from store import claims, deferral, facts, features, settlement, sources, subjects
from store.installation import set_setting
from store.sources import Landed
from store.tables import accounts
from tests.owed import notice, owe, pass_time, rows, standing
from tests.templates.examples import EXAMPLES, payload
from worker import deliver as module
from worker import operators
from worker.deliver import Delivered, deliver
from worker.words import LOOK_AGAIN_S

Said = str | Exception | Callable[[], object]
"""What a destination says to a notice: an outcome, an error, or something that happens first."""


class Scripted:
    """A destination that says what a test wrote down for it, and `sent` to all else."""

    batch_size = 10

    def __init__(self, said: Mapping[str, Said] | None = None, *, keyed: bool = True) -> None:
        self.said = dict(said or {})
        self.keyed = keyed
        self.calls: list[list[Notice]] = []

    def check(self) -> None:
        """Nothing to check."""

    def deliver(self, notices: Sequence[Notice]) -> Iterator[Receipt]:
        self.calls.append([])
        for one in notices:
            said = self.said.get(one.key, "sent")
            if isinstance(said, Exception):
                raise said
            self.calls[-1].append(one)
            if callable(said):
                said()
                said = "sent"
            yield Receipt(one.key, said, "said so", remote=f"remote {one.key}")

    @property
    def sent(self) -> list[list[str]]:
        return [[one.key for one in call] for call in self.calls]


class Restated(Scripted):
    """A destination without keys whose effects state theirs."""

    restates = True

    def __init__(self, said: Mapping[str, Said] | None = None) -> None:
        super().__init__(said, keyed=False)


@pytest.fixture
def deployment(deployment_on_both):
    return deployment_on_both


@pytest.fixture
def send(deployment):
    """Deliver through a scripted destination."""

    def through(destination: Scripted, name: str = "sink") -> Delivered:
        deployment._destinations[name] = destination
        return deliver(deployment, name)

    return through


@pytest.fixture
def database(deployment):
    return deployment.database


@pytest.fixture
def clock(monkeypatch):
    """The clock of `_elapsed`, in seconds, as a test sets it."""
    seconds = [0.0]
    monkeypatch.setattr(module, "_elapsed", lambda: seconds[0])
    return seconds


def test_what_is_due_is_sent_rendered_and_settled(send, database):
    owe(database, *(notice(str(n)) for n in range(25)))
    destination = Scripted()
    assert send(destination) == Delivered(25, more=False)
    assert [len(call) for call in destination.sent] == [10, 10, 5]
    assert set(standing(database).values()) == {"sent"}
    assert b"A source is stale" in destination.calls[0][0].body
    assert destination.calls[0][0].attempt == 1


def test_the_second_message_of_a_thread_knows_the_first(send, database):
    owe(database, notice("a1", "a"), notice("a2", "a"))
    destination = Scripted()
    assert send(destination).settled == 2
    assert [[one.remote for one in call] for call in destination.calls] == [[""], ["remote a1"]]


@pytest.mark.parametrize(("keyed", "calls"), [(True, [["a", "b", "c"]]), (False, [["a"], ["b"], ["c"]])])
def test_where_no_key_is_honoured_notices_are_marked_and_sent_one_at_a_time(send, database, keyed, calls):
    owe(database, notice("a"), notice("b"), notice("c"))
    destination = Scripted(keyed=keyed)
    send(destination)
    assert destination.sent == calls


@pytest.mark.parametrize("keyed", [True, False])
def test_while_a_notice_is_sent_it_says_whether_it_may_be_sent_again(send, database, keyed):
    seen = []
    owe(database, notice("a"))
    send(Scripted({"a": lambda: seen.extend(rows(database))}, keyed=keyed))
    assert [(row.status, row.keyed) for row in seen] == [("sending", keyed)]


def test_where_a_key_is_stated_notices_leave_one_at_a_time_and_may_be_sent_again(send, database):
    seen = []
    owe(database, notice("a"), notice("b"))
    destination = Restated({"a": lambda: seen.extend(rows(database))})
    send(destination)
    assert destination.sent == [["a"], ["b"]]
    assert [(row.status, row.keyed) for row in seen] == [("sending", True), ("claimed", False)]


def test_where_a_key_is_stated_what_broke_is_tried_again_and_no_other_with_it(send, database):
    owe(database, notice("a"), notice("b"))
    send(Restated({"a": ValueError()}))
    assert standing(database) == {"a": "due", "b": "sent"}
    pass_time(database, 900)
    destination = Restated()
    send(destination)
    assert destination.sent == [["a"]]


def test_what_a_sender_died_over_is_sent_alone(send, database):
    owe(database, notice("a"), notice("b"), notice("c"))
    send(Scripted({"b": ValueError()}))
    pass_time(database, 900)
    destination = Scripted()
    owe(database, notice("d"), notice("e"))
    send(destination)
    assert destination.sent == [["d", "e"], ["b"], ["c"]], "each that had no answer, and what is whole before"


def test_nobody_is_struck_for_what_another_may_have_broken(send, database):
    owe(database, notice("a"), notice("b"))
    send(Scripted({"a": ValueError()}))
    assert [(row.reason, row.strikes) for row in rows(database)] == [("broken_together", 0)] * 2
    pass_time(database, 900)
    send(Scripted({"a": ValueError()}))
    assert [(row.status, row.reason, row.strikes) for row in rows(database)] == [
        ("due", "broken", 1),
        ("sent", "", 0),
    ]


@pytest.mark.parametrize(
    ("error", "after"),
    [
        (RetryLater("busy"), {"a": "sent", "b": "due", "c": "due"}),
        (Misconfigured("no_token"), {"a": "sent", "b": "due", "c": "due"}),
        (Rejected("too_long"), {"a": "sent", "b": "quarantined", "c": "due"}),
        (KeyError("bug"), {"a": "sent", "b": "due", "c": "due"}),
    ],
)
def test_an_error_speaks_of_the_notice_at_hand_and_the_rest_were_not_sent(send, database, error, after):
    owe(database, notice("a"), notice("b"), notice("c"))
    assert send(Scripted({"b": error})).settled == 3
    assert standing(database).items() >= after.items()


@pytest.mark.parametrize(
    ("error", "status"),
    [(RetryLater("busy"), "due"), (Rejected("no_mailbox"), "quarantined"), (KeyError("bug"), "unknown")],
)
def test_what_breaks_without_a_key_may_have_been_sent(send, database, error, status):
    owe(database, notice("a"))
    send(Scripted({"a": error}, keyed=False))
    assert standing(database) == {"a": status}


def test_a_destination_that_needs_a_person_is_left_alone_for_a_while(send, database):
    owe(database, notice("a"), notice("b", destination="other"))
    send(Scripted({"a": Misconfigured("no_token")}))
    pass_time(database, module.PAUSE_S)
    destination = Scripted()
    assert send(destination).settled == 0
    assert send(destination, "other").settled == 1
    assert destination.sent == [["b"]]


def test_a_destination_that_cannot_be_made_is_left_alone_too(deployment, database, monkeypatch):
    def refuse(_name: str, **_: object) -> None:
        raise Misconfigured("settings_invalid", "set SEATSIGNAL_SINK_TOKEN")

    monkeypatch.setattr("worker.deployment.registry.destination", refuse)
    owe(database, notice("a"))
    for _ in range(2):
        with pytest.raises(Misconfigured):
            deliver(deployment, "sink")
    with database.read() as connection:
        assert claims.waiting(connection) == ["slack"], "nobody is rung for in vain"
    assert [(row.status, row.destination) for row in rows(database)] == [("due", "sink"), ("due", "slack")], (
        "a person is told, once"
    )


def test_words_that_cannot_be_made_are_quarantined_and_stop_nobody(send, database):
    owe(database, notice("bad", payload="{}"), notice("good"))
    assert send(Scripted()).settled == 1
    assert standing(database) == {"bad": "quarantined", "good": "sent"}
    assert rows(database)[0].reason == "payload_invalid"


def letter(key: str, owner: str) -> Notice:
    content = payload(EXAMPLES["failed_payment"])
    return notice(key, destination="mail", template="failed_payment", owner=owner, payload=content)


def test_a_letter_goes_to_the_address_that_its_token_stands_for(send, database):
    with database.write() as connection:
        people = subjects.remember(connection, {"yes@customer.example": "Dana", "no@customer.example": "Uma"})
        subjects.set_consent(connection, people["no@customer.example"], "failed_payment", granted=False)
    willing, unwilling = people.values()
    owe(database, letter("yes", willing), letter("no", unwilling), letter("gone", "nobody"))
    destination = Scripted(keyed=False)
    send(destination, "mail")
    assert [one.owner for call in destination.calls for one in call] == ["yes@customer.example"]
    assert [(row.status, row.reason) for row in rows(database)] == [
        ("sent", ""),
        ("suppressed", "no_consent"),
        ("suppressed", "no_address"),
    ]


FRIDAY_EVENING, MONDAY, TUESDAY = (
    int(datetime(2026, *day, tzinfo=UTC).timestamp()) for day in ((11, 27, 17), (11, 30, 7), (12, 1, 7))
)
OFFICE = ContactHours(opens=8, closes=18)


@pytest.fixture
def berliners(database):
    """The id of an account in Berlin, and the token of somebody there."""
    with database.write() as connection:
        sources.register(connection, "files")
        _say(connection, Account("acme", timezone="Europe/Berlin", country="DE"))
        (token,) = subjects.remember(connection, {"dana@customer.example": "Dana"}).values()
        return connection.execute(select(accounts.c.id)).scalar_one(), token


def _say(connection, account: Account) -> None:
    batch = sources.begin_batch(connection, "files", None)
    facts.store_records(connection, batch, [account])
    sources.end_batch(connection, batch, None, Landed(frozenset({"accounts"}), 1, None, complete=False))
    features.refresh(connection, 1, 10, ())


@pytest.fixture
def write_at(send, deployment, database, berliners, monkeypatch):
    """Deliver what is owed to Berlin when it is some instant, in seconds since 1970."""
    account, token = berliners
    object.__setattr__(deployment, "routes", deployment.routes.model_copy(update={"hours": OFFICE}))
    owe(database, replace(letter("letter", token), account=account))

    def at(instant: int, said: Mapping[str, Said] | None = None) -> list[list[str]]:
        monkeypatch.setattr("worker.words.clock", lambda _connection: instant * 1000)
        destination = Scripted(said, keyed=False)
        send(destination, "mail")
        return destination.sent

    return at


def test_a_letter_waits_for_the_hours_of_its_account(write_at, database):
    assert write_at(FRIDAY_EVENING) == []
    (waits,) = rows(database)
    assert (waits.status, waits.reason, waits.attempt, waits.strikes) == ("due", "out_of_hours", 0, 0)
    assert waits.body is None
    assert write_at(MONDAY) == [], "it is not due before"
    pass_time(database, MONDAY - FRIDAY_EVENING - 5)
    assert write_at(MONDAY) == []
    pass_time(database, 5)
    assert write_at(MONDAY) == [["letter"]]
    assert [(row.status, row.attempt) for row in rows(database)] == [("sent", 1)]


def test_a_letter_whose_lease_would_outlast_the_hours_waits_for_the_next(write_at, deployment, database):
    seconds = int(deployment.settings.lease_s)
    assert write_at(FRIDAY_EVENING - seconds) == []
    assert [row.reason for row in rows(database)] == ["out_of_hours"]
    pass_time(database, MONDAY - FRIDAY_EVENING + seconds)
    assert write_at(MONDAY) == [["letter"]]


def test_a_wait_for_the_hours_is_no_try_in_vain(write_at, database):
    write_at(FRIDAY_EVENING)
    pass_time(database, TUESDAY - FRIDAY_EVENING)
    write_at(TUESDAY, {"letter": RetryLater("busy")})
    assert [(row.status, row.reason) for row in rows(database)] == [("due", "busy")]


def test_who_withdraws_consent_while_a_letter_waits_gets_none(write_at, database, berliners):
    write_at(FRIDAY_EVENING)
    with database.write() as connection:
        subjects.set_consent(connection, berliners[1], "failed_payment", granted=False)
    pass_time(database, MONDAY - FRIDAY_EVENING)
    assert write_at(MONDAY) == []
    assert [(row.status, row.reason) for row in rows(database)] == [("suppressed", "no_consent")]


def test_a_zone_that_there_is_not_is_read_as_utc(write_at, database):
    with database.write() as connection:
        _say(connection, Account("acme", timezone="Mars/Olympus", country="DE"))
    assert write_at(MONDAY) == []
    pass_time(database, 3_600)
    assert write_at(MONDAY + 3_600) == [["letter"]]


@pytest.fixture
def tell_at(send, deployment, monkeypatch):
    """Deliver what is owed to Ann, who works in Berlin, when it is some instant."""
    ann = Person(slack="U01ANN", timezone="Europe/Berlin", hours=OFFICE)
    routes = deployment.routes.model_copy(update={"people": {"ann@seller.example": ann}})
    object.__setattr__(deployment, "routes", routes)

    def at(instant: int) -> list[list[str]]:
        monkeypatch.setattr("worker.words.clock", lambda _connection: instant * 1000)
        destination = Scripted()
        send(destination)
        return destination.sent

    return at


def morning(key: str, owner: str = "U01ANN", **more: object) -> Notice:
    payload = msgspec.json.encode({"title": "t", "what_happened": "w", **more}).decode()
    return notice(key, "thread", owner=owner, payload=payload)


def test_a_colleague_is_left_in_peace_out_of_hours(tell_at, database):
    owe(database, morning("a"))
    assert tell_at(FRIDAY_EVENING) == []
    assert [(row.status, row.reason) for row in rows(database)] == [("due", "out_of_hours")]
    pass_time(database, MONDAY - FRIDAY_EVENING)
    assert tell_at(MONDAY) == [["a"]]


@pytest.mark.parametrize("more", [{"severity": "high"}, {"answered": True}])
def test_what_is_urgent_or_just_answered_is_told_at_once(tell_at, database, more):
    owe(database, morning("a", **more))
    assert tell_at(FRIDAY_EVENING) == [["a"]]


def test_others_are_told_at_any_time(tell_at, database):
    owe(database, morning("a", owner="U02BOB"))
    assert tell_at(FRIDAY_EVENING) == [["a"]]


def test_what_waits_for_the_morning_holds_up_nothing_urgent_behind_it(tell_at, database):
    owe(database, morning("a"))
    assert tell_at(FRIDAY_EVENING) == []
    owe(database, morning("b", severity="high"))
    assert tell_at(FRIDAY_EVENING) == []
    pass_time(database, LOOK_AGAIN_S)
    assert tell_at(FRIDAY_EVENING) == [["a"], ["b"]]


def test_the_same_bytes_are_sent_again(send, database, monkeypatch):
    owe(database, notice("a"))
    first = Scripted({"a": RetryLater("busy")})
    send(first)
    pass_time(database, 900)
    monkeypatch.setattr("worker.words.render", lambda *_: b"other words")
    second = Scripted()
    send(second)
    assert b"A source is stale" in second.calls[0][0].body
    assert second.calls[0][0].attempt == 2


def test_who_slept_past_the_lease_before_the_first_byte_sends_nothing(send, database, clock, monkeypatch):
    owe(database, notice("a"))
    monkeypatch.setattr(module, "failpoint", lambda name: clock.__setitem__(0, 28.0 * (name == "marked")))
    destination = Scripted()
    assert send(destination).settled == 1
    assert destination.sent == []
    assert [(row.status, row.reason) for row in rows(database)] == [("due", "lease_lapsed")]


def test_who_slept_past_the_lease_between_two_notices_sends_no_second(send, database, clock):
    owe(database, notice("a"), notice("b"), notice("c"))
    destination = Scripted({"a": lambda: clock.__setitem__(0, 28.0)})
    send(destination)
    assert destination.sent == [["a"]]
    assert standing(database) == {"a": "sent", "b": "due", "c": "due"}


def test_who_lost_the_lease_marks_nothing_and_sends_nothing(send, database, monkeypatch):
    owe(database, notice("a"))
    monkeypatch.setattr(
        module, "failpoint", lambda name: pass_time(database, 31) if name == "rendered" else None
    )
    destination = Scripted()
    send(destination)
    assert destination.sent == []
    assert standing(database) == {"a": "claimed"}, "left to the sweep"


def test_an_answer_that_comes_after_the_lease_changes_nothing(send, database):
    def steal() -> None:
        pass_time(database, 31)
        with database.write() as connection:
            settlement.lapse(connection)
        pass_time(database, 2)
        with database.write() as connection:
            claims.claim(connection, "sink", 1, 30.0)

    owe(database, notice("a"))
    assert send(Scripted({"a": steal})).settled == 0
    assert standing(database) == {"a": "claimed"}


def test_a_turn_ends_with_its_time_and_says_that_there_is_more(send, database, clock):
    owe(database, *(notice(str(n)) for n in range(25)))
    sent: list[None] = []

    def tenth() -> None:
        """Let the turn's time be up once ten are sent, whichever those are: no order is promised here."""
        sent.append(None)
        if len(sent) == 10:
            clock[0] = module.TURN_S

    destination = Scripted({str(n): tenth for n in range(25)})
    assert send(destination) == Delivered(10, more=True)
    assert send(destination) == Delivered(15, more=False)


def test_a_pause_stops_who_has_claimed_many_at_the_next_letter(send, database):
    def stop():
        with database.write() as connection:
            set_setting(connection, "paused", "operator")

    owe(database, *(notice(str(n)) for n in range(9)))
    destination = Scripted({"3": stop}, keyed=False)
    send(destination)
    assert destination.sent == [["0"], ["1"], ["2"], ["3"]]
    assert set(list(standing(database).values())[4:]) == {"due"}


def test_nothing_is_sent_while_the_installation_is_paused(send, database):
    owe(database, notice("a"))
    with database.write() as connection:
        set_setting(connection, "paused", "a person said so")
    assert send(Scripted()) == Delivered(0, more=False)


@pytest.fixture
def rested(monkeypatch, clock):
    """How long a turn waited, in seconds; its clock goes on meanwhile."""
    waited: list[float] = []

    def rest(seconds: float) -> None:
        waited.append(seconds)
        clock[0] += seconds

    monkeypatch.setattr(module, "_rest", rest)
    return waited


def lift(database) -> None:
    with database.write() as connection:
        deferral.lift(connection, "sink")


@pytest.mark.parametrize("reason", sorted(module.SPENT))
@pytest.mark.parametrize("keyed", [True, False])
def test_what_a_destination_does_not_allow_is_deferred_whole_and_not_tried(
    send, database, rested, reason, keyed
):
    owe(database, *(notice(key) for key in "abcd"))
    destination = Scripted({"b": RetryLater(reason, after_s=600)}, keyed=keyed)
    assert not send(destination).more
    left = [(row.key, row.status, row.reason, row.attempt, row.strikes) for row in rows(database)]
    assert left == [("a", "sent", "", 1, 0), *((key, "due", reason, 0, 0) for key in "bcd")]
    assert send(destination) == Delivered(0, more=False), "nobody asks it again before its time"
    assert (len(destination.calls), rested) == (1 + (not keyed), [])


@pytest.mark.usefixtures("rested")
def test_what_had_to_wait_leaves_in_order_of_what_is_at_stake(send, database):
    owe(database, *(replace(notice(key), stake=stake) for key, stake in (("c", 1), ("a", 900), ("b", 30))))
    send(Scripted({"a": RetryLater("budget", after_s=60)}))
    lift(database)
    owe(database, replace(notice("new"), stake=5_000))
    destination = Scripted()
    send(destination)
    assert destination.sent == [["new", "a", "b", "c"]]


def test_a_short_wait_is_waited_out_within_the_turn(send, database, rested, monkeypatch):
    owe(database, notice("a"), notice("b"))
    limited = Scripted({"b": RetryLater("rate_limited", after_s=2)})

    def allowed(seconds: float) -> None:
        rested.append(seconds)
        limited.said.clear()
        lift(database)

    monkeypatch.setattr(module, "_rest", allowed)
    assert not send(limited).more
    assert (rested, standing(database)) == ([2], {"a": "sent", "b": "sent"})


@pytest.mark.usefixtures("rested")
def test_what_is_not_allowed_for_days_never_fails_for_it(send, database):
    owe(database, notice("a"))
    for _ in range(5):
        send(Scripted({"a": RetryLater("daily_limit", after_s=86_400)}))
        pass_time(database, 86_400)
        lift(database)
    assert standing(database) == {"a": "due"}


KILL_SWITCH_S = 5.0


@pytest.mark.usefixtures("rested")
@pytest.mark.parametrize("keyed", [True, False])
@pytest.mark.parametrize("each_s", [0.02, 0.4, 2.0])
def test_once_a_person_has_paused_nothing_is_begun_after_five_seconds(send, database, clock, keyed, each_s):
    owe(database, *(notice(f"{n:02}") for n in range(60)))
    begun: list[float] = []

    def one() -> None:
        begun.append(clock[0])
        clock[0] += each_s
        if len(begun) == 3:
            with database.write() as connection:
                set_setting(connection, "paused", "operator")

    destination = Scripted({f"{n:02}": one for n in range(60)}, keyed=keyed)
    destination.batch_size = 60
    assert not send(destination).more
    assert begun[-1] - begun[2] <= KILL_SWITCH_S
    stands = [(row.status, row.attempt) for row in rows(database)]
    assert stands == [*[("sent", 1)] * len(begun), *[("due", 0)] * (60 - len(begun))]
    with database.write() as connection:
        set_setting(connection, "paused", "")
        deferral.lift(connection, "sink")
    clock[0] = 0.0
    send(Scripted())
    assert {row.status for row in rows(database)} == {"sent"}, "what was given back leaves at once"


def test_the_three_errors_are_all_there_are():
    assert set(IntegrationError.__subclasses__()) == {RetryLater, Rejected, Misconfigured}


@pytest.mark.parametrize(("channel", "told"), [("#sales", 1), ("#seatsignal-ops", 0), ("", 0)])
def test_operators_are_told_of_a_channel_where_they_can_read_it(deployment, channel, told):
    with deployment.database.read() as connection:
        closed = Misconfigured("is_archived", "slack: a channel is archived", channel)
        owed = operators.destination_paused(deployment, connection, "slack", closed)
    assert ["#sales takes nothing" in each.payload for each in owed] == [True] * told
