"""What the doctor finds: good, bad with what to change, and no name or address of a customer's."""

import json
from contextlib import closing
from datetime import date

import pytest
from sqlalchemy import update

from health.records import Survey
from store import incidents, surveys
from store.database import Database
from store.tables import accounts, source_status
from tests import book
from tests.cli.conftest import Seatsignal
from tests.rehearsal import Rehearsal


def findings(done) -> dict[tuple[str, str], tuple[str, str]]:
    return {(each["about"], each["what"]): (each["state"], each["detail"]) for each in done.document}


def slack(sandbox: Rehearsal, token: str = "xoxb-sandbox-token") -> dict[str, str]:
    return {"SEATSIGNAL_SLACK_TOKEN": token, "SEATSIGNAL_SLACK_BASE_URL": f"{sandbox.http}/slack/api"}


def test_with_nothing_set_up_nothing_is_wrong(seatsignal: Seatsignal):
    done = seatsignal("doctor", "--json")
    assert done.status == 0
    assert findings(done)["files source", "settings"] == ("note", "not set up")
    assert findings(done)["slack destination", "settings"] == ("note", "not set up")
    assert findings(done)["database", "clock"][0] == "good"


def test_what_answers_is_good_and_a_sample_is_shown(seatsignal: Seatsignal, sandbox: Rehearsal, day):
    done = seatsignal("doctor", "--json", SEATSIGNAL_FILES_FOLDER=day, **slack(sandbox))
    found = findings(done)
    assert done.status == 0
    assert found["slack destination", "credentials, reach, scopes"] == ("good", "")
    assert found["slack destination", "clock"][0] == "good"
    assert found["files source", "sample"][0] == "good"
    assert found["files source", "sample"][1].startswith("accounts: account_id=")


def test_a_wrong_token_is_bad_and_names_the_setting(seatsignal: Seatsignal, sandbox: Rehearsal):
    done = seatsignal("doctor", "--json", **slack(sandbox, "xoxb-canary-1"))
    state, detail = findings(done)["slack destination", "credentials, reach, scopes"]
    assert (done.status, state) == (1, "bad")
    assert "SEATSIGNAL_SLACK_TOKEN" in detail
    assert "canary" not in done.out + done.err


@pytest.mark.parametrize("url", ["redis://:canary-2@127.0.0.1:1/0"])
def test_a_broker_that_is_away_is_bad(seatsignal: Seatsignal, url):
    done = seatsignal("doctor", "--json", SEATSIGNAL_BROKER_URL=url)
    assert done.status == 1
    assert findings(done)["broker", "reach"][0] == "bad"
    assert "canary" not in done.out + done.err


def test_a_person_reads_a_table(seatsignal: Seatsignal):
    done = seatsignal("doctor")
    assert done.out.splitlines()[0].split() == ["about", "looked", "at"]


def test_what_is_wrong_with_a_source_is_bad_until_it_is_over(eve: Seatsignal):
    with closing(Database(eve.url)) as database:
        with database.write() as connection:
            begun = incidents.begin(connection, "fleet", "files", date(2026, 6, 1))
            incidents.begin(connection, "listing", "files", date(2026, 5, 30), detail="seats")
            held = update(accounts).where(accounts.c.key.in_(book.ACCOUNTS[:3]))
            connection.execute(held.values(held="fleet/files"))
        done = eve("doctor", "--json")
        assert done.status == 1
        found = {about: each for about, each in findings(done).items() if each[0] == "bad"}
        assert found == {
            ("files", "incident: fleet"): ("bad", "since 2026-06-01, alerts about 3 accounts wait"),
            ("files", "incident: listing"): ("bad", "since 2026-05-30, seats"),
        }
        with database.write() as connection:
            incidents.end(connection, begun)
            connection.execute(update(accounts).values(held=""))
    assert ("files", "incident: fleet") not in findings(eve("doctor", "--json"))


def stated(commands: Seatsignal, kinds: list[str], through: date) -> None:
    """Let the business day be 1 June, and a source that nobody set up have stated some kinds of fact."""
    with closing(commands.database()) as database, database.write() as connection:
        row = {"source": "posthog", "kinds": json.dumps(kinds), "complete_through": through, "batch": 1}
        connection.execute(source_status.insert().values(row))
        incidents.begin(connection, "stale", "posthog", date(2026, 5, 31))


@pytest.mark.parametrize(
    ("kinds", "through", "said"),
    [
        (["usage", "seats"], date(2026, 5, 24), "complete through 2026-05-24: seats, usage still counted"),
        (["usage"], date(2026, 5, 23), "complete through 2026-05-23: usage unknown by now"),
        (
            ["usage", "seats", "tickets"],
            date(2026, 5, 23),
            "complete through 2026-05-23: tickets, usage unknown by now; seats still counted",
        ),
    ],
)
def test_a_source_that_is_out_of_use_is_said_to_be_with_what_still_counts(eve, kinds, through, said):
    stated(eve, kinds, through)
    done = eve("doctor", "--json")
    remedy = "set it up again, or take accounts off it with `seatsignal identity unlink`"
    found = {what: each for (about, what), each in findings(done).items() if about == "posthog"}
    assert found["out of use"] == ("note", f"nothing is set of it, {said}; {remedy}")
    assert "incident: stale" not in found
    assert done.status == 0


def test_a_source_that_is_set_up_is_not_out_of_use(eve: Seatsignal):
    stated(eve, ["usage"], date(2026, 5, 23))
    found = findings(eve("doctor", "--json", SEATSIGNAL_POSTHOG_PROJECT_ID="1"))
    assert found["posthog", "incident: stale"] == ("bad", "since 2026-05-31")
    assert ("posthog", "out of use") not in found


def test_answers_to_surveys_by_mail_are_never_out_of_use(eve: Seatsignal):
    with closing(Database(eve.url)) as database, database.write() as connection:
        surveys.keep(connection, surveys.begin(connection), Survey(book.LEAVING, "nps", 9, 1_780_300_000_000))
    done = eve("doctor", "--json")
    found = {what: state for (about, what), (state, _) in findings(done).items() if about == surveys.SOURCE}
    assert found == {"accounts matched": "good"}
    assert done.status == 0


def test_a_source_under_its_floor_is_bad_and_an_account_s_verdict_says_why(eve: Seatsignal):
    unlinked = book.ACCOUNTS[:6]
    for account in unlinked[:4]:
        eve("identity", "unlink", "files", account)
    assert findings(eve("doctor", "--json"))["files", "accounts matched"] == ("note", "8 of 12")
    eve("assess")
    assert "not counted" not in eve("explain", book.ACCOUNTS[-1]).out
    eve("identity", "unlink", "files", unlinked[4])
    done = eve("doctor", "--json")
    state, detail = findings(done)["files", "accounts matched"]
    assert (done.status, state) == (1, "bad")
    assert detail.startswith("7 of 12, under its floor of 60%, what it states is unknown")
    eve("assess")
    told = eve("explain", book.ACCOUNTS[-1]).out
    why = "files, of whose accounts 58% are linked, under its floor of 60%: what it states is unknown"
    assert f"not counted: {why}." in told
    assert "0% of the weight is known" in told
    assert eve("explain", book.ACCOUNTS[-1], "--json").document["facts"]["distrusted"] == why
