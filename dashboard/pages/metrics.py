"""The catalogue as pages: what every figure and measure means, what it comes to, and who does worst by it."""

from collections.abc import Iterator, Sequence
from http import HTTPStatus

from fastapi import FastAPI
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from config.metrics import Entry, Family, load_metrics
from dashboard.access import Viewer
from dashboard.pages import figure_parts as parts
from dashboard.site import Seer, Site
from health.figures.segments import SEGMENTS
from templates.views import (
    Cell,
    Choice,
    Column,
    Field,
    Filters,
    Item,
    Lines,
    Pair,
    Pairs,
    Part,
    Row,
    Table,
    View,
)
from worker.figured import SPREAD, Wanted, figured

HERE = "/metrics"


class MetricPages:
    """The catalogue, and a page of each entry."""

    def __init__(self, site: Site) -> None:
        """Hold the site."""
        self._site = site

    def serve_from(self, app: FastAPI) -> None:
        """Add the routes."""
        self._site.shows(app, HERE, self.catalogue)
        self._site.shows(app, f"{HERE}/{{name}}", self.entry)

    def catalogue(self, viewer: Seer) -> Response:
        """Show every figure and measure by family."""
        lead = "What every figure means. A figure is of all accounts, a measure of one."
        shown = View(
            title="Metrics", here=HERE, lead=lead, parts=tuple(map(_family, load_metrics().values()))
        )
        return self._site.page(shown, viewer)

    def entry(self, name: str, viewer: Seer, by: str = "") -> Response:
        """Show what an entry means and comes to, split by a segment if one is asked for."""
        family = next((each for each in load_metrics().values() if name in each.entries), None)
        if family is None:
            raise HTTPException(HTTPStatus.NOT_FOUND)
        entry = family.entries[name]
        wrong = "" if by in {"", *SEGMENTS} else f"by: is none of {', '.join(SEGMENTS)}"
        values = () if entry.no_value else self._values(name, "" if wrong else by, viewer)
        shown = View(
            title=entry.title,
            here=HERE,
            lead=entry.definition,
            wrong=wrong,
            trail=(Item(label="Metrics", href=HERE),),
            parts=(*values, *_meaning(entry, family)),
        )
        return self._site.page(shown, viewer, 400 if wrong else 200)

    def _values(self, name: str, by: str, viewer: Viewer) -> Sequence[Part]:
        wanted = [Wanted(name, by), Wanted(name, SPREAD)]
        whole, spread = figured(self._site.deployment, wanted, viewer.owners)
        lies = [parts.told(spread, parts.Look(_LIES, _LIES_ABOUT, split=SPREAD))] if spread.rows else []
        worst = [parts.worst(spread, "The ten accounts at the worse end")] if spread.worst else []
        chooser = _chooser(name, by)
        return (chooser, parts.told(whole, parts.Look("Today")), *lies, *parts.read(spread), *worst)


_LIES = "As it lies over accounts"
_LIES_ABOUT = "Each account counts once, whatever its size: the median, and the middle half of all accounts."


def _chooser(name: str, by: str) -> Filters:
    choices = [Choice(value="", label="as it is told", is_chosen=not by)]
    choices += [Choice(value=each, label=each.replace("_", " "), is_chosen=each == by) for each in SEGMENTS]
    field = Field(name="by", label="Split by", kind="select", choices=tuple(choices))
    return Filters(action=f"{HERE}/{name}", fields=(field,))


def _family(family: Family) -> Table:
    rows = [
        Row(
            cells=(
                Cell(text=entry.title, href=f"{HERE}/{name}"),
                Cell(text=entry.definition),
                Cell(text="figure" if entry.function else "measure"),
                Cell(text=entry.unit),
                Cell(text=entry.owner),
            )
        )
        for name, entry in family.entries.items()
    ]
    labels = ("Name", "What it is", "Kind", "Unit", "Owner")
    columns = tuple(Column(label=label) for label in labels)
    return Table(title=family.title, about=family.about, columns=columns, rows=tuple(rows))


def _meaning(entry: Entry, family: Family) -> Iterator[Part]:
    yield Pairs(title="What it means", items=tuple(_pairs(entry, family)))
    for scale, bands in entry.bands.items():
        ordered = sorted(bands, key=lambda band: band.at)
        lines = tuple(f"From {band.at:g}: {band.word}" for band in ordered)
        title = "How it reads" if scale == "default" else f"How it reads, {scale}"
        yield Lines(title=title, lines=lines)
    if entry.next_steps:
        yield _next_steps(entry)
    yield Lines(title="Pitfalls", lines=entry.pitfalls, tone="note")
    yield Lines(title="What to ask", lines=entry.questions)
    yield Lines(title="What to do", lines=entry.actions)
    yield _connected(entry)


def _pairs(entry: Entry, family: Family) -> Iterator[Pair]:
    worse = {"low": "the lower end", "high": "the upper end", None: "neither end"}[entry.worse]
    said = {
        "Tells": entry.tells,
        "Formula": entry.formula,
        "Unit": entry.unit,
        "Owner": entry.owner,
        "Family": family.title,
        "Measured from": ", ".join(entry.inputs),
        "Trend": entry.trend,
        "Target": entry.target,
        "Worse": worse,
        "What changes with it": entry.changes,
        "No value": entry.no_value or "",
        "Computed by": entry.function or "",
    }
    yield from (Pair(term=term, cell=Cell(text=text)) for term, text in said.items() if text)


def _next_steps(entry: Entry) -> Table:
    rows = [
        Row(cells=(Cell(text=outcome.replace("_", " ")), Cell(text=step.to_do), Cell(text=step.recipient)))
        for outcome, step in entry.next_steps.items()
    ]
    columns = tuple(Column(label=label) for label in ("Kind", "Next step", "For whom"))
    return Table(title="Next steps", columns=columns, rows=tuple(rows))


def _connected(entry: Entry) -> Table:
    known = {name: each for family in load_metrics().values() for name, each in family.entries.items()}
    rows = [
        Row(cells=(Cell(text=known[name].title, href=f"{HERE}/{name}"), Cell(text=known[name].definition)))
        for name in entry.connects
    ]
    columns = (Column(label="Name"), Column(label="What it is"))
    return Table(title="Read it beside", columns=columns, rows=tuple(rows))
