"""Sources: how far each is known, what is wrong with it, and what to do about that."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import FastAPI, Form
from fastapi.responses import Response

from config.errors import Actionable
from config.schedule import load_schedule
from dashboard.access import Right, Viewer
from dashboard.instants import instant
from dashboard.said import Heard
from dashboard.site import Seer, Site, goes
from integrations.registry import SOURCES
from store import audit, budgets
from store.budgets import Taken
from templates.views import Cell, Choice, Column, Field, Lines, Part, Row, Table, View
from templates.views import Form as Asks
from worker.bell import NO_SLOT
from worker.freshness import SourceState, Trouble, states, troubles
from worker.lateness import TURNS

NOT_SET_UP = "That source is not set up."
WRONG = {
    "fleet": (
        "Use fell for all customers at once",
        "Look at a recent day in the source: did a release, the tracking or an export change it?",
    ),
    "stale": (
        "It is not read, or tells nothing of recent days",
        "Ask it below whether it answers; look in it whether the days since then are there.",
    ),
    "listing": (
        "A full listing left out too much to be believed",
        "Does our key see all of it, and the right account there? Nothing was retired meanwhile.",
    ),
    "match_rate": (
        "Too few of its accounts are ours, so nothing it states counts",
        "Say on Identity which are, or lower its match_rate_min_pct if they are no customers.",
    ),
    "cohort": (
        "Customers who began together do badly together",
        "Ask what they have in common before you write to each of them.",
    ),
}
"""What is wrong by the kind of incident, and what to do."""


class SourcesPage:
    """How the sources stand."""

    def __init__(self, site: Site) -> None:
        """Hold the site."""
        self._site = site

    def serve_from(self, app: FastAPI) -> None:
        """Add the routes."""
        site = self._site
        site.shows(app, "/sources", self.show)
        site.does(app, "/sources/ask", self.ask, Right.OPERATE)
        site.does(app, "/sources/read", self.read, Right.OPERATE)

    def show(self, viewer: Seer, said: Heard) -> Response:
        """Show how each source stands, and what is wrong."""
        deployment = self._site.deployment
        pulls = load_schedule(deployment.settings.schedule).pull
        with deployment.database.read() as connection:
            found = states(deployment, connection, pulls)
            unused = {each.name for each in found if not each.in_use}
            wrong_now = troubles(connection, unused)
            now_ms, calls = deployment.database.now(), budgets.taken_lately(connection)
        parts: list[Part] = [_states(found, viewer, now_ms), _troubles(wrong_now), _calls(calls)]
        if viewer.may(Right.OPERATE) and found:
            parts += _asks([each.name for each in found if deployment.has_source(each.name)])
        shown = View(
            title="Sources",
            here="/sources",
            lead="What scores rest on: how far each source is known, and how many of its accounts are ours.",
            done=said.done,
            wrong=said.wrong,
            parts=tuple(parts),
        )
        return self._site.page(shown, viewer)

    def ask(self, viewer: Seer, source: Annotated[str, Form()] = "") -> Response:
        """Ask a source whether it answers; what to set where it does not is in its own words."""
        deployment = self._site.deployment
        if source not in SOURCES or not deployment.has_source(source):
            return goes("/sources", wrong=NOT_SET_UP)
        with deployment.database.write() as connection:
            audit.record(connection, "source_asked", source, actor=viewer.user.email)
        try:
            deployment.source(source).check()
        except Actionable as error:
            return goes("/sources", wrong=f"{source}: {error}")
        return goes("/sources", done=f"{source} answers, and lets us read what we need.")

    def read(self, viewer: Seer, source: Annotated[str, Form()] = "") -> Response:
        """Let a worker read a source now, not at its next turn."""
        deployment = self._site.deployment
        if source not in SOURCES or not deployment.has_source(source):
            return goes("/sources", wrong=NOT_SET_UP)
        with deployment.database.write() as connection:
            audit.record(connection, "source_resumed", source, actor=viewer.user.email)
        deployment.bell.pull(source, NO_SLOT)
        return goes("/sources", done=f"{source} is read as soon as a worker is free; look again in a minute.")


def _states(found: Sequence[SourceState], viewer: Viewer, now_ms: int) -> Table:
    labels = ("Source", "How it stands", "Complete through", "Last read")
    counted = ("Rows in a day", "Rejected", "Accounts that are ours")
    return Table(
        title="How each source stands",
        about="Rows and rejects are of the day up to its last page. Unknown is what is past its shelf life, "
        "or of a source of which too few accounts are ours.",
        columns=(
            *(Column(label=label) for label in labels),
            *(Column(label=label, is_number=True) for label in counted),
            Column(label="Counts"),
        ),
        rows=tuple(_state(each, viewer, now_ms) for each in found),
        csv="/sources.csv",
        empty="Nothing is read yet: set up a source, or import files with `seatsignal import DIR`.",
    )


def _state(state: SourceState, viewer: Viewer, now_ms: int) -> Row:
    came, read = state.arrived, state.arrived.ended_ms
    share = 100 * state.linked / state.accounts if state.accounts else None
    return Row(
        cells=(
            Cell(text=state.name),
            Cell(text=stands(state, now_ms)),
            Cell(kind="day", day=state.complete_through, note="tells no days"),
            Cell(kind="instant", text=instant(read, viewer.zone) if read else "", note="never to its end"),
            Cell(kind="number", number=came.rows),
            Cell(kind="number", number=came.rejects),
            Cell(kind="percent", number=share, note="no accounts"),
            Cell(text=_kinds(state), note="nothing yet"),
        )
    )


def stands(state: SourceState, now_ms: int) -> str:
    """Return in words how a source stands, the worst of it first."""
    came = state.arrived
    if not state.in_use:
        return "out of use: nothing is set of it"
    if state.is_under:
        return f"only {state.linked:,} of {state.accounts:,} accounts are ours, under {state.floor:.0%}"
    if came.failure:
        waits = "a person must act" if came.needs_a_person else "it is tried again"
        return f"failed: {came.failure.replace('_', ' ')}; {waits}"
    return _by_its_turns(state.interval_s, came.ended_ms, now_ms)


def _by_its_turns(interval_s: int | None, ended_ms: int | None, now_ms: int) -> str:
    if interval_s is None:
        return "read when somebody imports it"
    if ended_ms is None:
        return "set up, not read yet"
    late = now_ms - ended_ms > TURNS * interval_s * 1000
    return f"late: not read for {TURNS} turns" if late else "read as it should be"


def _kinds(state: SourceState) -> str:
    told = [", ".join(sorted(state.counted))]
    if state.unknown:
        told.append(f"unknown by now: {', '.join(sorted(state.unknown))}")
    return "; ".join(filter(None, told)).replace("_", " ")


def _troubles(found: Sequence[Trouble]) -> Table:
    return Table(
        title="What is wrong now",
        columns=tuple(
            Column(label=label)
            for label in ("Source", "What", "Since", "Accounts whose alerts wait", "What to do")
        ),
        rows=tuple(_trouble(each) for each in found),
        empty="Nothing. In dry-run only what alerts wait for is listed.",
    )


def _trouble(found: Trouble) -> Row:
    what, to_do = WRONG.get(found.kind, (found.kind.replace("_", " "), ""))
    begun = found.incident
    detail = f"{what}: {begun.detail}" if begun and begun.detail else what
    return Row(
        cells=(
            Cell(text=found.source),
            Cell(text=detail),
            Cell(kind="day", day=begun.began if begun else None, note="nobody is told"),
            Cell(kind="number", number=found.waiting),
            Cell(text=to_do),
        )
    )


def _calls(found: Sequence[Taken]) -> Table:
    return Table(
        title="Calls of this minute",
        about="What we allow ourselves of each vendor's limit, shared by all workers.",
        columns=(
            Column(label="Vendor"),
            Column(label="Taken", is_number=True),
            Column(label="Allowed", is_number=True),
        ),
        rows=tuple(
            Row(
                cells=(
                    Cell(text=each.vendor.removesuffix("_per_minute").replace("_", " ")),
                    Cell(kind="number", number=each.taken),
                    Cell(kind="number", number=each.allowed),
                )
            )
            for each in found
        ),
        empty="No vendor with a limit has been called yet.",
    )


def _asks(names: Sequence[str]) -> Sequence[Part]:
    if not names:
        return (Lines(lines=("No source is set up that could be read by itself.",), tone="note"),)
    choices = tuple(Choice(value=name, label=name) for name in names)
    chosen = (Field(name="source", label="Source", kind="select", choices=choices),)
    return (
        Asks(
            title="Ask a source whether it answers",
            about="It is asked now, with the key that is set; where it refuses, it says what to change.",
            action="/sources/ask",
            fields=chosen,
            submit="Ask it",
            is_folded=True,
        ),
        Asks(
            title="Read a source now",
            about="Once what kept it is mended, or if its next turn is too long to wait.",
            action="/sources/read",
            fields=chosen,
            submit="Read it",
            is_folded=True,
        ),
    )
