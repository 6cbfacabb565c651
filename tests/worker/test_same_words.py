"""One account is told in the same words wherever it is told: Slack, CRM, digest, `explain`."""

import json

import msgspec
import pytest

from health.delta import Change, Delta, Move
from health.outlook import outlook
from health.reasons import reasons
from store import verdicts
from templates.explained import changes, commitment, likely, nearest
from templates.render import render
from tests import book
from tests.owed import rows
from tests.templates.examples import EXAMPLES
from worker.digests import book_digest
from worker.explanations import explained
from worker.letters import Verdict
from worker.records import record
from worker.release import go_live


@pytest.fixture(scope="module")
def day(tmp_path_factory):
    """A deployment with the day judged, live."""
    folder = tmp_path_factory.mktemp("day")
    opened = book.deployment(f"sqlite:///{folder / 'day.sqlite3'}")
    book.judge_eve(opened, folder / "eve")
    go_live(opened)
    book.judge_day(opened, folder / "day", book.DAY)
    yield opened
    opened.database.close()


@pytest.mark.parametrize("account", [book.LEAVING, book.UNPAID])
def test_reasons_delta_and_what_would_change_it(day, account):
    with day.database.read() as connection:
        stored = verdicts.verdict(connection, account)
        before = verdicts.before(connection, stored)
    why = explained(stored, before, day.policy)
    said = [*reasons(stored.assessment.score), *changes(why.delta), nearest(why.outlook)]
    assert all(said)
    alert = next(row for row in rows(day.database) if row.key.startswith(f"csm/{account}/"))
    slack = json.dumps(json.loads(render("alert", alert.payload)), ensure_ascii=False)
    task = json.loads(render("alert_task", alert.payload))["text"]
    assert [line for line in said if line not in slack] == []
    assert [line for line in said if line not in task] == []


def test_the_record_of_a_crm_and_the_digest_give_the_same_reasons(day):
    with day.database.read() as connection:
        stored = verdicts.verdict(connection, book.LEAVING)
    verdict = Verdict(3, _Row, stored.assessment, None)
    told = json.loads(record("hubspot", "7", verdict).payload)["reasons"]
    digest = json.loads(book_digest(day, book.DAY, [stored]).payload)["rows"][0]["reasons"]
    assert told == list(reasons(stored.assessment.score))
    assert digest == told[:2]


class _Row:
    key, account = book.LEAVING, 1


def test_no_letter_to_a_customer_speaks_of_a_score(day):
    with day.database.read() as connection:
        stored = verdicts.verdict(connection, book.UNPAID)
    letters = [row.payload for row in rows(day.database) if row.destination == "mail"]
    assert letters
    assert [why for why in reasons(stored.assessment.score) for text in letters if why in text] == []


WORDS = {
    "a measure moved": (Change("x", -1_200, (Move("utilisation_pct", 41.0, 18.0),)), "utilisation 41 → 18 %"),
    "by less than a whole": (
        Change("x", 5, (Move("sentiment", 41.2, 41.4),)),
        "answers to surveys 41.2 → 41.4 of 100",
    ),
    "a change reads as a share": (
        Change("x", -1, (Move("trend_pct", -1.0, -59.0),)),
        "use 99 → 41 % of its own baseline",
    ),
    "it became unknown": (Change("x", 5, (Move("nps", 4.0, None),)), "NPS answer 4 → not known"),
    "a text": (Change("x", 5, (Move("plan", "Small", "Team"),)), "plan Small → Team"),
    "no measure moved": (
        Change("idle", 5),
        "idle: its share of the weight, as other inputs became known or unknown",
    ),
    "a cap above a score that moved": (
        Change("cap:late", 5),
        "what a cap takes off, as the score beneath it changed",
    ),
    "the floor": (Change("floor", 5), "a score is never below 0"),
    "the rules": (Change("rules", 5), "the policy or the engine changed"),
}


@pytest.mark.parametrize(("change", "words"), WORDS.values(), ids=WORDS)
def test_a_change_in_words(change, words):
    (told,) = changes(Delta(change.points, (change,)))
    assert told.partition(": ")[2] == words


@pytest.mark.parametrize(("lines", "shown"), [(3, 3), (4, 4), (5, 4), (9, 4)])
def test_what_is_not_shown_is_summed(lines, shown):
    told = changes(Delta(-lines * 100, tuple(Change("idle", -100) for _ in range(lines))))
    assert len(told) == shown
    points = [int(line.partition(":")[0].replace("\N{MINUS SIGN}", "-")) for line in told]
    assert sum(points) == -lines


def test_the_nearest_is_empty_in_the_best_band(day):
    with day.database.read() as connection:
        stored = verdicts.verdict(connection, "a0")
    assert stored.assessment.band == "healthy"
    assert nearest(outlook(stored.assessment, day.policy)) == ""


def test_how_sure_the_rate_of_a_small_account_is(day):
    """Beside the figure in Slack, in a task, and in `explain`; where seats are many nobody says it."""
    with day.database.read() as connection:
        facts = verdicts.verdict(connection, book.UNPAID).assessment.facts
    low, high = facts["utilisation_low_pct"], facts["utilisation_high_pct"]
    said = f"Of so few seats utilisation is likely between {low} and {high} %."
    assert likely(facts) == said
    alert = next(row for row in rows(day.database) if row.key.startswith(f"csm/{book.UNPAID}/"))
    assert said in json.dumps(json.loads(render("alert", alert.payload)), ensure_ascii=False)
    assert said in json.loads(render("alert_task", alert.payload))["text"]
    unsure = json.loads(alert.payload) | {"likely": ""}
    assert "likely between" not in json.dumps(json.loads(render("alert", json.dumps(unsure))))
    assert likely({"utilisation_pct": 90}) == ""


LEADS = {"commitment_ends_on": "2027-01-01", "commitment_used_up_on": "2026-11-04"}


@pytest.mark.parametrize("kind", ["alert", "recovered", "expansion"])
def test_where_a_commitment_leads(kind):
    """The sentence of `explain` stands in Slack and in a task."""
    payload = json.dumps(msgspec.to_builtins(EXAMPLES[kind]) | {"commitment": commitment(LEADS)})
    assert commitment(LEADS) in json.dumps(json.loads(render(kind, payload)))
    if kind != "recovered":
        assert commitment(LEADS) in json.loads(render(f"{kind}_task", payload))["text"]
