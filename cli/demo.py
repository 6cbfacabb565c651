"""``seatsignal demo``: an invented company's Monday, played for real.

Every part is a process of its own: the sandbox with the ledger, the worker with beat and web. What each
story got is read from the ledger alone.
"""

import hashlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from urllib.request import ProxyHandler, build_opener

from cli.output import answer, say, table, wants_json
from cli.stories import Told, told
from config.errors import Actionable
from config.settings import data_folder

DAY_BEFORE, DAY = "2026-05-31", "2026-06-01"
PATIENCE_S = 120
STOP_S = 15
MINOR = 100


class DemoError(Actionable):
    """The demo could not be played to its end."""


def run(*, once: bool) -> int:
    """Play the demo; with ``once`` end by itself. Return 0 only if every story is right."""
    began = time.monotonic()
    environment = dict(os.environ)
    folder = _folder(environment)
    _prepare(folder, environment)
    with ExitStack() as stack:
        sandbox = stack.enter_context(_sandbox(folder))
        before = _ledger(sandbox["http"])["effects"]
        environment |= _integrations(folder, sandbox)
        site = stack.enter_context(_worker(environment))
        standing = json.loads(_child(environment, "cli.settled", str(PATIENCE_S)))
        found = told(folder / "stories.json", _ledger(sandbox["http"]), len(before))
        _report(found, standing, time.monotonic() - began)
        if not once:
            _stay(sandbox["http"], site)
    return 0 if found.ok else 1


def _folder(environment: dict[str, str]) -> Path:
    """Return the folder of this demo's company and ledger; without a database given, it has its own."""
    url = environment.get("SEATSIGNAL_DATABASE_URL", "")
    name = hashlib.sha256(url.encode()).hexdigest()[:8] if url else "own"
    folder = data_folder() / "demo" / name
    folder.mkdir(parents=True, exist_ok=True)
    environment.setdefault("SEATSIGNAL_DATABASE_URL", f"sqlite:///{folder / 'demo.sqlite3'}")
    environment.setdefault("SEATSIGNAL_LOG_LEVEL", "WARNING")
    return folder


def _prepare(folder: Path, environment: Mapping[str, str]) -> None:
    """Make the company and judge the day before in silence; an earlier demo's database is used as it is."""
    say("Making an invented company of 300 accounts and judging its Sunday in silence ...")
    _child(environment, "sandbox.company", "--out", str(folder))
    fresh = _child(environment, "cli.baseline", str(folder), DAY_BEFORE, DAY).strip() == "fresh"
    if fresh:
        (folder / "ledger.jsonl").unlink(missing_ok=True)


def _child(environment: Mapping[str, str], module: str, *arguments: str) -> str:
    """Run one of our modules to its end and return what it printed."""
    command = [sys.executable, "-m", module, *arguments]
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=False)  # noqa: S603 - ours
    if done.returncode:
        raise DemoError(f"{module} ended with {done.returncode}; what it said is above")
    return done.stdout


@contextmanager
def _sandbox(folder: Path) -> Iterator[dict[str, Any]]:
    config = folder / "sandbox.json"
    config.write_text(json.dumps({"slack_rate": {"per_second": 5, "burst": 20}}))
    options = ["--ledger-file", str(folder / "ledger.jsonl"), "--config", str(config), "--with-parent"]
    with _process([sys.executable, "-m", "sandbox", *options], os.environ) as process:
        yield json.loads(_first_line(process))


def _integrations(folder: Path, sandbox: Mapping[str, Any]) -> dict[str, str]:
    """Return the settings that point every integration at the sandbox."""
    host, _, port = sandbox["smtp"].rpartition(":")
    return {
        "SEATSIGNAL_BROKER_URL": os.environ.get("SEATSIGNAL_BROKER_URL", "memory://"),
        "SEATSIGNAL_TICK_S": "0.5",
        "SEATSIGNAL_WEB_PORT": "0",
        "SEATSIGNAL_PUBLIC_URL": "http://127.0.0.1:8080",
        "SEATSIGNAL_COMPANY_NAME": "Lumen Ledger",
        "SEATSIGNAL_FILES_FOLDER": str(folder / "monday"),
        "SEATSIGNAL_SLACK_TOKEN": "xoxb-sandbox-token",
        "SEATSIGNAL_SLACK_BASE_URL": f"{sandbox['http']}/slack/api",
        "SEATSIGNAL_MAIL_HOST": host,
        "SEATSIGNAL_MAIL_PORT": port,
        "SEATSIGNAL_MAIL_STARTTLS": "false",
        "SEATSIGNAL_MAIL_SENDER": "hello@lumen-ledger.example",
        "SEATSIGNAL_MAIL_SENDER_NAME": "Lumen Ledger",
    }


@contextmanager
def _worker(environment: Mapping[str, str]) -> Iterator[str]:
    """Run worker, beat and web as `up` does, and yield where the web app is."""
    with _process([sys.executable, "-m", "cli.embedded"], environment) as process:
        yield _first_line(process).rsplit(" ", 1)[-1].strip()


@contextmanager
def _process(command: list[str], environment: Mapping[str, str]) -> Iterator["subprocess.Popen[str]"]:
    """Run a process that ends with us: by its closed input, by SIGTERM, at last by SIGKILL."""
    process = subprocess.Popen(  # noqa: S603 - our own modules
        command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.communicate(timeout=STOP_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()


def _first_line(process: "subprocess.Popen[str]") -> str:
    line = process.stdout.readline() if process.stdout else ""
    if not line:
        raise DemoError(f"a part of the demo did not start (status {process.wait()}); what it said is above")
    return line


def _ledger(url: str) -> dict[str, Any]:
    """Read the effect ledger; the sandbox is on loopback and no proxy is asked."""
    with build_opener(ProxyHandler({})).open(f"{url}/ledger", timeout=STOP_S) as reply:
        return dict(json.load(reply))


def _report(found: Told, standing: Mapping[str, Any], seconds: float) -> None:
    if wants_json():
        answer(
            {
                "accounts": standing["accounts"],
                "assessed": sum(standing["bands"].values()),
                "stories": [story.shown() for story in found.stories],
                "delivered": found.delivered,
                "ledger": {"unique": found.unique, "duplicates": found.duplicates},
                "seconds": round(seconds, 1),
            }
        )
        return
    bands = ", ".join(f"{count} {band}" for band, count in sorted(standing["bands"].items()))
    revenue = ", ".join(
        f"{minor / MINOR:,.0f} {currency}" for currency, minor in standing["revenue_at_risk_minor"].items()
    )
    say(f"\n{standing['accounts']} accounts: {bands}. Revenue at risk: {revenue or 'none'} a year.")
    say(f"Sent now: {found.delivered['slack']} alerts in Slack, {found.delivered['email']} mails.")
    say(f"Ledger: {found.unique} effects, {found.duplicates} doubled. {seconds:.0f} seconds.\n")
    table(
        ("story", "expected", "got", ""),
        [(s.name, _said(s.expected), _said(s.got), "ok" if s.ok else "WRONG") for s in found.stories],
    )


def _said(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{count} {system}" for system, count in counts.items() if count) or "silence"


def _stay(viewer: str, site: str) -> None:
    say(f"\nSlack as a person sees it: {viewer}/view/slack\nThe inbox:                 {viewer}/view/inbox")
    say(f"The ledger:                {viewer}/view/ledger\nThe web app:               {site}/healthz")
    say("\nCtrl-C ends it.")
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    stop.wait()
