"""One company's Monday, from its vendors to inbox and CRM, by real processes: what each account got."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from pathlib import Path

from cli import demo, standins
from cli.stories import Told, told
from store.balance import Defect, defects
from store.database import Database

Running = Callable[[Mapping[str, str]], AbstractContextManager[object]]
"""Starts the processes of a mode, with their environment, until the end of a block."""


def play(folder: Path, url: str, broker: str, running: Running) -> Told:
    """Play the demo's company on a database and a broker, by the processes of a mode."""
    subprocess.run([sys.executable, "-m", "sandbox.company", "--out", str(folder)], check=True)
    own = {"SEATSIGNAL_LOG_LEVEL": "WARNING", "XDG_DATA_HOME": str(folder), "SEATSIGNAL_DATABASE_URL": url}
    environment = dict(os.environ) | own
    with demo.process(demo.sandbox_command(folder), environment) as rehearsal:
        sandbox = json.loads(demo.first_line(rehearsal))
        environment |= demo.integrations(folder, sandbox) | {"SEATSIGNAL_BROKER_URL": broker}
        demo.run_module(environment, "cli.baseline", *demo.baseline(folder, sandbox))
        with running(environment):
            standing = json.loads(demo.run_module(environment, "cli.settled", "90"))
        assert standing["accounts"] == 300
        assert unaccounted(url) == []
        return told(folder / "stories.json", standins.ledger(sandbox["http"]), 0)


def unaccounted(url: str) -> list[Defect]:
    """What a database's balance finds wrong."""
    database = Database(url)
    with database.read() as connection:
        found = list(defects(connection))
    database.close()
    return found


def assert_as_told(found: Told) -> None:
    """Every story got what it should, and nobody else heard anything."""
    wrong = {story.name: (story.expected, story.got) for story in found.stories if not story.ok}
    assert wrong == {}
    assert found.duplicates == 0
    assert found.delivered == {"slack": 9, "crm": 3, "email": 4}
    assert found.records > 250
