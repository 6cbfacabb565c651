"""What delivery could not settle, by command: listed without an address, replayed and settled once."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import delete, select, update

from integrations.mime import message_id
from store.tables import audit, notices, receipts
from tests import book
from tests.cli.conftest import Seatsignal
from tests.cli.test_outbound import LETTERS, SLACK, cautious, seen, standing
from tests.owed import rows
from tests.rehearsal import Rehearsal

__all__ = ["cautious"]
LETTER = LETTERS[0]
"""The first letter of the day."""
COLUMNS = {"status", "key", "destination", "template", "account", "reason", "attempts", "since", "remote"}


def keys(commands: Seatsignal) -> dict[str, str]:
    """The keys as they are, by the keys of the book, which leave out a person's token."""
    database = commands.database()
    found = {book.without_token(row.key): row.key for row in rows(database)}
    database.close()
    return found


def waiting(commands: Seatsignal, *options: str) -> dict[str, dict[str, object]]:
    listed = commands("notices", *options, "--json").document
    return {book.without_token(one["key"]): one for one in listed}


def actions(commands: Seatsignal) -> list[tuple[str, str]]:
    database = commands.database()
    with database.read() as connection:
        found = connection.execute(select(audit.c.action, audit.c.actor).order_by(audit.c.id)).all()
    database.close()
    return [tuple(row) for row in found if row.action.startswith(("notice_", "run_discarded"))]


@pytest.fixture
def struck(owing: Seatsignal, sandbox: Rehearsal, reaching: dict[str, str]) -> Seatsignal:
    """A day on which Slack refused one alert for good, and the server fell silent over the first letter."""
    owing.variables.update(reaching)
    sandbox.faults("slack", "ok_false", error="msg_too_long")
    sandbox.faults("smtp", "cut:7")
    assert owing("deliver").status == 1
    return owing


def test_the_balance_is_told_and_what_is_not_accounted_for_is_named(struck: Seatsignal):
    done = struck("balance", "--json")
    assert (done.status, done.document["defects"]) == (0, [])
    assert sum(run["notices"] for run in done.document["runs"]) == len(keys(struck))
    database = struck.database()
    with database.write() as connection:
        connection.execute(delete(receipts))
        connection.execute(delete(notices).where(notices.c.key == keys(struck)[LETTER]))
    database.close()
    done = struck("balance")
    assert done.status == 1
    assert any("does_not_add_up" in line for line in done.complaint)


def test_what_waits_for_a_person_is_listed_with_why_and_since_when_and_no_address(struck: Seatsignal):
    listed = waiting(struck)
    assert {key: (one["status"], one["reason"]) for key, one in listed.items()} == {
        SLACK[0]: ("quarantined", "msg_too_long"),
        LETTER: ("unknown", "no_answer_to_the_final_dot"),
    }
    for one in listed.values():
        assert set(one) == COLUMNS
        assert one["attempts"] == 1
        since = datetime.fromisoformat(str(one["since"]))
        assert timedelta() <= datetime.now(UTC) - since < timedelta(minutes=5)
    assert (listed[LETTER]["destination"], listed[LETTER]["account"]) == ("mail", book.UNPAID)
    told = struck("notices")
    assert (told.status, told.complaint) == (0, [])
    assert all(str(one["key"]) in told.out for one in listed.values())
    assert "`seatsignal settle KEY --sent` or `--not-sent`" in told.out
    assert "`seatsignal replay KEY`" in told.out
    assert not any(book.person(account) in told.out for account in book.ACCOUNTS)
    assert book.OWNER not in told.out


def test_of_a_letter_the_message_id_is_shown_for_the_server_s_log(struck: Seatsignal):
    (listed,) = waiting(struck, "--status", "unknown").values()
    assert listed["remote"] == message_id(str(listed["key"]), "seller.example")


@pytest.mark.parametrize("statuses", [("sent",), ("quarantined",), ("sent", "unknown")])
def test_notices_are_listed_by_where_they_stand(struck: Seatsignal, statuses):
    options = [word for status in statuses for word in ("--status", status)]
    assert set(waiting(struck, *options)) == {
        key for key, status in standing(struck).items() if status in statuses
    }


def test_a_replay_sends_what_was_quarantined_once(struck: Seatsignal, sandbox: Rehearsal):
    before = seen(sandbox)
    assert struck("replay", "--all", "--json").document == {"due": [SLACK[0]], "replaced": [], "left": {}}
    again = struck("replay", "--all")
    assert (again.status, again.out) == (0, "0 notices are due again.\n")
    assert struck("deliver").out == "slack: 1 sent\n"
    assert seen(sandbox) == sorted([*before, SLACK[0]])
    by_key = struck("replay", SLACK[0])
    assert (by_key.status, by_key.complaint) == (0, [])
    assert by_key.out == f"0 notices are due again.\n{SLACK[0]} is sent: nothing to replay.\n"
    assert struck("deliver").out == "Nothing was due.\n"
    assert actions(struck) == [("notice_replayed", "operator")]


def test_a_replay_finds_what_an_earlier_attempt_left_behind(struck: Seatsignal, sandbox: Rehearsal):
    assert struck("replay", SLACK[0]).status == 0
    sandbox.faults("slack", "drop_answer", on="chat.postMessage")
    struck("deliver")
    database = struck.database()
    with database.write() as connection:
        only = notices.c.key == SLACK[0]
        connection.execute(update(notices).where(only).values(status="quarantined", attempt=9))
    database.close()
    struck("replay", "--all", "--destination", "slack")
    assert struck("deliver").status == 0
    assert seen(sandbox).count(SLACK[0]) == 1


def test_a_key_that_is_none_is_named_and_the_others_are_replayed(struck: Seatsignal):
    done = struck("replay", "csm/nobody", SLACK[0])
    assert (done.status, done.out) == (1, "1 notices are due again.\n")
    assert done.complaint == [
        "There is no notice 'csm/nobody'; `seatsignal notices` lists those that wait for a person."
    ]


def test_mended_words_are_worded_anew(owing: Seatsignal, sandbox: Rehearsal, reaching):
    owing.variables.update(reaching)
    database = owing.database()
    row = next(row for row in rows(database) if row.template == "renewal")

    def let_payload_be(payload: str) -> None:
        with database.write() as connection:
            connection.execute(update(notices).where(notices.c.id == row.id).values(payload=payload))

    let_payload_be("{}")
    assert owing("deliver").status == 1
    let_payload_be(str(row.payload))
    assert owing("replay", "--all").status == 0
    assert owing("deliver").out == "mail: 1 sent\n"
    assert seen(sandbox) == sorted(book.OWED)
    database.close()


def test_a_letter_that_arrived_is_settled_and_never_sent_again(struck: Seatsignal, sandbox: Rehearsal):
    key, before = keys(struck)[LETTER], seen(sandbox)
    assert struck("settle", key, "--sent", "--json").document == {"key": key, "status": "sent"}
    again = struck("settle", key, "--not-sent")
    assert (again.status, again.out) == (1, "")
    assert again.complaint == [f"{key} is sent, not unknown; there is nothing to settle."]
    assert struck("deliver").out == "Nothing was due.\n"
    assert seen(sandbox) == before
    assert actions(struck) == [("notice_settled", "operator")]


def test_a_letter_that_did_not_arrive_is_sent(owing: Seatsignal, sandbox: Rehearsal, reaching):
    owing.variables.update(reaching)
    key = keys(owing)[LETTER]
    database = owing.database()
    with database.write() as connection:  # its sender died before the first byte
        lost = update(notices).where(notices.c.key == key)
        connection.execute(lost.values(status="unknown", reason="sender_lost", attempt=1))
    database.close()
    assert owing("deliver").status == 0
    assert seen(sandbox) == sorted(set(book.OWED) - {LETTER})
    done = owing("settle", key, "--not-sent")
    assert (done.status, done.out) == (0, f"{key} is due again.\n")
    assert owing("deliver").out == "mail: 1 sent\n"
    assert seen(sandbox) == sorted(book.OWED)
    assert waiting(owing) == {}


def test_a_held_run_that_is_discarded_sends_nothing_and_is_in_nobodys_way(
    eve: Seatsignal, sandbox: Rehearsal, reaching, cautious, day
):
    eve.variables.update(reaching | cautious)
    eve("go-live")
    eve("import", day)
    held = waiting(eve)
    assert set(held) == set(book.OWED)
    assert {(one["status"], one["reason"]) for one in held.values()} == {
        ("held", "2 of 12 accounts got a worse band within 24 hours, the limit is 0")
    }
    assert eve("release", "3", "--discard", "--json").document == {"run": 3, "closed": 5}
    for words in (["release", "3", "--discard"], ["release", "3"]):
        again = eve(*words)
        assert (again.status, again.out) == (1, "")
        assert again.complaint == ["Run 3 is not held; `seatsignal plan` lists the runs that are."]
    assert eve("plan", "--json").document == {"live": True, "held": {}, "notices": []}
    closed = waiting(eve, "--status", "suppressed")
    assert {one["reason"] for one in closed.values()} == {"discarded"}
    assert eve("deliver").out == "Nothing was due.\n"
    assert seen(sandbox) == []
    assert actions(eve) == [("run_discarded", "operator")]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["notices", "--status", "quarantine"], "'quarantine' is none of unknown, quarantined, held"),
        (["notices", "--status", "quarantine"], "did you mean 'quarantined'?"),
        (["replay"], "name notices by KEY, or all of them by --all"),
        (["replay", "a", "--all"], "name notices by KEY, or all of them by --all"),
        (["replay", "a", "--destination", "slack"], "goes with --all"),
        (
            ["replay", "--all", "--destination", "slak"],
            "'slak' is none of apprise, hubspot, mail, postmark, salesforce, ses, slack",
        ),
        (["settle", "a"], "say which it is"),
        (["settle"], "Missing argument"),
        (["release", "--discard"], "Missing argument"),
    ],
)
def test_wrong_use_ends_with_2_and_changes_nothing(owing: Seatsignal, words, said):
    done = owing(*words, COLUMNS="300")
    assert (done.status, done.out) == (2, "")
    assert said in done.err
    assert set(standing(owing).values()) == {"due"}


def test_a_key_that_is_none_cannot_be_settled(owing: Seatsignal):
    done = owing("settle", "letter/nobody", "--sent")
    assert (done.status, done.out) == (1, "")
    assert done.complaint == [
        "There is no notice 'letter/nobody'; `seatsignal notices` lists those that wait for a person."
    ]
