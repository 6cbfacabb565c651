"""What every command has in common: where options stand, what goes where, how it ends."""

import json
from itertools import chain

import pytest
import typer.main

from cli.main import app, hoist
from config.files import SHIPPED
from tests import book
from tests.cli.conftest import Ended, Judged, Seatsignal

RUNNING = {"demo", "up", "web", "new-integration"}
"""They run until they are told to stop: `test_operate.py`; the last one writes: `test_new_integration.py`."""

ANSWERING = {
    "migrate": ["migrate"],
    "import": ["import", "{day}"],
    "pull": ["pull"],
    "backup": ["backup", "{home}/copy"],
    "restore": ["--database", "{home}/new.sqlite3", "restore", "{judged}"],
    "assess": ["assess"],
    "sweep": ["sweep"],
    "accounts": ["accounts"],
    "explain": ["explain", book.LEAVING],
    "backtest": ["backtest", "--as-of", "2026-05-01", "--horizon", "30"],
    "fit": ["fit", "--horizon", "30", "--train-until", "2026-05-01", "--out", "{home}/model.json"],
    "explain --statement": ["explain", book.LEAVING, "--statement"],
    "simulate": ["simulate", "--policy", str(SHIPPED / "policy.yaml"), "--from", "2026-05-01"],
    "rules": ["rules"],
    "answer": ["answer", book.LEAVING, "not-a-risk", "--reason", "they signed again"],
    "override": [
        *("override", book.LEAVING, "--band", "watch"),
        *("--reason", "they signed again", "--until", "2026-07-01"),
    ],
    "done": ["done", book.LEAVING, "--outcome", "kept"],
    "verify": ["verify", "{statement}"],
    "metrics": ["metrics"],
    "report": ["report", "--month", "2026-05"],
    "report --account": ["report", "--account", book.LEAVING],
    "experiment plan": ["experiment", "plan", "limit_letter"],
    "experiment start": ["experiment", "start", "limit_letter"],
    "experiment stop": ["experiment", "stop", "limit_letter", "--reason", "enough"],
    "experiment read": ["experiment", "read", "limit_letter"],
    "plan": ["plan"],
    "release": ["release", "3"],
    "go-live": ["go-live"],
    "pause": ["pause"],
    "resume": ["resume"],
    "deliver": ["deliver"],
    "notices": ["notices"],
    "replay": ["replay", "--all"],
    "settle": ["settle", "csm/nobody", "--sent"],
    "balance": ["balance"],
    "mails": ["mails"],
    "mails --waiting": ["mails", "--waiting"],
    "approve": ["approve", "letter/nobody"],
    "reject": ["reject", "letter/nobody", "--reason", "no such offer"],
    "mailed": ["mailed", "letter/nobody"],
    "preview": ["preview", "alert", "--account", book.LEAVING],
    "preview --all-locales": ["preview", "renewal", "--account", book.RENEWING, "--all-locales"],
    "send-test": ["send-test", "renewal", "--account", book.RENEWING, "--to", book.OWNER],
    "doctor": ["doctor"],
    "pull --preview": ["pull", "files", "--preview", "2"],
    "erase": ["erase", "nobody@customer.example"],
    "suppressions": ["suppressions"],
    "bounces": ["bounces", __file__],
    "contact": ["contact", book.LEAVING, "--stop", "--reason", "they asked us to"],
    "move": ["move", "--to", "{home}/moved.sqlite3"],
    "rekey": ["rekey"],
    "user add": ["user", "add", "ada@seller.example", "--role", "csm"],
    "user list": ["user", "list"],
    "user password": ["user", "password", "nobody@seller.example"],
    "user remove": ["user", "remove", "nobody@seller.example"],
    "token add": ["token", "add", "board", "--scope", "accounts", "--days", "90"],
    "token list": ["token", "list"],
    "token revoke": ["token", "revoke", "nothing"],
    "config key": ["config", "key"],
    "crm setup": ["crm", "setup"],
    "drift": ["drift"],
    "quality": ["quality"],
    "identity review": ["identity", "review"],
    "identity link": ["identity", "link", "files", book.LEAVING, book.LEAVING],
    "identity unlink": ["identity", "unlink", "files", book.LEAVING],
    "identity undo": ["identity", "undo", "files", book.LEAVING],
    "config check": ["config", "check"],
    "config show": ["config", "show"],
    "config show --compiled": ["config", "show", "--compiled"],
    "config schema": ["config", "schema"],
    "config example": ["config", "example"],
}
"""A use of each other command."""


def commands() -> set[str]:
    group = typer.main.get_command(app)
    return set(chain.from_iterable(_under(name, command) for name, command in group.commands.items()))


def _under(name, command):
    below = getattr(command, "commands", {})
    return [f"{name} {inner}" for inner in below] or [name]


def test_every_command_is_tried():
    assert commands() == RUNNING | {name for name in ANSWERING if " --" not in name}


UNSTARTED = {"experiment stop", "experiment read"}
UNHELD = {"approve", "reject", "mailed"}
NOBODY = {"user password", "user remove", "token revoke", "identity undo"}
FAILING = {
    "release", "deliver", "send-test", "settle", "crm setup", "backtest", "fit", "rekey",
    *UNSTARTED, *UNHELD, *NOBODY
}  # fmt: skip
"""No key, no such user or token, nothing was said or is held, Slack has no token, mail no server, no such
notice, nothing routed to a CRM, no outcomes, nothing was started.
"""
SILENT = {"release", "send-test", "settle", "crm setup", "backtest", "fit", "rekey", *UNSTARTED, *NOBODY}
"""They answer nothing where there is nothing to do."""


def give(commands: Seatsignal, judged: Judged, day: str, *words: str) -> Ended:
    statement = commands.home / "statement.json"
    places = {"day": day, "home": str(commands.home), "judged": str(judged.day), "statement": str(statement)}
    if "{statement}" in words:
        statement.write_text(commands("explain", book.LEAVING, "--statement").out, encoding="utf-8")
    variables = {"SEATSIGNAL_FILES_FOLDER": day, "SEATSIGNAL_LOG_LEVEL": "ERROR"}
    return commands(*(word.format(**places) for word in words), **variables)


@pytest.mark.parametrize("name", ANSWERING)
def test_a_program_gets_one_json_document(owing: Seatsignal, judged, day, name):
    done = give(owing, judged, day, *ANSWERING[name], "--json")
    if name in FAILING:
        assert done.status == 1
        assert done.complaint
    else:
        assert done.status == 0
    if name not in SILENT:
        assert done.document is not None


@pytest.mark.parametrize("name", ANSWERING)
def test_a_person_gets_words_and_complaints_are_apart(owing: Seatsignal, judged, day, name):
    done = give(owing, judged, day, *ANSWERING[name])
    assert (done.status, bool(done.err)) == ((1, True) if name in FAILING else (0, False))
    assert done.out or name in SILENT


@pytest.mark.parametrize(
    ("given", "hoisted"),
    [
        ([], []),
        (["plan"], ["plan"]),
        (["plan", "--json"], ["--json", "plan"]),
        (["--json", "plan"], ["--json", "plan"]),
        (["plan", "--database", "x"], ["--database", "x", "plan"]),
        (["plan", "--database=x", "--json"], ["--database=x", "--json", "plan"]),
        (["config", "show", "--database", "x"], ["--database", "x", "config", "show"]),
        (["explain", "--", "--json"], ["explain", "--", "--json"]),
        (["plan", "--database"], ["--database", "plan"]),
    ],
)
def test_shared_options_may_stand_anywhere(given, hoisted):
    assert hoist(given) == hoisted


@pytest.mark.parametrize(
    "words",
    [
        ["--json", "--database", "{url}", "accounts"],
        ["accounts", "--json", "--database", "{url}"],
        ["--database={url}", "accounts", "--json"],
    ],
)
def test_the_database_is_taken_from_either_side_of_the_command(eve: Seatsignal, tmp_path, words):
    elsewhere = {"SEATSIGNAL_DATABASE_URL": f"sqlite:///{tmp_path / 'empty.sqlite3'}"}
    done = eve(*(word.format(url=eve.url) for word in words), **elsewhere)
    assert {row["account"] for row in done.document} == set(book.ACCOUNTS)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--nonsense"], "No such option"),
        (["nonsense"], "No such command"),
        (["explain"], "Missing argument"),
        (["release", "first"], "valid int"),
        (["import", "/nowhere"], "does not exist"),
        (["accounts", "--band", "bad"], "'bad' is none of at_risk, watch, healthy, unknown"),
        (["plan", "--database"], "Missing command"),
    ],
)
def test_wrong_use_ends_with_2(seatsignal: Seatsignal, words, said):
    done = seatsignal(*words, COLUMNS="200")
    assert (done.status, done.out) == (2, "")
    assert said in done.err


def test_a_process_says_it_all_the_same(eve: Seatsignal, day):
    done = eve.started("-m", "cli", "import", day, "--json")
    assert done.status == 0
    assert done.document["rows"] > 0
    assert [json.loads(line)["event"] for line in done.err.splitlines()] == ["pulled", "run_decided"]


HEAVY = ("sqlalchemy", "celery", "fastapi", "pydantic", "jinja2", "structlog", "requests", "babel")
HELP = """
import sys
from cli.main import main
sys.argv = ["seatsignal", "--help"]
try:
    main()
except SystemExit:
    print([name for name in %r if name in sys.modules], file=sys.stderr)
"""


def test_help_loads_nothing_heavy(seatsignal: Seatsignal):
    done = seatsignal.started("-c", HELP % (HEAVY,))
    assert all(name in done.out for name in commands() if " " not in name)
    assert done.err == "[]\n"
