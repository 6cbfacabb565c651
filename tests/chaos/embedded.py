"""The product's embedded mode, with sinks to send to: ``python -m tests.chaos.embedded``."""

import os

from tests.chaos import sabotage
from worker import embedded
from worker.embedded import Beat, Worker, run


def ready() -> None:
    """Tell nobody: the ledger shows what happens."""


if __name__ == "__main__":
    sabotage.apply()
    embedded.THREADS = int(os.environ.get("CHAOS_THREADS", embedded.THREADS))
    run([Worker(), Beat()], ready)
