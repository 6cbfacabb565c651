"""Whatever a vendor does, what is owed is seen once: Slack for certain, a mail at most."""

import os
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass

import pytest
from sqlalchemy import Row, update

from integrations.errors import Misconfigured
from store import deferral, outbox, settlement, subjects
from store.database import clock
from store.installation import setting
from store.tables import notices
from tests.integrations.mail import rig as mail
from tests.integrations.slack import rig as slack
from tests.owed import go_live, notice, pass_time, rows
from tests.rehearsal import Rehearsal, start_sandbox
from tests.services import free_port
from tests.templates.examples import EXAMPLES, payload
from worker.deliver import deliver
from worker.deployment import Deployment

CONFIG = {
    "slack_rate": {"per_second": 10_000, "burst": 10_000},
    "smtp_user": "seatsignal",
    "smtp_password": "sandbox-password",
}
DESTINATIONS = ("mail", "slack")
SLACK = ("post", "again", "other")
"""The second follows the first in its thread."""
MAIL = ("letter 1", "letter 2")
OWED = {*SLACK, *MAIL}
STRUCK = MAIL[0]
"""The first that is sent."""
A_WHILE_S = 1_000
"""Longer than a pause, a Retry-After or a wait between two attempts."""
ROUNDS = 12


@pytest.fixture
def deployment(deployment_on_both: Deployment) -> Deployment:
    return deployment_on_both


@pytest.fixture(scope="module")
def started() -> Iterator[Rehearsal]:
    with start_sandbox(CONFIG) as running:
        yield running


@dataclass
class Scene:
    """A deployment that owes three posts and two letters, and the vendors it owes them through."""

    deployment: Deployment
    sandbox: Rehearsal

    def send(self) -> None:
        """Deliver what is due now, as a worker would."""
        for name in DESTINATIONS:
            deliver(self.deployment, name)
        self.check_accounts()

    def wait(self) -> None:
        """Let time pass: leases lapse, pauses end, what was put off is due."""
        pass_time(self.deployment.database, A_WHILE_S)
        with self.deployment.database.write() as connection:
            settlement.lapse(connection)
            for name in DESTINATIONS:
                deferral.lift(connection, name)

    def go_on(self) -> None:
        """Send and wait until nothing is owed any more."""
        for _ in range(ROUNDS):
            self.send()
            if not {"due", "claimed", "sending"} & set(self.counted()):
                return
            self.wait()
        raise AssertionError(f"still owed after {ROUNDS} rounds: {self.counted()}")

    def counted(self) -> dict[str, int]:
        with self.deployment.database.read() as connection:
            return outbox.account_of(connection)

    def check_accounts(self) -> None:
        """Everything owed is in one place, and in none twice; operators may be told of it."""
        places, told = self.counted(), set(self.stands()) - OWED
        assert all(key.startswith("operator/") for key in told)
        assert sum(places.values()) == len(OWED) + len(told)
        assert set(places) <= {"due", "claimed", "sending", "sent", "suppressed", "quarantined", "unknown"}

    def stands(self) -> dict[str, tuple[str, str]]:
        return {row.key: (row.status, row.reason) for row in rows(self.deployment.database)}

    def row(self, key: str) -> Row[tuple[object, ...]]:
        return next(row for row in rows(self.deployment.database) if row.key == key)

    def seen(self) -> Counter[str]:
        """How often people saw each notice arrive."""
        effects = self.sandbox.ledger()["effects"]
        arrived = (effect["key"] for effect in effects if effect["action"] in {"post", "mail"})
        return Counter(key for key in arrived if key in OWED)


@pytest.fixture
def scene(deployment: Deployment, started: Rehearsal, monkeypatch: pytest.MonkeyPatch) -> Iterator[Scene]:
    started.reset()
    for variable, value in {**slack.rig(started).good, **mail.rig(started).good}.items():
        monkeypatch.setenv(variable, value)
    go_live(deployment.database)
    owe_all(deployment)
    yield Scene(deployment, started)
    for destination in deployment._destinations.values():
        destination.close()  # type: ignore[attr-defined]  # all have it


def owe_all(deployment: Deployment) -> None:
    posts = [
        notice(key, thread=f"t {key in SLACK[:2]}", destination="slack", owner="#sales") for key in SLACK
    ]
    with deployment.database.write() as connection:
        people = [f"dana.{number}@customer.example" for number in range(len(MAIL))]
        tokens = subjects.remember(connection, dict.fromkeys(people))
        letter = {"template": "failed_payment", "payload": payload(EXAMPLES["failed_payment"])}
        letters = [
            notice(key, destination="mail", owner=tokens[person], **letter)
            for key, person in zip(MAIL, people, strict=True)
        ]
        outbox.plan(connection, None, [*posts, *letters])
        outbox.make_due(connection, None)


sqlite = pytest.mark.parametrize("kept_database", ["sqlite"], indirect=True)
"""For what the database makes no difference to."""


def test_faults_of_all_vendors_at_once(scene):
    for fault in ("drop_answer", "500", "truncated", "401"):
        scene.sandbox.faults("slack", fault)
    for fault in ("451", "cut:3", "cut:7", "421"):
        scene.sandbox.faults("smtp", fault)
    scene.go_on()
    assert scene.seen() == Counter(OWED)
    assert scene.counted() == {"sent": len(OWED) - 1, "unknown": 1}


def test_without_faults_everything_is_seen_once(scene):
    scene.go_on()
    assert scene.seen() == Counter(OWED)
    assert scene.counted() == {"sent": len(OWED)}


# -- Slack -------------------------------------------------------------------------------------------

POST = {"on": "chat.postMessage"}
SLACK_FAULTS: list[tuple[str, Mapping[str, str | int], str]] = [
    ("401", {}, "unauthorized"),
    ("429", {"retry_after": 7}, "rate_limited"),
    ("500", {}, "status_500"),
    ("html", {}, "not_json"),
    ("ok_false", {}, "internal_error"),
    ("ok_false", {"error": "invalid_auth"}, "invalid_auth"),
    ("ok_false", {"error": "channel_not_found"}, "channel_not_found"),
    ("ok_false", {"error": "ratelimited"}, "rate_limited"),
    ("truncated", POST, "not_json"),
    ("drop_answer", POST, "connection_lost"),
    ("refuse", {}, "connection_lost"),
]


@sqlite
@pytest.mark.parametrize(("fault", "more", "reason"), SLACK_FAULTS)
def test_a_fault_of_slack_delays_and_neither_loses_nor_doubles(scene, fault, more, reason):
    scene.sandbox.faults("slack", fault, times=3, **more)
    scene.send()
    assert scene.stands()["post"] == ("due", reason)
    assert {key: scene.seen()[key] for key in MAIL} == dict.fromkeys(MAIL, 1)
    scene.go_on()
    assert scene.seen() == Counter(OWED)
    told = [row.payload for row in rows(scene.deployment.database) if row.key not in OWED]
    assert scene.counted() == {"sent": len(OWED) + len(told)}
    assert ["#sales takes nothing" in each for each in told] == [True] * (reason == "channel_not_found")


@sqlite
def test_slack_s_wish_to_wait_is_kept(scene):
    scene.sandbox.faults("slack", "429", retry_after=70)
    scene.send()
    with scene.deployment.database.read() as connection:
        until, _, reason = setting(connection, "deferred:slack").partition(" ")
        assert (round((int(until) - clock(connection)) / 10_000), reason) == (7, "rate_limited")
    scene.send()
    assert not set(SLACK) & set(scene.seen())


@sqlite
@pytest.mark.parametrize("fault", ["401", "ok_false"])
def test_what_needs_a_person_is_not_tried_again_and_again(scene, fault):
    scene.sandbox.faults("slack", fault, error="invalid_auth")
    scene.send()
    pass_time(scene.deployment.database, A_WHILE_S)  # everything is due, but Slack is left alone
    scene.send()
    assert (scene.row("post").attempt, not set(SLACK) & set(scene.seen())) == (1, True)
    assert scene.row("again").attempt == 0
    scene.go_on()
    assert scene.seen() == Counter(OWED)


@sqlite
def test_slack_that_is_away_for_days_ends_in_quarantine_and_not_in_silence(scene):
    scene.sandbox.faults("slack", "500", times=10_000)
    for _ in range(2):  # what follows in a thread is tried as long as what went before it
        scene.send()
        pass_time(scene.deployment.database, 4 * 86_400)
    scene.go_on()
    scene.sandbox.calm()
    assert scene.counted() == {"sent": len(MAIL), "quarantined": len(SLACK)}
    assert scene.stands()["post"] == ("quarantined", "status_500")


@sqlite
def test_a_message_slack_will_never_take_is_quarantined_alone(scene):
    scene.sandbox.faults("slack", "ok_false", error="msg_too_long")
    scene.go_on()
    assert scene.stands()["post"] == ("quarantined", "msg_too_long")
    assert scene.seen() == Counter(OWED - {"post"})


# -- mail --------------------------------------------------------------------------------------------

SENT, ONCE = ("sent", ""), 1
MAIL_FAULTS: list[tuple[str, tuple[str, str], tuple[str, str], int]] = [
    ("421", ("due", "connect_failed"), SENT, ONCE),
    ("451", ("due", "rcpt_deferred"), SENT, ONCE),
    ("550", ("quarantined", "recipient_refused"), ("quarantined", "recipient_refused"), 0),
    ("cut:1", ("due", "connect_failed"), SENT, ONCE),
    ("cut:2", ("due", "connect_failed"), SENT, ONCE),
    ("cut:3", ("due", "connection_lost"), SENT, ONCE),
    ("cut:4", ("due", "connection_lost"), SENT, ONCE),
    ("cut:5", ("due", "connection_lost"), SENT, ONCE),
    ("cut:7", ("unknown", "no_answer_to_the_final_dot"), ("unknown", "no_answer_to_the_final_dot"), ONCE),
    ("cut:8", SENT, SENT, ONCE),
]


@sqlite
@pytest.mark.parametrize(("fault", "first", "last", "seen"), MAIL_FAULTS)
def test_a_mail_that_is_cut_off_is_never_sent_twice(scene, fault, first, last, seen):
    scene.sandbox.faults("smtp", fault)
    scene.send()
    assert scene.stands()[STRUCK] == first
    scene.go_on()
    assert scene.stands()[STRUCK] == last
    assert scene.seen() == Counter({**dict.fromkeys(OWED, 1), STRUCK: seen})
    rest = {key: status for key, (status, _) in scene.stands().items() if key != STRUCK}
    assert rest == dict.fromkeys(OWED - {STRUCK}, "sent")


@sqlite
def test_a_mail_that_is_cut_off_within_its_lines_is_sent_again_only_if_the_dot_was_kept_back(scene):
    scene.sandbox.faults("smtp", "cut:6")  # a short mail and its dot may be on the wire before we notice
    scene.go_on()
    sent = scene.stands()[STRUCK][0] == "sent"
    assert sent or scene.stands()[STRUCK] == ("unknown", "no_answer_to_the_final_dot")
    assert scene.seen() == Counter(OWED if sent else OWED - {STRUCK})


def test_every_mail_cut_off_at_its_end_is_unknown_and_listed(scene):
    scene.sandbox.faults("smtp", "cut:7", times=len(MAIL))
    scene.go_on()
    assert {key: scene.stands()[key][0] for key in MAIL} == dict.fromkeys(MAIL, "unknown")
    assert {key: scene.seen()[key] for key in MAIL} == dict.fromkeys(MAIL, 1)


# -- vendors that are not there ----------------------------------------------------------------------

AWAY = {"mail": "SEATSIGNAL_MAIL_PORT", "slack": "SEATSIGNAL_SLACK_BASE_URL"}
BELONG = {"mail": MAIL, "slack": SLACK}


@sqlite
@pytest.mark.parametrize("name", AWAY)
def test_a_vendor_that_is_away_holds_up_nobody_else(scene, name, monkeypatch):
    port = free_port()
    monkeypatch.setenv(AWAY[name], str(port) if name == "mail" else f"http://127.0.0.1:{port}/api")
    for _ in range(3):
        scene.send()
        scene.wait()
    first = BELONG[name][0]
    assert (scene.stands()[first], scene.row(first).attempt) == (("due", "connect_failed"), 3)
    assert scene.seen() == Counter(OWED - set(BELONG[name]))
    scene.deployment._destinations.pop(name).close()
    for variable, value in {**slack.rig(scene.sandbox).good, **mail.rig(scene.sandbox).good}.items():
        monkeypatch.setenv(variable, value)
    scene.go_on()
    assert scene.seen() == Counter(OWED)


UNSENDABLE = [
    ("slack", "SEATSIGNAL_SLACK_TOKEN", "xoxb-canary\n"),
    ("slack", "SEATSIGNAL_SLACK_TOKEN", "xoxb-…"),
    ("mail", "SEATSIGNAL_MAIL_PASSWORD", "pässword"),
]


@sqlite
@pytest.mark.parametrize(("name", "variable", "value"), UNSENDABLE)
def test_a_secret_that_nothing_can_carry_needs_a_person_and_loses_nothing(
    scene, name, variable, value, monkeypatch
):
    good = os.environ[variable]
    monkeypatch.setenv(variable, value)
    for _ in range(2):
        with suppress(Misconfigured):
            scene.send()
    scene.check_accounts()
    assert {scene.stands()[key][0] for key in BELONG[name]} == {"due"}
    assert max(scene.row(key).strikes for key in BELONG[name]) == 0
    for made in scene.deployment._destinations.values():
        made.close()
    scene.deployment._destinations.clear()
    monkeypatch.setenv(variable, good)
    scene.wait()
    scene.go_on()
    assert scene.seen() == Counter(OWED)


# -- what we do wrong ourselves ----------------------------------------------------------------------


@sqlite
@pytest.mark.parametrize("key", ["other", STRUCK])
def test_words_that_cannot_be_made_are_quarantined_alone(scene, key):
    with scene.deployment.database.write() as connection:
        connection.execute(update(notices).where(notices.c.key == key).values(payload='{"title": 1}'))
    scene.go_on()
    assert scene.stands()[key] == ("quarantined", "payload_invalid")
    assert scene.seen() == Counter(OWED - {key})
