"""Dockerfile and compose.yaml, checked as far as that goes without a daemon."""

import re
from typing import Any

import pytest
import typer
import yaml

from cli.example import example
from cli.main import app
from config.settings import Settings
from integrations import registry
from tests.docs.pages import ROOT

COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
OURS = {name: service for name, service in COMPOSE["services"].items() if "build" in service}
QUEUES = {"pull", "assess", "deliver"}


def commands() -> list[list[str]]:
    return [service["command"] for service in OURS.values()]


def test_every_queue_has_a_worker_and_there_is_a_beat() -> None:
    served = [
        word
        for command in commands()
        if "-Q" in command
        for word in command[command.index("-Q") + 1].split(",")
    ]
    assert sorted(served) == sorted(QUEUES)
    assert [command for command in commands() if command[:4] == ["celery", "-A", "worker", "beat"]]


@pytest.mark.parametrize("command", commands(), ids=list(OURS))
def test_every_command_is_one_of_ours(command: list[str]) -> None:
    if command[0] == "celery":
        assert command[:3] == ["celery", "-A", "worker"]
        assert command[3] in {"worker", "beat"}
    else:
        assert command[0] == "seatsignal"
        assert command[1] in typer.main.get_command(app).commands  # type: ignore[attr-defined]  # a group


def test_what_is_set_is_read() -> None:
    known = {f"SEATSIGNAL_{name}".upper() for name in Settings.model_fields}
    set_here = {name for service in OURS.values() for name in service["environment"]}
    assert set_here <= known


def test_nothing_listens_beyond_loopback() -> None:
    ports = [port for service in COMPOSE["services"].values() for port in service.get("ports", ())]
    assert ports
    assert [port for port in ports if not port.startswith("127.0.0.1:")] == []


def test_what_one_waits_for_is_there_and_can_be_waited_for() -> None:
    for service in COMPOSE["services"].values():
        for name, wait in service.get("depends_on", {}).items():
            awaited = COMPOSE["services"][name]
            assert wait["condition"] == "service_completed_successfully" or "healthcheck" in awaited


def test_secrets_come_from_outside() -> None:
    given = COMPOSE["services"]["database"]["environment"]["POSTGRES_PASSWORD"]
    assert given == "${DATABASE_PASSWORD:?set it in .env}"
    assert {service["environment"]["SEATSIGNAL_DATABASE_URL"] for service in OURS.values()} == {
        f"postgresql://seatsignal:{given}@database:5432/seatsignal"
    }


def test_the_image_holds_every_package_and_what_it_copies_is_there() -> None:
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    copied = {
        word
        for line in re.findall(r"^COPY (?!--from)(.*)$", text, re.MULTILINE)
        for word in line.split()[:-1]
    }
    assert [name for name in copied if not (ROOT / name).exists()] == []
    packages = {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"tests", "benchmarks"}
    assert packages <= copied


def test_the_image_s_user_is_not_root() -> None:
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    assert text.index("USER seatsignal") > text.rindex("FROM ")


def test_the_example_is_what_the_command_prints() -> None:
    assert (ROOT / ".env.example").read_text(encoding="utf-8") == example()


def test_the_example_has_every_setting_and_turns_none_on() -> None:
    text = (ROOT / ".env.example").read_text(encoding="utf-8")
    models = {"": Settings, **registry.settings_models()}
    wanted = {
        "_".join(filter(None, ("SEATSIGNAL", vendor, name))).upper()
        for vendor, model in models.items()
        for name in model.model_fields
    }
    assert set(re.findall(r"^#(SEATSIGNAL_\w+)=", text, re.MULTILINE)) == wanted
    assert re.findall(r"^[^#\n]", text, re.MULTILINE) == []
