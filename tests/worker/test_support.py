"""What support did in a term: counted from its start, told of enough tickets only."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from health.nouns import Input, Inputs
from store import features, verdicts
from templates.letters import SolvedTickets
from tests import book
from tests.owed import rows
from worker.deployment import Deployment
from worker.previews import preview
from worker.support import solved

OPENED = datetime.fromisoformat("2026-03-01T08:00:00+00:00")
BEFORE, TODAY = "2025-08-31T23:59:59Z", f"{book.DAY}T00:00:00Z"
HOURS = {
    "a3": (1, 2, 3, 50, 60),
    "a4": (1, 2, 3, 4),
    "a5": (47.5,) * 5,
    "a6": (48.5, 48.5, 48.5, 900, 900),
    "a7": (0, 0, 0, 0, 0, 0),
}
"""How long tickets took, by account; a3 has others beside that do not count."""


def tickets() -> Iterator[str]:
    yield "ticket_id,account_id,opened_at,solved_at,status"
    for account, took in HOURS.items():
        for number, hours in enumerate(took):
            at = OPENED + timedelta(hours=hours)
            yield f"{account}-{number},{account},{OPENED.isoformat()},{at.isoformat()},solved"
    yield f"b1,a3,2025-08-01T08:00:00Z,{BEFORE},solved"
    yield f"b2,a3,2026-05-31T08:00:00Z,{TODAY},solved"
    yield "b3,a3,2026-05-31T08:00:00Z,,open"
    yield "b4,a3,2026-05-31T08:00:00Z,,closed"


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    folder = tmp_path_factory.mktemp("support")
    opened = book.deployment(f"sqlite:///{folder / 'day.sqlite3'}")
    book.judge_eve(opened, folder / "eve")
    files = book.write(folder / "day", news=True)
    (files / "tickets.csv").write_text("\n".join(tickets()) + "\n")
    book.judge_folder(opened, files, book.DAY)
    yield opened
    opened.database.close()


@pytest.mark.parametrize(
    ("account", "told"),
    [
        ("a3", (5, 3, "hours")),
        ("a4", None),
        ("a5", (5, 48, "hours")),
        ("a6", (5, 3, "days")),
        ("a7", (6, 1, "hours")),
        ("a8", None),
    ],
)
def test_what_support_did(judged: Deployment, account: str, told: tuple[int, int, str] | None) -> None:
    found = _solved(judged, account)
    assert (found and (found.count, found.half_within, found.unit)) == told
    assert found is None or found.since == book.TERM_START


def test_nothing_is_said_where_nobody_tells_of_tickets(judged: Deployment) -> None:
    assert _solved(judged, "a3", open_tickets=None) is None


def test_the_renewal_letter_says_it_and_so_does_its_preview(judged: Deployment) -> None:
    said = {"count": 5, "since": str(book.TERM_START), "half_within": 3, "unit": "hours"}
    (owed,) = (row for row in rows(judged.database) if row.template == "renewal")
    assert json.loads(owed.payload)["solved"] == said
    with judged.database.read() as connection:
        assert json.loads(preview(judged, connection, "renewal", "a7").payload)["solved"]["count"] == 6


def _solved(judged: Deployment, key: str, **measures: Input) -> SolvedTickets | None:
    with judged.database.read() as connection:
        found = verdicts.verdict(connection, key)
        assert found
        (row,) = features.held(connection, [found.assessment.account]).values()
        known = dict(found.assessment.inputs) | measures
        inputs = Inputs(tuple(known), tuple(known.values()))
        return solved(connection, row, replace(found.assessment, inputs=inputs))
