"""The same day, from import to inbox, in both modes: what each account got is read from the ledger."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from cli import demo, standins
from cli.stories import SILENCE, Told, told
from tests.services import Redis

CELERY = [sys.executable, "-m", "celery", "-A", "worker"]
POOLS = (("threads", "pull,deliver"), ("prefork", "assess"))


@contextmanager
def embedded(environment: dict[str, str]) -> Iterator[None]:
    with demo.process(demo.WORKER, environment):
        yield


@contextmanager
def distributed(environment: dict[str, str]) -> Iterator[None]:
    """Workers of both pools and two beats, each a process of its own."""
    commands = [
        [*CELERY, "worker", "-P", pool, "-c", "2", "-Q", queues, "-l", "WARNING"] for pool, queues in POOLS
    ]
    commands += [[*CELERY, "beat", "-l", "WARNING", "--pidfile="]] * 2
    with ExitStack() as stack:
        for command in commands:
            stack.enter_context(demo.process(command, environment))
        yield


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("company")
    subprocess.run([sys.executable, "-m", "sandbox.company", "--out", str(folder)], check=True)
    return folder


@pytest.fixture(params=["sqlite+memory", "postgresql+redis"])
def mode(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[str, dict[str, str]]:
    environment = dict(os.environ) | {"SEATSIGNAL_LOG_LEVEL": "WARNING", "XDG_DATA_HOME": str(tmp_path)}
    if request.param == "sqlite+memory":
        environment["SEATSIGNAL_DATABASE_URL"] = request.getfixturevalue("sqlite_url")
        return "embedded", environment
    redis: Redis = request.getfixturevalue("redis_server")
    environment["SEATSIGNAL_DATABASE_URL"] = request.getfixturevalue("postgresql_url")
    environment["SEATSIGNAL_BROKER_URL"] = redis.url
    return "distributed", environment


def play(company: Path, kind: str, environment: dict[str, str]) -> Told:
    with demo.process(demo.sandbox_command(company), environment) as rehearsal:
        sandbox = json.loads(demo.first_line(rehearsal))
        running = environment | demo.integrations(company, sandbox)
        running["SEATSIGNAL_BROKER_URL"] = environment.get("SEATSIGNAL_BROKER_URL", "memory://")
        demo.run_module(running, "cli.baseline", *demo.baseline(company, sandbox))
        with embedded(running) if kind == "embedded" else distributed(running):
            standing = json.loads(demo.run_module(running, "cli.settled", "90"))
        assert standing["accounts"] == 300
        return told(company / "stories.json", standins.ledger(sandbox["http"]), 0)


def test_every_story_gets_what_it_should_and_nobody_else_hears_anything(company, mode):
    (company / "ledger.jsonl").unlink(missing_ok=True)
    found = play(company, *mode)
    wrong = {story.name: (story.expected, story.got) for story in found.stories if not story.ok}
    assert wrong == {}
    assert found.duplicates == 0
    assert found.delivered == {"slack": 9, "crm": 3, "email": 4}
    assert found.records > 250


def test_a_story_that_is_not_told_is_noticed(tmp_path):
    stories = tmp_path / "stories.json"
    stories.write_text(json.dumps([{"name": "one", "account_id": "7", "expected": {"slack": 1}}]))
    empty = {"effects": [], "unique": 0, "duplicates": 0}
    assert not told(stories, empty, 0).ok
    effect = {"seq": 1, "system": "slack", "action": "post", "key": "csm/7/t/at_risk/1"}
    assert told(stories, empty | {"effects": [effect]}, 0).ok
    twice = {"effects": [effect], "unique": 1, "duplicates": 1}
    assert not told(stories, twice, 0).ok
    stray = {
        "effects": [effect, effect | {"seq": 2, "key": "csm/8/t/at_risk/1"}],
        "unique": 2,
        "duplicates": 0,
    }
    assert [story.name for story in told(stories, stray, 0).stories if not story.ok] == [SILENCE]


OUTAGE = {"name": "outage", "account_id": "7", "source": "keygen", "expected": {"slack": 1}}


@pytest.mark.parametrize(
    ("keys", "wrong"),
    [
        (["operator/fleet/keygen/2026-06-01/1/began"], []),
        ([], ["outage"]),
        (["csm/7/t/at_risk/1", "operator/fleet/keygen/2026-06-01/1/began"], ["outage"]),
        (
            ["operator/fleet/keygen/2026-06-01/1/began", "operator/stale/keygen/2026-06-01/2/began"],
            ["outage"],
        ),
        (["operator/fleet/posthog/2026-06-01/1/began"], ["outage", SILENCE]),
        (["operator/fleet/keygen/2026-06-01/1/began", "operator/mail/refused/2026-06-01"], [SILENCE]),
    ],
)
def test_what_operators_are_told_belongs_to_the_story_of_that_source(tmp_path, keys, wrong):
    stories = tmp_path / "stories.json"
    stories.write_text(json.dumps([OUTAGE]))
    effects = [
        {"seq": at, "system": "slack", "action": "post", "key": key} for at, key in enumerate(keys, start=1)
    ]
    found = told(stories, {"effects": effects, "unique": len(effects), "duplicates": 0}, 0)
    assert [story.name for story in found.stories if not story.ok] == wrong


def test_what_a_record_says_is_no_message_and_a_task_is_one(tmp_path):
    stories = tmp_path / "stories.json"
    stories.write_text(json.dumps([{"name": "one", "account_id": "7", "expected": {"crm": 1}}]))
    task = {"seq": 1, "system": "crm", "action": "post", "key": "sales/7/expansion/t/expansion/1"}
    record = {"seq": 2, "system": "crm", "action": "write", "key": "company:90"}
    found = told(stories, {"effects": [task, record], "unique": 2, "duplicates": 0}, 0)
    assert (found.ok, found.delivered["crm"], found.records) == (True, 1, 1)
    again = told(stories, {"effects": [task, record], "unique": 2, "duplicates": 0}, 2)
    assert (again.delivered["crm"], again.records) == (0, 0)
