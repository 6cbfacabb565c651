"""The command: one object for a program, a table for a person, and refusals."""

import pytest

from config.files import SHIPPED
from tests.worker.test_backtest import D, book, imported

COMMAND = ("backtest", "--as-of", str(D), "--horizon", "30")
STRENGTH = {"auc", "auc_low", "auc_high", "lift_top_decile", "precision_at_k"}
OF_A_DAY = STRENGTH | {
    *("n", "events", "base_rate", "k", "ece", "brier_skill", "modal_share", "lead_days", "verdict"),
    *("priority", "priority_with_revenue"),
}


@pytest.fixture
def foretold(on, sqlite_url):
    """Commands on a book whose leavers fall silent first."""
    imported(sqlite_url, book(100, fall=True)).close()
    return on(sqlite_url)


def test_a_program_gets_one_object_with_each_day_within(foretold):
    document = foretold(*COMMAND, "--json").document
    named = {"engine", "target", "horizon_days", "calibration", "gaps", "unknown_inputs", "by_as_of"}
    assert document.keys() == OF_A_DAY | named
    assert (document["engine"], document["target"], document["horizon_days"]) == ("weighted", "churned", 30)
    assert (document["n"], document["events"], document["verdict"]) == (100, 20, "evidence")
    assert document["by_as_of"][str(D)].keys() == OF_A_DAY
    assert document["by_as_of"][str(D)]["auc"] == document["auc"] > 0.9
    assert document["priority"].keys() == STRENGTH
    assert document["ece"] is None
    assert document["calibration"]["from"].startswith("none: the days before --train-until have too few")


def test_a_person_gets_a_table_by_day(foretold):
    done = foretold(*COMMAND, "--engine", "deductions")
    assert done.status == 0
    rows = [line.split() for line in done.out.splitlines()]
    assert rows[0] == ["figure", "all", str(D)]
    assert ["events", "20", "20"] in rows
    assert "sentiment 100%" in done.out


def test_another_engine_is_compared_on_the_same_cases(foretold):
    found = foretold(*COMMAND, "--against", "deductions", "--json").document
    against = found["against"]
    assert (against["named"], against["engine"]) == ("deductions", "deductions")
    assert against["auc"]["here"] == found["auc"]
    assert against["auc"]["low"] <= against["auc"]["by"] <= against["auc"]["high"]
    assert against["brier"] == dict.fromkeys(("here", "there", "by", "low", "high"))
    told = foretold(*COMMAND, "--against", str(SHIPPED / "policy.yaml")).out
    assert "policy.yaml on the same cases: no difference." in told
    assert "apart by +0.0 (likely between +0.0 and +0.0)" in told


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (("--against", "nobody.yaml"), 1, "nobody.yaml"),
        (("--horizon", "31"), 1, "facts and outcomes on"),
        (("--target", "vanished"), 2, "is none of churned, not_renewed, expanded"),
        (("--engine", "fited"), 1, "is not one of"),
        (("--as-of", "June"), 2, "does not match the format"),
    ],
)
def test_what_is_refused_is_said(foretold, words, status, said):
    done = foretold(*COMMAND, *words, "--json")
    assert (done.status, done.out) == (status, "")
    assert said in " ".join(done.err.replace("│", " ").split())
