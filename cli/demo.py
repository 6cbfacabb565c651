"""``seatsignal demo``: an invented company's Monday, played for real.

Every part is a process of its own: the sandbox, which stands in for all vendors and keeps the ledger, and the
worker with beat and web. What each story got is read from the ledger alone.
"""

import hashlib
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from cli.output import answer, say, table, wants_json
from cli.standins import SIGNING_SECRET, ledger, sandbox_config, settings, tell_of
from cli.stories import Told, told
from config.errors import Actionable
from config.settings import data_folder

DAY_BEFORE, DAY = "2026-05-31", "2026-06-01"
PATIENCE_S = 120
WORKER = (sys.executable, "-m", "cli.embedded")
SETTLED = (sys.executable, "-m", "cli.settled", str(PATIENCE_S))
STOP_S = 15
MINOR = 100
VISITOR = "visitor@lumen-ledger.example"
LOOPBACK = "127.0.0.1"


class DemoError(Actionable):
    """The demo could not be played to its end."""


def run(*, once: bool) -> int:
    """Play the demo; with ``once`` end by itself. Return 0 only if every story is right."""
    began = time.monotonic()
    environment = dict(os.environ)
    folder = _folder(environment)
    with ExitStack() as stack:
        rehearsal = stack.enter_context(process(sandbox_command(folder), environment))
        say("Making an invented company of 300 accounts and judging its Sunday in silence ...")
        run_module(environment, "sandbox.company", "--out", str(folder))
        sandbox = json.loads(first_line(rehearsal))
        environment |= integrations(folder, sandbox)
        tell_of(sandbox["http"], environment["SEATSIGNAL_PUBLIC_URL"])
        run_module(environment, "cli.baseline", *baseline(folder, sandbox))
        before = ledger(sandbox["http"])["effects"]
        worker = stack.enter_context(process(WORKER, environment))
        waiting = stack.enter_context(process(SETTLED, environment))
        site = first_line(worker).rsplit(" ", 1)[-1].strip()
        standing = json.loads(first_line(waiting))
        found = told(folder / "stories.json", ledger(sandbox["http"]), len(before))
        _report(found, standing, time.monotonic() - began)
        if not once:
            _stay(sandbox["http"], site, _let_in(environment))
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


def baseline(folder: Path, sandbox: Mapping[str, Any]) -> tuple[str, ...]:
    """Return what tells `cli.baseline` of this demo's company, sandbox and days."""
    return str(folder / "books"), sandbox["http"], DAY_BEFORE, DAY


def run_module(environment: Mapping[str, str], module: str, *arguments: str) -> str:
    """Run one of our modules to its end and return what it printed. Raises `DemoError`."""
    command = [sys.executable, "-m", module, *arguments]
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=False)  # noqa: S603 - ours
    if done.returncode:
        raise DemoError(f"{module} ended with {done.returncode}; what it said is above")
    return done.stdout


def sandbox_command(folder: Path) -> list[str]:
    """Return what starts the sandbox with this demo's ledger."""
    config = folder / "sandbox.json"
    config.write_text(json.dumps(sandbox_config()))
    options = ["--ledger-file", str(folder / "ledger.jsonl"), "--config", str(config), "--with-parent"]
    return [sys.executable, "-m", "sandbox", *options]


def integrations(folder: Path, sandbox: Mapping[str, Any]) -> dict[str, str]:
    """Return the settings that point every integration at the sandbox."""
    host, _, port = sandbox["smtp"].rpartition(":")
    web = _free_port()
    return {
        "SEATSIGNAL_BROKER_URL": os.environ.get("SEATSIGNAL_BROKER_URL", "memory://"),
        "SEATSIGNAL_TICK_S": "0.5",
        "SEATSIGNAL_WEB_PORT": str(web),
        "SEATSIGNAL_PUBLIC_URL": f"http://{LOOPBACK}:{web}",
        "SEATSIGNAL_COMPANY_NAME": "Lumen Ledger",
        "SEATSIGNAL_SLACK_TOKEN": "xoxb-sandbox-token",
        "SEATSIGNAL_SLACK_SIGNING_SECRET": SIGNING_SECRET,
        "SEATSIGNAL_SLACK_BASE_URL": f"{sandbox['http']}/slack/api",
        "SEATSIGNAL_MAIL_HOST": host,
        "SEATSIGNAL_MAIL_PORT": port,
        "SEATSIGNAL_MAIL_STARTTLS": "false",
        "SEATSIGNAL_MAIL_SENDER": "hello@lumen-ledger.example",
        "SEATSIGNAL_MAIL_SENDER_NAME": "Lumen Ledger",
        **settings(folder, sandbox["http"], "zendesk"),
    }


def _free_port() -> int:
    """Return a port that nobody listens on now: links in letters must name it before it is served."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])


@contextmanager
def process(command: Sequence[str], environment: Mapping[str, str]) -> Iterator["subprocess.Popen[str]"]:
    """Run a process that ends with us: by its closed input, by SIGTERM, at last by SIGKILL."""
    running = subprocess.Popen(  # noqa: S603 - our own modules
        command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        yield running
    finally:
        running.terminate()
        try:
            running.communicate(timeout=STOP_S)
        except subprocess.TimeoutExpired:
            running.kill()
            running.communicate()


def first_line(running: "subprocess.Popen[str]") -> str:
    line = running.stdout.readline() if running.stdout else ""
    if not line:
        raise DemoError(f"a part of the demo ended with {running.wait()}; what it said is above")
    return line


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
    sent = found.delivered
    say(
        f"Sent now: {sent['slack']} alerts in Slack, {sent['crm']} tasks in HubSpot, {sent['email']} mails; "
        f"{found.records} records of HubSpot say what they did not say before."
    )
    say("Here mails leave by themselves; yours wait for somebody to approve them at first: seatsignal mails.")
    say(f"Ledger: {found.unique} effects, {found.duplicates} doubled. {seconds:.0f} seconds.\n")
    table(
        ("story", "expected", "got", ""),
        [(s.name, _said(s.expected), _said(s.got), "ok" if s.ok else "WRONG") for s in found.stories],
    )


def _said(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{count} {system}" for system, count in counts.items() if count) or "silence"


def _let_in(environment: Mapping[str, str]) -> str:
    """Let a visitor in to the dashboard, and return their password."""
    command = [sys.executable, "-m", "cli", "--json", "user"]
    for words in (["add", VISITOR, "--role", "admin"], ["password", VISITOR]):
        done = subprocess.run(  # noqa: S603 - ours
            [*command, *words],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            check=False,
        )
        if not done.returncode:
            return str(json.loads(done.stdout)["password"])
    raise DemoError("nobody could be let in to the dashboard; try `seatsignal user list`")


def _stay(viewer: str, site: str, password: str) -> None:
    say(f"\nThe dashboard:             {site}/")
    say(f"  sign in as               {VISITOR}\n  password                 {password}")
    say(f"Slack as a person sees it: {viewer}/view/slack\nThe inbox:                 {viewer}/view/inbox")
    say(f"HubSpot's records:         {viewer}/view/crm\nThe ledger:                {viewer}/view/ledger")
    say(f"Zendesk as an agent does:  {viewer}/view/helpdesk")
    say("\nCtrl-C ends it.")
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    stop.wait()
