"""What keeps running: up, web and the demo, each a process that a person starts and stops."""

import json
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

import requests

from tests.cli.conftest import Seatsignal
from tests.rehearsal import ROOT
from tests.services import free_port

PATIENCE_S = 20


@contextmanager
def running(commands: Seatsignal, *words: str, **variables: str) -> Iterator["subprocess.Popen[str]"]:
    """A command under way; it is stopped as a person does, and must end well."""
    process = subprocess.Popen(
        [sys.executable, "-m", "cli", *words],
        env=commands.environment | variables,
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)  # its children go with it, which they would not if it was killed
        try:
            process.communicate(timeout=PATIENCE_S)
        except subprocess.TimeoutExpired:
            process.kill()
            raise


def first_line(stream: IO[str] | None) -> str:
    assert stream
    return stream.readline()


def test_up_says_where_it_is_and_ends_when_told(eve: Seatsignal):
    with running(eve, "up", SEATSIGNAL_WEB_PORT="0") as process:
        said = first_line(process.stdout)
        assert said.startswith("Seatsignal is up: http://127.0.0.1:")
        health = requests.get(f"{said.split()[-1]}/healthz", timeout=PATIENCE_S)
        assert health.status_code == 200
    assert process.returncode == 0


def test_what_monitoring_asks_is_served_at_an_address_of_its_own(eve: Seatsignal):
    port = free_port()
    with running(eve, "up", SEATSIGNAL_WEB_PORT="0", SEATSIGNAL_OPS_PORT=str(port)) as process:
        site = first_line(process.stdout).split()[-1]
        told = requests.get(f"http://127.0.0.1:{port}/metrics", timeout=PATIENCE_S)
        assert "seatsignal_up 1.0" in told.text.splitlines()
        assert requests.get(f"http://127.0.0.1:{port}/readyz", timeout=PATIENCE_S).status_code in {200, 503}
        assert "seatsignal_up" not in requests.get(f"{site}/metrics", timeout=PATIENCE_S).text


def test_web_serves_until_it_is_told_to_stop(eve: Seatsignal):
    with running(eve, "web", SEATSIGNAL_WEB_PORT="0") as process:
        said = json.loads(first_line(process.stderr))
        assert said["event"] == "web_listening"
        assert requests.get(f"{said['url']}/healthz", timeout=PATIENCE_S).status_code == 200
    assert process.returncode in {0, -signal.SIGTERM}


def test_an_address_that_is_taken_is_named(eve: Seatsignal):
    port = free_port()
    with socket.create_server(("127.0.0.1", port)):
        done = eve.started("-m", "cli", "web", SEATSIGNAL_WEB_PORT=str(port))
    assert (done.status, done.out) == (1, "")
    assert done.complaint == [
        f"SEATSIGNAL_WEB_HOST, SEATSIGNAL_WEB_PORT: 127.0.0.1:{port}: Address already in use"
    ]


def test_an_address_of_monitoring_that_is_taken_is_named(eve: Seatsignal):
    port = free_port()
    with socket.create_server(("127.0.0.1", port)):
        done = eve.started("-m", "cli", "web", SEATSIGNAL_WEB_PORT="0", SEATSIGNAL_OPS_PORT=str(port))
    assert done.complaint == [
        f"SEATSIGNAL_OPS_HOST, SEATSIGNAL_OPS_PORT: 127.0.0.1:{port}: Address already in use"
    ]


def test_a_mistake_is_told_in_one_line_by_what_keeps_running_too(eve: Seatsignal):
    done = eve.started("-m", "cli.embedded", SEATSIGNAL_LEASE_S="0")
    assert (done.status, done.out) == (1, "")
    assert done.complaint == ["SEATSIGNAL_LEASE_S: Input should be greater than 0"]
