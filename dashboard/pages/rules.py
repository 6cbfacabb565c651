"""Rules: how right each was by what became of accounts, and how much of each band is known."""

from collections.abc import Sequence

from fastapi import FastAPI
from fastapi.responses import Response

from dashboard.site import Seer, Site
from health.ledger import Entry
from store import precision
from store.precision import Counted, Coverage
from templates.views import Cell, Column, Lines, Part, Row, Table, View

NOT_YET = (
    "Nothing is counted yet: a worker does once a day, with the audit. It takes a look at every account, "
    "which a page cannot."
)


class RulesPage:
    """What rules were worth."""

    def __init__(self, site: Site) -> None:
        """Hold the site."""
        self._site = site

    def serve_from(self, app: FastAPI) -> None:
        """Add the route."""
        self._site.shows(app, "/rules", self.show)

    def show(self, viewer: Seer) -> Response:
        """Show what was counted last."""
        deployment = self._site.deployment
        with deployment.database.read() as connection:
            found = precision.kept(connection)
        lead = "Precision: of the alerts of a rule that are closed, the share whose accounts left. "
        shown = View(
            title="Rules",
            here="/rules",
            lead=lead + (f"Counted on {found.as_of}." if found else ""),
            parts=_parts(found, deployment.policy.bands.coverage_min),
        )
        return self._site.page(shown, viewer)


def _parts(found: Counted | None, least: float) -> tuple[Part, ...]:
    if found is None:
        return (Lines(lines=(NOT_YET,), tone="note"),)
    return _rules(found.rules), _bands(found.bands, least)


def _rules(found: Sequence[Entry]) -> Table:
    labels = ("Flags", "Said to be none", "Closed", "Precision", "Agreed", "Recall", "Days ahead")
    return Table(
        title="How right each rule was",
        about="One under the precision that the policy agrees on is told in a digest only. Recall is of the "
        "accounts that left, days ahead the median from the flag to that day.",
        columns=(
            Column(label="Rule"),
            *(Column(label=label, is_number=True) for label in labels),
            Column(label="Tells"),
        ),
        rows=tuple(_rule(each) for each in found),
        csv="/rules.csv",
        empty="No rule has raised a flag yet.",
    )


def _rule(found: Entry) -> Row:
    rate, agreed, recall = found.precision.rate, found.agreed, found.recall.rate
    return Row(
        cells=(
            Cell(text=found.rule.replace("_", " ")),
            Cell(kind="number", number=found.flags),
            Cell(kind="number", number=found.dismissed),
            Cell(kind="number", number=found.precision.of),
            Cell(kind="percent", number=None if rate is None else 100 * rate, note="none closed"),
            Cell(kind="percent", number=None if agreed is None else 100 * agreed, note="none"),
            Cell(kind="percent", number=None if recall is None else 100 * recall, note="nobody left"),
            Cell(kind="number", number=found.lead_days),
            Cell(text="in a digest" if found.demoted else "at once"),
        )
    )


def _bands(found: Sequence[Coverage], least: float) -> Table:
    return Table(
        title="How much is known",
        about=f"The share of a score's weight that is known; under {least:.0%} the band is unknown.",
        columns=(
            Column(label="Health"),
            Column(label="Accounts", is_number=True),
            Column(label="Weight that is known", is_number=True, explained="/metrics/coverage"),
            Column(label=f"Under {least:.0%}", is_number=True),
        ),
        rows=tuple(
            Row(
                cells=(
                    Cell(kind="band", text=each.band),
                    Cell(kind="number", number=each.accounts),
                    Cell(kind="percent", number=100 * each.mean),
                    Cell(kind="number", number=each.thin),
                )
            )
            for each in found
        ),
        csv="/coverage.csv",
        empty="No account is judged yet.",
    )
