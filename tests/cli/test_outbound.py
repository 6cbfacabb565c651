"""What leaves by command: nothing before go-live, nothing while paused, and nothing is lost on the way."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import update

from config.files import SHIPPED
from config.variables import ANYWHERE
from integrations.slack.client import REMEDY
from store.tables import notices
from tests import book
from tests.cli.conftest import Seatsignal
from tests.owed import pass_time, rows
from tests.rehearsal import Rehearsal
from worker.deliver import PAUSE_S

SLACK = [key for key in book.OWED if key.startswith("csm")]
WAITING = "3 more wait; `seatsignal plan` lists them.\n"
WHERE = "the bot token (xoxb-…) from OAuth & Permissions of your Slack app"
LETTERS = [key for key in book.OWED if key.startswith("letter")]


def standing(commands: Seatsignal) -> dict[str, str]:
    """Where each notice of the book stands."""
    database = commands.database()
    found = book.keys(database)
    database.close()
    return found


def seen(sandbox: Rehearsal) -> list[str]:
    """What people saw, by key, each as often as they saw it."""
    effects = sandbox.ledger()["effects"]
    return sorted(book.without_token(effect["key"]) for effect in effects if effect["action"] != "update")


def test_from_import_to_inbox(eve: Seatsignal, sandbox: Rehearsal, reaching, day):
    eve.variables.update(reaching)
    assert eve("plan", "--json").document == {"live": False, "held": {}, "notices": []}
    assert eve("go-live", "--json").document == {"closed": 0}
    assert eve("import", day).status == 0
    planned = eve("plan", "--json").document
    assert {book.without_token(notice["key"]) for notice in planned["notices"]} == set(book.OWED)
    assert {notice["status"] for notice in planned["notices"]} == {"due"}

    dry = eve("deliver", "--dry-run", "--json").document
    assert {notice["template"] for notice in dry} == {"alert", "failed_payment", "renewal"}
    assert all(notice["body"]["text"] for notice in dry)
    assert seen(sandbox) == []
    assert set(standing(eve).values()) == {"due"}

    done = eve("deliver")
    assert (done.status, done.out) == (0, "mail: 2 sent\nslack: 3 sent\n")
    assert seen(sandbox) == sorted(book.OWED)
    assert set(standing(eve).values()) == {"sent"}
    assert eve("deliver").out == "Nothing was due.\n"
    assert eve("plan").out == "run  status  to  template  account  key  reason\n"


def test_what_was_planned_in_dry_run_is_shown_and_never_sent(eve: Seatsignal, sandbox, reaching, day):
    eve.variables.update(reaching)
    eve("import", day)
    plan = eve("plan")
    assert plan.out.count("planned") == len(book.OWED) + 1
    assert "Dry-run: nothing leaves until `seatsignal go-live`" in plan.out
    words = eve("deliver", "--dry-run").out
    assert f"--- failed_payment to mail (letter/failed_payment/{book.UNPAID}/" in words
    assert words.endswith("5 notices; nothing was sent.\n")
    assert eve("deliver").out == "Nothing was due.\n"
    assert eve("go-live").out == "Live. 5 notices planned before are closed unsent.\n"
    assert eve("deliver").out == "Nothing was due.\n"
    assert set(standing(eve).values()) == {"suppressed"}
    assert seen(sandbox) == []


@pytest.fixture
def cautious(tmp_path: Path) -> dict[str, str]:
    """A policy whose brake holds a run as soon as one account got worse."""
    text = (SHIPPED / "policy.yaml").read_text()
    text = text.replace("worse_accounts: 25", "worse_accounts: 0").replace(
        "worse_share_pct: 5", "worse_share_pct: 0"
    )
    (tmp_path / "cautious.yaml").write_text(text)
    return {"SEATSIGNAL_POLICY": str(tmp_path / "cautious.yaml")}


def test_a_held_run_waits_for_a_person(eve: Seatsignal, sandbox, reaching, cautious, day):
    eve.variables.update(reaching | cautious)
    eve("go-live")
    eve("import", day)
    reason = "2 of 12 accounts got a worse band within 24 hours, the limit is 0"
    assert eve("plan", "--json").document["held"] == {"3": reason}
    assert (
        f"Run 3 is held: {reason}. `seatsignal release 3` approves it; --discard closes it."
        in eve("plan").out
    )
    assert eve("deliver").out == "Nothing was due.\n"
    assert eve("release", "3", "--json").document == {"run": 3, "due": 5}
    again = eve("release", "3")
    assert (again.status, again.out) == (1, "")
    assert again.complaint == ["Run 3 is not held; `seatsignal plan` lists the runs that are."]
    assert eve("deliver").status == 0
    assert seen(sandbox) == sorted(book.OWED)


def test_letters_out_of_hours_wait_and_nothing_is_wrong(owing: Seatsignal, sandbox, reaching, tmp_path: Path):
    opens = (datetime.now(UTC).hour + 2) % 24
    hours = f"hours: {{ opens: {opens}, closes: {opens + 1} }}\n"
    (tmp_path / "routes.yaml").write_text((SHIPPED / "routes.yaml").read_text() + hours)
    done = owing("deliver", **reaching, SEATSIGNAL_ROUTES=str(tmp_path / "routes.yaml"))
    waiting = "2 more wait; `seatsignal plan` lists them.\n"
    assert (done.status, done.out) == (0, f"mail: 2 later out_of_hours\nslack: 3 sent\n{waiting}")
    assert seen(sandbox) == sorted(SLACK)
    plan = owing("plan", "--json").document["notices"]
    waits = {(book.without_token(each["key"]), each["status"], each["reason"]) for each in plan}
    assert waits == {(key, "deferred", "out_of_hours") for key in LETTERS}


def test_a_missing_token_is_named_and_loses_nothing(owing: Seatsignal, sandbox, reaching):
    token = reaching.pop("SEATSIGNAL_SLACK_TOKEN")
    done = owing("deliver", **reaching)
    assert (done.status, done.out) == (1, f"mail: 2 sent\n{WAITING}")
    assert done.complaint == [f"slack: set SEATSIGNAL_SLACK_TOKEN in {ANYWHERE}: {WHERE}"]
    assert {key: standing(owing)[key] for key in SLACK} == dict.fromkeys(SLACK, "due")
    assert seen(sandbox) == sorted(LETTERS)
    assert owing("deliver", **reaching).out == WAITING
    assert owing("resume").status == 0
    done = owing("deliver", **reaching, SEATSIGNAL_SLACK_TOKEN=token)
    assert (done.status, done.out) == (0, "slack: 3 sent\n")
    assert seen(sandbox) == sorted(book.OWED)


def test_a_wrong_token_is_no_success_and_loses_nothing(owing: Seatsignal, sandbox, reaching):
    done = owing("deliver", **reaching | {"SEATSIGNAL_SLACK_TOKEN": "xoxb-canary"})
    assert done.status == 1
    assert done.out == f"mail: 2 sent\nslack: 3 retry invalid_auth\n{WAITING}"
    assert done.complaint == [f"slack: the token is not valid; {REMEDY}"]
    assert "canary" not in done.err
    database = owing.database()
    pass_time(database, PAUSE_S)
    database.close()
    owing("resume")
    assert owing("deliver", **reaching).status == 0
    assert seen(sandbox) == sorted(book.OWED)


def test_a_pause_stops_everything_until_it_ends(owing: Seatsignal, sandbox, reaching):
    owing.variables.update(reaching)
    assert owing("pause").out == "Paused: nothing leaves until `seatsignal resume`.\n"
    stopped = owing("deliver", "--json").document
    assert stopped == {"answers": [], "waiting": 5, "paused": "operator"}
    assert owing("sweep").status == 0
    assert (seen(sandbox), set(standing(owing).values())) == ([], {"due"})
    assert owing("resume", "--json").document == {"paused": False}
    assert owing("deliver").status == 0
    assert seen(sandbox) == sorted(book.OWED)


def test_a_dry_run_says_which_language_a_letter_is_in(owing: Seatsignal):
    shown = owing("deliver", "--dry-run").out
    letters = [part for part in shown.split("--- ") if " to mail " in part.partition("\n")[0]]
    assert len(letters) == 2
    assert {letter.splitlines()[1].partition(" (")[0] for letter in letters} == {"Language: en"}
    assert shown.count("Language: ") == 2


def test_words_that_cannot_be_made_are_told_of_alone(owing: Seatsignal, reaching):
    owing.variables.update(reaching)
    database = owing.database()
    broken = next(row.key for row in rows(database) if row.template == "renewal")
    with database.write() as connection:
        connection.execute(update(notices).where(notices.c.key == broken).values(payload="{}"))
    database.close()
    dry = owing("deliver", "--dry-run")
    assert dry.status == 0
    assert f"--- renewal to mail ({broken})\ncannot be worded: payload_invalid" in dry.out
    assert dry.out.endswith("5 notices; nothing was sent.\n")
    shown = owing("preview", "renewal", "--account", book.RENEWING)
    assert (shown.status, shown.out) == (1, "")
    assert shown.complaint[0].startswith("payload_invalid: ")
    tried = owing("send-test", "renewal", "--account", book.RENEWING, "--to", "me@seller.example")
    assert (tried.status, tried.out) == (1, "")
    assert tried.complaint[0].startswith("payload_invalid: ")
    done = owing("deliver")
    assert (done.status, done.out) == (1, "mail: 1 rejected payload_invalid\nmail: 1 sent\nslack: 3 sent\n")
    assert standing(owing)[book.without_token(broken)] == "quarantined"
