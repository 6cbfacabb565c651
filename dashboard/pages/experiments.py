"""Experiments: what is planned, what runs, how far it is, and what it told once its sample was full."""

from collections.abc import Iterator, Mapping

import msgspec
from fastapi import FastAPI
from fastapi.responses import Response

from config.experiments import load_experiments
from dashboard.site import NotAllowed, Seer, Site
from health.experiments import ARMS, Arm, Experiment, Reading, sample
from store import experiments
from store.experiments import Begun
from templates.views import Cell, Column, Lines, Pair, Pairs, Part, Row, Table, View
from worker.experiments import planned_of

HERE = "/experiments"
LEAD = "What is tried on customers, with a hold-out. Nothing is said of outcomes before the sample is full."


class ExperimentPage:
    """Every experiment."""

    def __init__(self, site: Site) -> None:
        """Hold the site."""
        self._site = site

    def serve_from(self, app: FastAPI) -> None:
        """Add the route."""
        self._site.shows(app, HERE, self.show)

    def show(self, viewer: Seer) -> Response:
        """Show all of them. They count all accounts: whoever may not see these sees none."""
        if viewer.owners is not None:
            raise NotAllowed
        deployment = self._site.deployment
        planned = load_experiments(deployment.settings.experiments)
        with deployment.database.read() as connection:
            begun = experiments.begun(connection)
            drawn = {name: experiments.in_arms(connection, name) for name in begun}
        waiting = [each for name, each in planned.items() if name not in begun]
        parts = [part for each in begun.values() for part in _begun(each, drawn[each.name])]
        parts += [part for each in waiting for part in _planned(each, "planned")]
        none = Lines(lines=("None is planned: name a file in SEATSIGNAL_EXPERIMENTS.",))
        shown = View(title="Experiments", here=HERE, lead=LEAD, parts=tuple(parts) or (none,))
        return self._site.page(shown, viewer)


def _planned(planned: Experiment, state: str, **more: str) -> Iterator[Part]:
    needed = sample(planned)
    said = {
        "State": state,
        "Hypothesis": planned.hypothesis,
        "Letter": planned.letter.replace("_", " "),
        "Metric": f"{planned.metric} within {planned.within_days} days",
        "Tried": planned.tried,
        f"With {planned.instead}": f"{planned.baseline_pct:g} %",
        "Effect to be seen": f"{planned.effect_points:g} points",
        "Held out": f"{planned.hold_out_pct:g} % get {planned.instead}",
        "Sample needed": f"{needed.held_out} held out, {needed.written} written to",
        "Told apart by": ", ".join(planned.strata).replace("_", " "),
        **more,
    }
    items = tuple(Pair(term=term, cell=Cell(text=text)) for term, text in said.items() if text)
    yield Pairs(title=planned.name, items=items)


def _begun(begun: Begun, drawn: Mapping[str, int]) -> Iterator[Part]:
    planned = planned_of(begun)
    state = "read" if begun.reading else "stopped" if begun.stopped_on else "running"
    stopped = f"{begun.stopped_on}: {begun.stop_reason}" if begun.stopped_on else ""
    yield from _planned(planned, state, Started=f"{begun.started_on}", Stopped=stopped)
    needed = sample(planned)._asdict()
    rows = tuple(
        Row(
            cells=(
                Cell(text=arm.replace("_", " ")),
                Cell(kind="number", number=drawn.get(arm, 0)),
                Cell(kind="number", number=needed[arm]),
            )
        )
        for arm in ARMS
    )
    columns = (
        Column(label="Arm"), Column(label="Drawn", is_number=True), Column(label="Needed", is_number=True)
    )  # fmt: skip
    yield Table(title=f"How far {begun.name} is", columns=columns, rows=rows, csv=f"{HERE}.csv")
    if begun.reading:
        yield from _reading(begun, msgspec.json.decode(begun.reading, type=Reading))


def _reading(begun: Begun, reading: Reading) -> Iterator[Part]:
    verdict = reading.verdict.replace("_", " ")
    said = (
        f"Read on {begun.read_on}: {verdict}.",
        f"The difference is {reading.points:+.1f} points, likely {reading.low:+.1f} to {reading.high:+.1f}.",
        f"If what is tried does nothing, chance does as much {100 * reading.chance:.1f} % of the time.",
    )
    yield Lines(title=f"What {begun.name} told", lines=said, tone="note")
    rows = tuple(
        Row(cells=(Cell(text=name.replace("_", " ")), *_arm(each)))
        for name, each in zip(ARMS, (reading.held_out, reading.written), strict=True)
    )
    labels = ("Accounts", "Met", "Share")
    columns = (Column(label="Arm"), *(Column(label=label, is_number=True) for label in labels))
    yield Table(title=f"The arms of {begun.name}", columns=columns, rows=rows)


def _arm(arm: Arm) -> tuple[Cell, ...]:
    numbers = (Cell(kind="number", number=arm.accounts), Cell(kind="number", number=arm.met))
    return (*numbers, Cell(kind="percent", number=arm.pct))
