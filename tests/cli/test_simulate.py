"""The command: one object for a program, tables for a person, Markdown for the comment on a change."""

import json
from datetime import timedelta

import pytest

from cli.simulated import as_markdown
from config.files import SHIPPED
from tests.worker.test_backtest import D, book, imported
from tests.worker.test_simulate import STRICTER_DATA

COMMAND = ("--from", str(D - timedelta(days=7)), "--to", str(D), "--horizon", "20")
NAMED = {
    *("policy", "proposed", "nothing_changes", "from", "to", "every_days", "days", "horizon_days"),
    *("accounts", "alerts", "gained", "lost", "revenue", "bands", "volume", "at_risk", "unknown"),
}


@pytest.fixture
def replaying(on, sqlite_url, tmp_path):
    """The command on a book whose leavers fall silent first, with a policy that is stricter."""
    imported(sqlite_url, book(20, fall=True)).close()
    file = tmp_path / "stricter.yaml"
    file.write_text(json.dumps(STRICTER_DATA), encoding="utf-8")
    return lambda *words, policy=file: on(sqlite_url)("simulate", "--policy", str(policy), *words)


def test_a_program_gets_one_object_and_a_person_tables(replaying):
    document = replaying(*COMMAND, "--json").document
    assert document.keys() == NAMED
    assert (document["days"], document["accounts"], document["nothing_changes"]) == (2, 20, False)
    assert document["unknown"]["sources"] == ["files"]
    assert document["bands"]["moved"] == sum(each["accounts"] for each in document["bands"]["moves"])
    assert document["gained"]
    assert len(document["gained"]) == sum(each["gained"] for each in document["alerts"])
    assert document["at_risk"]["in_force"]["alerts"] > 0
    told = replaying(*COMMAND)
    assert "Accounts that somebody is told of" in told.out
    assert "subscriptions: renewal_mrr_minor, status, cancel_at_period_end" in told.out
    assert told.err.splitlines() == [f"As of {D - timedelta(days=7)} …", f"As of {D} …"]


def test_a_comment_has_the_same_in_markdown(replaying):
    told = replaying(*COMMAND, "--markdown").out
    assert told.startswith("## Policy ")
    assert "\n| audience | kind | in force | proposed | gained | lost |\n| --- |" in told


def test_the_same_policy_changes_nothing_whatever_its_file_looks_like(replaying, tmp_path):
    file = tmp_path / "same.yaml"
    text = (SHIPPED / "policy.yaml").read_text(encoding="utf-8")
    file.write_text(f"# a remark\n{text}", encoding="utf-8")
    done = replaying(*COMMAND, "--json", policy=file)
    assert (done.document["nothing_changes"], done.document.keys() & {"alerts"}) == (True, set())
    assert "Nothing changes" in replaying(*COMMAND, policy=file).out


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (("--from", "1999-01-01"), 1, "nothing is known as of 1999-01-01"),
        (("--from", "June"), 2, "does not match the format"),
    ],
)
def test_what_is_refused_is_said(replaying, words, status, said):
    done = replaying(*words, "--json")
    assert (done.status, done.out) == (status, "")
    assert said in " ".join(done.err.replace("│", " ").split())


def test_a_policy_that_is_wrong_is_refused_with_its_place(replaying, tmp_path):
    file = tmp_path / "wrong.yaml"
    file.write_text("engine: weighted\nbandz: 1\n", encoding="utf-8")
    done = replaying(*COMMAND, policy=file)
    assert done.status == 1
    assert "wrong.yaml: bandz" in done.err


def side(**changes):
    share = {"precision": 0.5, "precision_low": 0.1, "precision_high": 0.9, "recall": None}
    counts = {"alerts": 4, "closed": 2, "right": 1, "left": 0, "foreseen": 0, "why_not": "nobody left"}
    return share | {"recall_low": None, "recall_high": None} | counts | changes


def test_in_markdown_no_name_ends_a_column_and_the_longest_list_is_cut():
    gained = [
        {
            "account": f"a{at}",
            "name": "Pipe | *Example*",
            "audience": "csm",
            "kind": "at_risk",
            "on": "2025-06-04",
            "severity": "high",
            "csm": "",
            "mrr_minor": 125_00,
            "currency": "EUR",
        }
        for at in range(12)
    ]
    document = {
        "policy": "old",
        "proposed": "new",
        "nothing_changes": False,
        "from": "2025-06-04",
        "to": "2025-06-11",
        "every_days": 7,
        "days": 2,
        "horizon_days": 30,
        "accounts": 12,
        "alerts": [],
        "gained": gained,
        "lost": [],
        "revenue": {"gained": [], "lost": []},
        "volume": [],
        "bands": {"in_force": {"watch": 12}, "proposed": {"at_risk": 12}, "moved": 12, "moves": []},
        "at_risk": {"in_force": side(), "proposed": side()},
        "unknown": {"sources": [], "columns": {}},
    }
    told = as_markdown(document)
    assert "| a0 | Pipe \\| \\*Example\\* | csm | at\\_risk | 2025-06-04 | high |  | 125 EUR |" in told
    assert "| a10 |" not in told
    assert "and 2 more" in told
    assert "| precision | 50% (10% to 90%) | 50% (10% to 90%) |" in told
    assert told.count("Nobody left.") == 1
    assert "Read after days" not in told
