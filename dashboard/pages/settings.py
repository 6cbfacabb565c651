"""Settings: what is in force and where it is set; read when a process starts, and not changed here."""

from collections.abc import Sequence

from fastapi import FastAPI
from fastapi.responses import Response

from dashboard.access import Right
from dashboard.site import Seer, Site
from templates.views import Cell, Column, Lines, Part, Row, Table, View
from worker import in_force
from worker.deployment import Deployment
from worker.in_force import Setting


class SettingsPage:
    """What is in force."""

    def __init__(self, site: Site) -> None:
        """Hold the site."""
        self._site = site

    def serve_from(self, app: FastAPI) -> None:
        """Add the route."""
        self._site.shows(app, "/settings", self.show, Right.ADMINISTER)

    def show(self, viewer: Seer) -> Response:
        """Show every setting of ours, and what is set of integrations."""
        shown = View(
            title="Settings",
            here="/settings",
            lead="As this process has read them when it started. They are set where it runs, in the "
            "environment, a .env file or the secrets folder, and checked by `seatsignal config check`.",
            parts=_parts(self._site.deployment),
        )
        return self._site.page(shown, viewer)


def _parts(deployment: Deployment) -> tuple[Part, ...]:
    chosen = deployment.settings
    policy = f"The policy in force is {deployment.policy.hash}."
    of_integrations = in_force.integrations(chosen)
    return (
        Lines(lines=(policy, "What is secret is never shown, here or anywhere."), tone="note"),
        _table("Seatsignal", in_force.own(chosen)),
        *(_table(name, found) for name, found in of_integrations.items()),
    )


def _table(title: str, found: Sequence[Setting]) -> Table:
    return Table(
        title=title,
        columns=tuple(Column(label=label) for label in ("Setting", "Value", "Set in", "What it is")),
        rows=tuple(
            Row(
                cells=(
                    Cell(text=each.variable),
                    Cell(text=each.value, note="none"),
                    Cell(text=each.origin),
                    Cell(text=each.about, note="see the documentation"),
                )
            )
            for each in found
        ),
    )
