"""`seatsignal experiment`: planned before it starts, frozen as it starts, and read once there are enough."""

import json
from pathlib import Path

import pytest

from health.experiments import Arm, Reading
from health.languages import LANGUAGES
from store import experiments
from templates.examples import APPROACHING_LIMIT
from tests import book
from tests.cli.conftest import Seatsignal
from tests.cli.test_done import rows
from tests.templates.examples import payload

NAME = "limit_letter"
PLAN = {
    "hypothesis": "It helps.",
    "letter": "approaching_limit",
    "metric": "expanded",
    "within_days": 60,
    "baseline_pct": 10,
    "effect_points": 10,
    "hold_out_pct": 50,
}


@pytest.fixture
def ours(owing: Seatsignal, tmp_path: Path):
    """Commands with a plan of our own, which a test may change."""
    file = tmp_path / "experiments.yaml"
    owing.variables["SEATSIGNAL_EXPERIMENTS"] = str(file)

    def plan(**changes: object) -> Seatsignal:
        file.write_text(json.dumps({NAME: PLAN | changes}), encoding="utf-8")
        return owing

    return plan


def test_a_plan_tells_the_hypothesis_and_what_it_takes(ours):
    said = ours()("experiment", "plan", NAME)
    assert said.status == 0
    hypothesis, metric, sample, pace, state = said.out.splitlines()
    assert hypothesis == "limit_letter: It helps."
    assert metric == "Metric: expanded within 60 days; 10 % with no letter, 20 % hoped for with the letter."
    assert sample.startswith(
        "Sample: 219 get no letter (50 %), 219 get the letter: an effect of 10 points is seen with"
    )
    assert pace == "In the last 90 days 0 accounts were owed this letter."
    assert state.startswith("State: planned. Nothing is said of outcomes before")
    told = ours()("experiment", "plan", NAME, "--json").document
    assert told["sample"] == {"held_out": 219, "written": 219}
    assert (told["owed_in_90_days"], told["days_to_fill"], told["state"]) == (0, None, "planned")


def test_how_long_it_takes_goes_by_the_pace(ours):
    database = ours().database()
    with database.write() as connection:
        connection.exec_driver_sql(
            "UPDATE notices SET template = 'approaching_limit' WHERE template = 'renewal'"
        )
    database.close()
    told = ours()("experiment", "plan", NAME, "--json").document
    assert (told["owed_in_90_days"], told["days_to_fill"]) == (1, 90 * 438)
    assert "at that pace it takes 39420 days, and 60 more." in ours()("experiment", "plan", NAME).out


def test_all_plans_are_listed_with_how_they_stand(ours):
    heading, row = ours()("experiment", "plan").out.splitlines()
    assert heading.split() == ["experiment", "letter", "metric", "state"]
    assert row.split() == [NAME, "approaching_limit", "expanded", "planned"]
    assert [each["state"] for each in ours()("experiment", "plan", "--json").document] == ["planned"]


def test_it_starts_is_not_started_twice_and_stops_with_a_reason(ours):
    started = ours()("experiment", "start", NAME, "--json").document
    assert started["started_on"] == str(book.DAY)
    assert started["hash"] == ours()("experiment", "plan", NAME, "--json").document["hash"]
    again = ours()("experiment", "start", NAME)
    assert (again.status, again.complaint) == (
        1,
        [f"'{NAME}' was started on {book.DAY}: a name is used once, plan under another."],
    )
    assert ours()("experiment", "plan", NAME, "--json").document["state"] == "running"
    stopped = ours()("experiment", "stop", NAME, "--reason", " it  is\nautumn ", "--json").document
    assert stopped == {"experiment": NAME, "reason": "it is autumn"}
    assert rows(ours(), "SELECT stopped_on, stop_reason FROM experiments") == [
        (str(book.DAY), "it is autumn")
    ]
    assert ours()("experiment", "plan", NAME, "--json").document["state"] == "stopped"


@pytest.mark.parametrize("command", ["plan", "start", "read"])
def test_a_plan_that_changed_since_is_refused_with_what_changed(ours, command):
    assert ours()("experiment", "start", NAME).status == 0
    refused = ours(effect_points=8)("experiment", command, NAME)
    assert (refused.status, refused.out) == (1, "")
    assert "  effect_points: started with 10.0, now 8.0" in refused.complaint
    assert ours(effect_points=8)("experiment", "stop", NAME, "--reason", "enough").status == 0


def test_before_there_are_enough_it_tells_how_far_it_is(ours):
    ours()("experiment", "start", NAME)
    said = ours()("experiment", "read", NAME)
    assert said.status == 0
    assert "Too few: nothing is said of outcomes, and nobody has looked at them." in said.out
    told = ours()("experiment", "read", NAME, "--json").document
    assert (told["verdict"], told["reading"], told["drawn"]) == (
        "too_few",
        None,
        {"held_out": 0, "written": 0},
    )


@pytest.mark.parametrize(
    ("verdict", "said"),
    [
        ("better", "the letter helps."),
        ("worse", "the letter harms."),
        ("no_evidence", "no evidence that the letter does anything."),
    ],
)
def test_what_it_told_is_told_in_words_and_figures(ours, verdict, said):
    ours()("experiment", "start", NAME)
    reading = Reading(verdict, Arm(250, 25), Arm(240, 48), 10.04, 3.21, 16.6, 0.0031)
    kept = json.dumps(
        {
            "verdict": verdict,
            "held_out": {"accounts": 250, "met": 25},
            "written": {"accounts": 240, "met": 48},
            "points": reading.points,
            "low": reading.low,
            "high": reading.high,
            "chance": reading.chance,
        }
    )
    database = ours().database()
    with database.write() as connection:
        begun = experiments.begun(connection)[NAME]
        experiments.keep_reading(connection, begun._replace(read_on=book.DAY, reading=kept))
    database.close()
    lines = ours()("experiment", "read", NAME).out.splitlines()
    assert lines[0] == "limit_letter: It helps."
    assert lines[-4:] == [
        "expanded: 20.0 % of 240 accounts with the letter, 10.0 % of 250 with no letter.",
        "Within strata apart by +10.0 points, likely between +3.2 and +16.6; by chance alone in 0.3%.",
        f"Verdict: {said} Read once; it stays as it is.",
        "Accounts are held out until you stop it.",
    ]
    told = ours()("experiment", "read", NAME, "--json").document
    assert (told["verdict"], told["state"], told["read_on"]) == (verdict, "read", str(book.DAY))
    assert told["reading"] == json.loads(kept)
    ours()("experiment", "stop", NAME, "--reason", "read")
    assert ours()("experiment", "read", NAME).out.splitlines()[-1] == lines[-2]


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (["plan", "limit_leter"], 2, "did you mean 'limit_letter'?"),
        (["start", "other"], 2, "no experiment 'other' is planned"),
        (["stop", NAME], 2, "needed, in at most 200 characters"),
        (["stop", NAME, "--reason", "x" * 201], 2, "needed, in at most 200 characters"),
        (["stop", NAME, "--reason", "enough"], 1, "'limit_letter' was never started."),
        (["read", NAME], 1, "'limit_letter' was never started."),
    ],
)
def test_what_cannot_be_is_refused(ours, words, status, said):
    done = ours()("experiment", *words, COLUMNS="200")
    assert (done.status, done.out) == (status, "")
    assert said in done.err


def test_nothing_is_tried_in_dry_run(eve: Seatsignal):
    done = eve("experiment", "start", NAME)
    assert (done.status, done.complaint) == (
        1,
        ["Nothing leaves before `seatsignal go-live`, so that nothing can be tried."],
    )


def test_a_plan_that_is_wrong_is_found_by_config_check(ours):
    done = ours(letter="renewal")("config", "check")
    assert done.status == 1
    assert "'renewal' is a notice: it is held back from nobody" in done.err


def in_all(words: str) -> dict[str, str]:
    return {language: f"{words} ({language})" for language in LANGUAGES}


def test_a_variant_is_planned_as_the_letter_is_and_shown_before_it_starts(ours):
    variant = {"name": "question", "subject": in_all("Is there room?"), "note": in_all("Two weeks are free.")}
    seatsignal = ours(variant=variant, hold_out_pct=None)
    _, metric, sample, *_ = seatsignal("experiment", "plan", NAME).out.splitlines()
    assert metric.endswith("10 % with the letter as it is, 20 % hoped for with the variant question.")
    assert sample.startswith("Sample: 219 get the letter as it is (50 %), 219 get the variant question: ")
    with seatsignal.database().write() as connection:
        connection.exec_driver_sql(
            "UPDATE notices SET template = 'approaching_limit', payload = :said WHERE template = 'renewal'",
            {"said": payload(APPROACHING_LIMIT)},
        )
    asked = ("preview", "approaching_limit", "--account", book.RENEWING)
    subjects = [seatsignal(*asked, *more).out.splitlines()[0] for more in ((), ("--variant", NAME))]
    assert subjects[0] != subjects[1] == "Subject: Is there room? (en)"
    shown = seatsignal(*asked, "--variant", NAME, "--all-locales", "--json").document
    assert [each["subject"] for each in shown] == list(variant["subject"].values())
    assert all(variant["note"][each["language"]] in each["text"] for each in shown)
    refused = ours()(*asked, "--variant", NAME)
    assert (refused.status, "--variant" in refused.err) == (2, True)
