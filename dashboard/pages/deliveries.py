"""Deliveries: what waits and why, what a person must settle, and what became of what was owed."""

from collections.abc import Callable, Sequence
from typing import Annotated

from fastapi import FastAPI, Form
from fastapi.responses import Response

from dashboard.access import Right, Viewer
from dashboard.pages import delivery_parts as parts
from dashboard.picks import numbers
from dashboard.said import Heard
from dashboard.site import Seer, Site, goes
from store import balance, runs, unsettled
from store.database import Connection
from store.installation import is_live, paused
from store.unsettled import Standing, Tallied
from templates.views import Part, View
from worker import release, stop
from worker.deployment import Deployment
from worker.stop import Moving

MOST, RUNS = 50, 20
"""Notices of each kind and runs that are shown; when these are settled, the next are."""
UNSURE = "Nothing was done: tick that you mean it."
Picked = Annotated[tuple[str, ...], Form()]
Text = Annotated[str, Form()]


class DeliveriesPage:
    """What leaves, and what a person does about it."""

    def __init__(self, site: Site) -> None:
        """Hold the site."""
        self._site = site

    def serve_from(self, app: FastAPI) -> None:
        """Add the routes."""
        site = self._site
        site.shows(app, "/deliveries", self.show, Right.OPERATE)
        acts = {
            "live": self.go_live,
            "stop": self.stop,
            "resume": self.resume,
            "runs": self.decide,
            "replay": self.replay,
            "settle": self.settle,
        }
        for name, act in acts.items():
            site.does(app, f"/deliveries/{name}", act, Right.OPERATE)

    def show(self, viewer: Seer, said: Heard) -> Response:
        """Show what waits, the most urgent first."""
        shown = View(
            title="Deliveries",
            here="/deliveries",
            lead="What is owed to people and systems: what waits and why, and what only a person can settle.",
            done=said.done,
            wrong=said.wrong,
            parts=self._parts(viewer),
        )
        return self._site.page(shown, viewer)

    def _parts(self, viewer: Viewer) -> tuple[Part, ...]:
        deployment = self._site.deployment
        with deployment.database.read() as connection:
            waiting = unsettled.tallied(connection)
            return (
                *parts.held(runs.held(connection)),
                *parts.quarantined(_listed(connection, waiting, "quarantined"), viewer.zone),
                *parts.unknown(_listed(connection, waiting, "unknown"), viewer.zone),
                parts.waiting(waiting),
                parts.brake(release.measured(deployment, connection)),
                parts.balance(
                    balance.balances(connection, balance.nth_last(connection, RUNS)),
                    balance.last_audit(connection),
                    viewer.zone,
                ),
                *parts.switch(paused(connection), is_live=is_live(connection)),
            )

    # -- what is done --------------------------------------------------------------------------------

    def go_live(self, viewer: Seer, sure: Text = "") -> Response:
        """Let notices leave from now on, for good."""
        if not sure:
            return goes("/deliveries", wrong=UNSURE)
        closed = release.go_live(self._site.deployment, viewer.user.email)
        return goes("/deliveries", done=f"Live. {closed:,} notices planned before are closed unsent.")

    def stop(self, viewer: Seer) -> Response:
        """Stop all that leaves."""
        return self._switched(stop.pause, viewer, "Stopped: nothing more leaves.")

    def resume(self, viewer: Seer) -> Response:
        """Let it go on."""
        return self._switched(stop.resume, viewer, "It goes on.")

    def _switched(self, act: Callable[[Deployment, str], None], viewer: Viewer, done: str) -> Response:
        try:
            act(self._site.deployment, viewer.user.email)
        except Moving as error:
            return goes("/deliveries", wrong=str(error))
        return goes("/deliveries", done=done)

    def decide(self, viewer: Seer, pick: Picked = (), decision: Text = "", sure: Text = "") -> Response:
        """Release or discard held runs that were ticked."""
        acts = {parts.RELEASE: release.approve, parts.DISCARD: release.discard}
        if not sure or decision not in acts:
            return goes("/deliveries", wrong=UNSURE)
        chosen = numbers(pick)
        counts = [acts[decision](self._site.deployment, run, viewer.user.email) for run in chosen]
        taken = [count for count in counts if count is not None]
        if not taken:
            return goes("/deliveries", wrong="None of these runs is held any more.")
        becomes = "due" if decision == parts.RELEASE else "closed unsent"
        return goes("/deliveries", done=f"Runs: {len(taken)}. {sum(taken):,} notices are {becomes}.")

    def replay(self, viewer: Seer, pick: Picked = (), sure: Text = "") -> Response:
        """Owe quarantined notices again that were ticked."""
        if not sure:
            return goes("/deliveries", wrong=UNSURE)
        with self._site.deployment.database.write() as connection:
            again = unsettled.replay(connection, pick[:MOST], actor=viewer.user.email)
        due = [key for key, status in again.items() if status == "due"]
        replaced = len(again) - len(due)
        newer = f" A newer one has overtaken {replaced}." if replaced else ""
        return goes("/deliveries", done=f"Due again: {len(due)}.{newer}")

    def settle(self, viewer: Seer, pick: Picked = (), came: Text = "", sure: Text = "") -> Response:
        """Say what became of mails that were ticked and of which nobody could tell."""
        if not sure or came not in {parts.ARRIVED, parts.LOST}:
            return goes("/deliveries", wrong=UNSURE)
        sent, actor = came == parts.ARRIVED, viewer.user.email
        with self._site.deployment.database.write() as connection:
            settled = [unsettled.settle(connection, key, sent=sent, actor=actor) for key in pick[:MOST]]
        words = "noted as sent" if sent else "due again"
        return goes("/deliveries", done=f"{len([each for each in settled if each])} are {words}.")


def _listed(connection: Connection, waiting: Sequence[Tallied], status: str) -> Sequence[Standing]:
    """Return the first notices that stand so; where there are none, no notice is looked at for them."""
    there = any(each.status == status for each in waiting)
    return unsettled.listed(connection, [status], MOST) if there else ()
