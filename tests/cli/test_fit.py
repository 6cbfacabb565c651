"""The command: what it writes and tells, what it refuses, and that nothing but fitting needs its library."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from cli import fit as command
from config.files import SHIPPED
from health.records import Outcome
from tests.health.examples import account, assess
from tests.health.models import document, driver, model
from tests.rehearsal import ROOT
from tests.worker.test_backtest import START, D, book, imported

COMMAND = ("fit", "--horizon", "30", "--train-until", str(D))

WITHOUT = """
import sys
for name in ("sklearn", "numpy", "scipy"):
    sys.modules[name] = None  # an import of it fails
import cli.main, worker.fit, worker.fitted, worker.pipeline
from tests.health.examples import account, assess
assert assess(account(), engine="fitted").facts["likelihood_pct"] > 0
try:
    cli.main.app(["--help"])
except SystemExit as end:
    sys.exit(end.code)
"""


def test_scoring_by_a_model_and_help_need_no_library():
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "Usage" in done.stdout


def test_without_the_extra_it_says_what_to_install(on, sqlite_url, monkeypatch, tmp_path):
    imported(sqlite_url, book(10, fall=True)).close()
    monkeypatch.setitem(sys.modules, "sklearn.linear_model", None)
    monkeypatch.delitem(sys.modules, "worker.learning", raising=False)
    monkeypatch.delattr("worker.learning", raising=False)
    done = on(sqlite_url)(*COMMAND, "--out", str(tmp_path / "model.json"))
    assert (done.status, done.out) == (1, "")
    assert "needs the extra `fit`" in done.err


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        ((), 1, "fewer than 40 that did, or that did not, teach nothing"),
        (("--target", "vanished"), 2, "is none of churned, not_renewed, expanded"),
        (("--train-until", "2031-01-01"), 1, "facts and outcomes end on"),
    ],
)
def test_what_is_refused_is_said_and_nothing_written(*, on, sqlite_url, tmp_path, words, status, said):
    imported(sqlite_url, [*book(30, fall=True), Outcome("a002", START, "renewed")]).close()
    out = tmp_path / "model.json"
    done = on(sqlite_url)(*COMMAND, "--out", str(out), *words, "--json")
    assert (done.status, done.out, out.exists()) == (status, "", False)
    assert said in " ".join(done.err.replace("│", " ").split())


def test_a_person_is_told_what_counts_and_how_to_judge_by_it(capsys, monkeypatch):
    monkeypatch.delenv("SEATSIGNAL_JSON", raising=False)
    command._tell(model(), Path("model.json"))
    said = capsys.readouterr().out.splitlines()
    assert [line.split() for line in said[:3]] == [
        ["driver", "odds"],
        ["utilisation_pct", "-0.800"],
        ["renewal_due", "+0.750"],
    ]
    assert "50 of them met the outcome: churned within 90 days." in said
    assert "'engine: fitted' and 'fitted: {model: model.json}'" in said[-1]


def test_a_model_that_learned_nothing_says_so(capsys, monkeypatch):
    monkeypatch.delenv("SEATSIGNAL_JSON", raising=False)
    command._tell(model(drivers=[driver("nps", 0.0)]), Path("model.json"))
    assert "no evidence" in capsys.readouterr().out


def test_a_backtest_takes_the_model_of_the_policy(on, sqlite_url, tmp_path):
    imported(sqlite_url, book(100, fall=True)).close()
    quiet = driver("quiet", 1.0, scale="log")
    fitted = document(horizon_days=30, trained_until=str(D), windows=["2024-05-01"], drivers=[quiet])
    (tmp_path / "model.json").write_text(json.dumps(fitted))
    shipped = (SHIPPED / "policy.yaml").read_text()
    (tmp_path / "policy.yaml").write_text(f"{shipped}\nfitted: {{ model: model.json }}\n")
    asked = ("backtest", "--as-of", str(D), "--horizon", "30", "--engine", "fitted", "--json")
    found = on(sqlite_url)(*asked, SEATSIGNAL_POLICY=str(tmp_path / "policy.yaml")).document
    assert (found["engine"], found["verdict"], found["n"]) == ("fitted", "evidence", 100)
    assert found["auc"] > 0.9
    assert found["ece"] is not None
    assert (found["calibration"]["model"], found["calibration"]["drivers"]) == (
        fitted["hash"],
        {"quiet": 1.0},
    )


def test_a_verdict_tells_its_likelihood():
    told = assess(account(), engine="fitted").facts
    assert (told["likelihood_of"], told["likelihood_days"], told["likelihood_usual_pct"]) == (
        "churned",
        90,
        10.0,
    )
    assert 0 < told["likelihood_pct"] < 100
