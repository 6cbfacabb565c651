"""Options and fields on docs/simulation.md are those of the code."""

import inspect

from cli.simulate import _document, _foresight, simulate
from health.simulation import Question, Side
from tests.docs.pages import page
from tests.health.examples import AS_OF, policy
from worker.simulate import Replayed

SIMULATION = page("simulation.md")
NAMES = {"since": "from", "until": "to"}
NOT_TOLD = {"from", "to", "every_days", "days", "horizon_days", "accounts"}
"""What was asked, and of how many."""


def named(place: str, heading: str) -> set[str]:
    cells = SIMULATION.table(place, heading).column(heading)
    return {name for cell in cells for name in cell.split(", ")}


def nothing() -> Replayed:
    return Replayed(Question(AS_OF, AS_OF, 7, 90, None, policy().renewals))


def test_every_option_is_explained() -> None:
    options = {f"--{NAMES.get(name, name)}" for name in inspect.signature(simulate).parameters}
    assert named("Ask", "option") == options


def test_every_field_is_explained() -> None:
    assert named("What it tells", "field") == _document(nothing()).keys() - NOT_TOLD


def test_every_figure_is_explained() -> None:
    told = {name for name in _foresight(Side(), nothing()) if not name.endswith(("_low", "_high"))}
    assert named("What it tells", "figure") == told
