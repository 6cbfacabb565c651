"""First steps: what is set up and what is missing, in order, and what would be sent."""

from collections.abc import Mapping, Sequence
from urllib.parse import quote

from fastapi import FastAPI
from fastapi.responses import Response

from dashboard.access import Right
from dashboard.pages import changes
from dashboard.site import Seer, Site
from store import unsettled
from store.unsettled import Planned, PlannedMessage
from templates.views import Cell, Column, Row, Table, View
from worker import first_run
from worker.first_run import Step

MOST = 25
"""Messages and records that are shown of what would be sent."""
PLACES: Mapping[str, str] = {
    first_run.SOURCE: "/sources",
    first_run.BOOK: "/accounts",
    first_run.PLAN: "",
    first_run.DESTINATION: "/settings",
    first_run.PEOPLE: "/users",
    first_run.LIVE: "/deliveries",
}
"""Where each step is done or seen."""


class StartPage:
    """The first run."""

    def __init__(self, site: Site) -> None:
        """Hold the site."""
        self._site = site

    def serve_from(self, app: FastAPI) -> None:
        """Add the route."""
        self._site.shows(app, "/start", self.show, Right.OPERATE)

    def show(self, viewer: Seer) -> Response:
        """Show every step, and the plan of the dry-run."""
        deployment = self._site.deployment
        with deployment.database.read() as connection:
            planned = unsettled.planned(connection)
            steps = first_run.steps(deployment, connection, sum(each.notices for each in planned))
            first = unsettled.planned_messages(connection, MOST)
            states = unsettled.planned_states(connection, MOST)
        left = sum(not each.is_done for each in steps)
        shown = View(
            title="First steps",
            here="/start",
            lead=f"{left} of {len(steps)} are left, in this order." if left else "All is set up.",
            parts=(_steps(steps), _planned(planned), _first(first), changes.table(states)),
        )
        return self._site.page(shown, viewer)


def _steps(steps: Sequence[Step]) -> Table:
    return Table(
        title="What it takes",
        columns=tuple(Column(label=label) for label in ("Step", "Done", "How it stands", "What to do")),
        rows=tuple(_step(number, each) for number, each in enumerate(steps, 1)),
    )


def _step(number: int, step: Step) -> Row:
    return Row(
        cells=(
            Cell(text=f"{number}. {step.title}", href=PLACES[step.name]),
            Cell(text="✓ done" if step.is_done else "to do"),
            Cell(text=step.stands),
            Cell(kind="prose", text="" if step.is_done else step.to_do, note="nothing"),
        )
    )


def _planned(planned: Sequence[Planned]) -> Table:
    return Table(
        title="What would be sent",
        about="All that is planned and not due: of a dry-run, what it would have told.",
        columns=(
            Column(label="What"),
            Column(label="Through"),
            Column(label="Notices", is_number=True),
            Column(label="Accounts", is_number=True),
        ),
        rows=tuple(
            Row(
                cells=(
                    Cell(text=f"+ {each.template.replace('_', ' ')}"),
                    Cell(text=each.destination),
                    Cell(kind="number", number=each.notices),
                    Cell(kind="number", number=each.accounts),
                )
            )
            for each in planned
        ),
        empty="Nothing waits to be sent: it is sent by now, or no run has found anything to tell.",
    )


def _first(found: Sequence[PlannedMessage]) -> Table:
    return Table(
        title="What people would read",
        about=f"The first {MOST}, in the order in which they would leave." if found else "",
        columns=tuple(Column(label=label) for label in ("Account", "What", "Through")),
        rows=tuple(
            Row(
                cells=(
                    Cell(text=each.name or each.account or "", href=_page(each.account), note="no account"),
                    Cell(text=f"+ {each.template.replace('_', ' ')}"),
                    Cell(text=each.destination),
                )
            )
            for each in found
        ),
        empty="Nothing.",
    )


def _page(account: str | None) -> str:
    return f"/accounts/{quote(account, safe='')}" if account else ""
