"""Numbered pages of a vendor that takes 20 ms for each: several in flight against one after the other."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import date
from functools import partial
from unittest.mock import patch

from benchmarks.measure import Result, rates
from integrations.ahead import ahead
from integrations.keygen import client
from integrations.keygen.client import MOST_NUMBERED, KeygenClient
from integrations.keygen.settings import KeygenSettings

PAGES = MOST_NUMBERED
ROWS = 25
"""Few, so that what is measured is the waiting, and not the reading of rows, which no thread hides."""
DAY = date(2026, 11, 18)
GOAL = 6


def results() -> Iterator[Result]:
    """Yield the figure of this group."""
    with _vendor() as base_url:
        chosen = {"token": "t", "account": "sundial", "base_url": base_url, "page_size": ROWS}
        settings = KeygenSettings.model_validate(chosen)
        with closing(KeygenClient(settings)) as keygen:
            ours, rival = rates((lambda: _read(keygen), PAGES), (lambda: _read_one_by_one(keygen), PAGES))
    yield Result("pages_keygen", ours, "pages/s", "the same one at a time, at 20 ms", ours / rival, GOAL)


def _read(keygen: KeygenClient) -> None:
    rows = sum(len(page.data) for page in keygen.validations(DAY))
    if rows != PAGES * ROWS:
        raise RuntimeError(f"{rows:,} rows came of {PAGES * ROWS:,}")


def _read_one_by_one(keygen: KeygenClient) -> None:
    with patch.object(client, "ahead", partial(ahead, at_once=1)):
        _read(keygen)


@contextmanager
def _vendor() -> Iterator[str]:
    command = [sys.executable, "-m", "benchmarks.slow_pages", str(PAGES), str(ROWS)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as process:
        port = process.stdout.readline().strip() if process.stdout else ""
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            process.communicate(timeout=10)
