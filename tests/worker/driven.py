"""A day by command in one process: ``python -m tests.worker.driven FOLDER``."""

import os
import sys
from contextlib import suppress
from importlib import import_module

from cli.main import main
from config.settings import settings
from store.database import Database
from tests import book
from tests.owed import pass_time
from worker.bell import CeleryBell

ROUNDS = 5
A_WHILE_S = 4_000


def command(*words: str) -> None:
    """Give a command; how it ends does not matter here."""
    sys.argv = ["seatsignal", *words]
    with suppress(SystemExit):
        main()


def day(folder: str) -> None:
    """Import, judge, look around, and deliver again and again; at last through what breaks over it."""
    for words in (["config", "show"], ["go-live"], ["import", folder], ["assess"], ["plan"], ["accounts"]):
        command(*words)
    command("explain", book.LEAVING)
    command("deliver", "--dry-run")
    CeleryBell().deliver("slack")
    for _ in range(ROUNDS):
        deliver()
    import_module("tests.worker.hostile")
    deliver()


def deliver() -> None:
    """Deliver what is due, and let time pass."""
    command("deliver", "--json")
    os.environ.pop("SEATSIGNAL_JSON")
    database = Database(settings().database_url)
    pass_time(database, A_WHILE_S)
    database.close()
    command("resume")


if __name__ == "__main__":
    day(sys.argv[1])
