"""Explanations by command: lines that sum, what changed since, and what would change it."""

import json
from datetime import date
from pathlib import Path

import pytest

from config.files import SHIPPED
from health.records import Payment
from store.tables import assessments, runs
from tests import book
from tests.cli.conftest import Seatsignal
from tests.worker.test_assess import keep


@pytest.mark.parametrize("account", ["a0", book.LEAVING, book.UNPAID, book.RENEWING])
def test_the_lines_of_an_explanation_sum_to_the_score(owing: Seatsignal, account):
    told = owing("explain", account, "--json").document
    hundredths = [round(line["points"] * 100) for line in told["contributions"]]
    assert 10_000 + sum(hundredths) == round(told["health"] * 100)
    assert told["interval"][0] <= told["health"] <= told["interval"][1]
    assert all(line["reason"] for line in told["contributions"])
    assert (told["known"], told["policy"], told["engine"], told["run"]) != ("", "", "", 0)


def test_an_explanation_is_a_sum_for_a_person_too(owing: Seatsignal):
    told = owing("explain", book.LEAVING).out
    assert f"Account {book.LEAVING} ({book.LEAVING}) as of {book.DAY}: at_risk" in told
    assert "Health 49 of 100, between " in told
    table = told[told.index("points") : told.index("risk: ")].splitlines()[1:]
    *lines, health = [float(line.split()[0]) for line in table]
    assert (round(sum(lines), 2), health) == (49.0, 49.0)
    assert "risk: cancel_ticket: a ticket speaks of cancelling" in told


@pytest.mark.parametrize("words", [["explain", "nobody"], ["explain", "nobody", "--json"]])
def test_an_unknown_account_is_said_to_be(owing: Seatsignal, words):
    done = owing(*words)
    assert (done.status, done.out) == (1, "")
    assert done.complaint == ["No verdict on 'nobody': is the key right, and has `seatsignal assess` run?"]


@pytest.mark.parametrize("account", ["a0", book.LEAVING, book.UNPAID])
def test_what_changed_sums_to_the_change_of_the_health(owing: Seatsignal, account):
    told = owing("explain", account, "--json").document
    delta = told["delta"]
    assert delta["same_rules"] is True
    assert delta["since"]["as_of"] == book.DAY_BEFORE.isoformat()
    hundredths = sum(round(100 * change["points"]) for change in delta["changes"])
    assert hundredths == round(100 * delta["points"])
    assert hundredths == round(100 * told["health"]) - round(100 * delta["since"]["health"])


def test_what_changed_is_told_with_the_measures_before_and_now(owing: Seatsignal):
    told = owing("explain", book.UNPAID).out
    assert f"Since {book.DAY_BEFORE} (run 2, health 93.01, healthy): \N{MINUS SIGN}19.01" in told
    assert "\N{MINUS SIGN}12.45: failed payments 0 → 1" in told
    assert "the score is at most 74 while this holds: failed payments: 1" in told


def test_a_day_that_late_facts_speak_of_is_told_as_it_was_and_as_it_is_known(owing: Seatsignal):
    told = owing("explain", book.UNPAID, "--json").document
    assert told["rescored"] == []
    database = owing.database()
    due = date(2026, 5, 30)
    keep(database, [Payment(f"i-{book.UNPAID}", book.UNPAID, due, "paid", due, 10_000, "EUR")])
    database.close()
    owing("assess")
    (again,) = owing("explain", book.UNPAID, "--json").document["rescored"]
    assert (again["as_of"], again["run"]) == (book.DAY.isoformat(), told["run"])
    assert again["told"] == {"health": told["health"], "band": told["band"]}
    assert again["known"]["health"] > told["health"]
    words = owing("explain", book.UNPAID).out
    assert (
        f"Of {book.DAY} was told: 74, watch. Re-scored by run {again['by_run']} with facts that came late: 9"
        in words
    )


def test_a_first_verdict_has_nothing_before_it(owing: Seatsignal):
    database = owing.database()
    with database.write() as connection:
        connection.execute(assessments.delete().where(assessments.c.run < 3))
    database.close()
    assert owing("explain", book.UNPAID, "--json").document["delta"] is None
    assert "Since" not in owing("explain", book.UNPAID).out


@pytest.mark.parametrize(
    ("since", "run"), [(book.DAY, 2), (book.DAY_BEFORE, 2), (date(2026, 5, 30), None)], ids=str
)
def test_it_compares_with_what_stood_on_a_day(owing: Seatsignal, since, run):
    delta = owing("explain", book.UNPAID, "--since", since.isoformat(), "--json").document["delta"]
    assert (delta and delta["since"]["run"]) == run


def test_a_change_of_the_policy_is_said_and_what_it_alone_does(eve: Seatsignal, tmp_path):
    policy = tmp_path / "policy.yaml"
    text = (SHIPPED / "policy.yaml").read_text(encoding="utf-8")
    policy.write_text(
        text.replace("weight: 15\n        curve: renewal", "weight: 90\n        curve: renewal")
    )
    eve("assess", SEATSIGNAL_POLICY=str(policy))
    told = eve("explain", "a0").out
    assert "the policy or the engine changed" in told
    assert "judged by another policy or engine then" in told
    told = eve("explain", "a0", "--json").document
    assert [change["name"] for change in told["delta"]["changes"]] == ["rules"]
    assert told["delta"]["same_rules"] is False
    assert told["delta"]["points"] == round(told["health"] - told["delta"]["since"]["health"], 2)


@pytest.fixture
def stated(owing: Seatsignal, tmp_path) -> Path:
    file = tmp_path / "statement.json"
    file.write_text(owing("explain", book.LEAVING, "--statement").out, encoding="utf-8")
    return file


def test_a_statement_holds_without_a_database(on, stated, tmp_path):
    elsewhere = on(f"sqlite:///{tmp_path / 'nowhere' / 'none.sqlite3'}")
    done = elsewhere("verify", str(stated))
    assert done.out.startswith(
        f"Holds: {book.LEAVING} as of {book.DAY}, run 3: at_risk, health 49 of 100, follows"
    )
    assert done.status == 0
    assert elsewhere("verify", str(stated), "--json").document == {
        "account": book.LEAVING,
        "as_of": book.DAY.isoformat(),
        "run": 3,
        "facts": False,
        "holds": True,
        "differences": [],
        "note": None,
    }
    assert not (tmp_path / "nowhere").exists()


def test_a_statement_is_held_against_the_facts_if_asked(owing: Seatsignal, stated):
    done = owing("verify", str(stated), "--facts")
    assert (done.status, done.out.splitlines()[-1]) == (0, "They are those of the facts as known then.")
    stated.write_text(stated.read_text().replace('"cancel_tickets": 1.0', '"cancel_tickets": 2.0'))
    done = owing("verify", str(stated), "--facts")
    assert done.status == 1
    assert "measures.cancel_tickets stated 2.0, recomputed 1.0" in done.out.splitlines()


def test_a_statement_that_was_changed_does_not(owing: Seatsignal, stated):
    stated.write_text(stated.read_text().replace('"points": 4900', '"points": 9900'))
    done = owing("verify", str(stated))
    assert done.status == 1
    assert done.out.splitlines() == [
        f"Does not hold: {book.LEAVING} as of {book.DAY}, run 3.",
        "verdict.points is not what was sealed",
        "verdict.points stated 9900, recomputed 4900",
    ]
    assert owing("verify", str(stated), "--json").document["holds"] is False


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("{}", "no statement of Seatsignal's: its format is not seatsignal-statement/1"),
        ("{", "not JSON, or damaged"),
        (None, "No such file or directory"),
    ],
)
def test_what_is_no_statement_is_refused_plainly(seatsignal: Seatsignal, tmp_path, text, complaint):
    file = tmp_path / "statement.json"
    if text is not None:
        file.write_text(text)
    done = seatsignal("verify", str(file))
    assert (done.status, done.out) == (1, "")
    assert done.complaint == [f"{file}: {complaint}"]


def test_an_old_verdict_is_stated_by_the_policy_it_was_judged_by(eve: Seatsignal, tmp_path):
    policy, file = tmp_path / "policy.yaml", tmp_path / "statement.json"
    text = (SHIPPED / "policy.yaml").read_text(encoding="utf-8")
    policy.write_text(
        text.replace("weight: 15\n        curve: renewal", "weight: 90\n        curve: renewal")
    )
    file.write_text(eve("explain", "a0", "--statement", SEATSIGNAL_POLICY=str(policy)).out)
    assert eve("verify", str(file)).status == 0
    assert eve("assess", SEATSIGNAL_POLICY=str(policy)).status == 0
    told = json.loads(file.read_text())
    assert told["policy"]["hash"] != eve("explain", "a0", "--json").document["policy"]


def test_a_policy_that_was_never_kept_leaves_nothing_to_state(owing: Seatsignal):
    database = owing.database()
    with database.write() as connection:
        connection.execute(runs.update().values(policy_hash="0" * 16))
    database.close()
    done = owing("explain", "a0", "--statement")
    assert (done.status, done.complaint) == (
        1,
        ["policy 0000000000000000 is not kept: nothing to state of run 3"],
    )
    assert "What would change it" not in owing("explain", "a0").out
