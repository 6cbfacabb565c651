"""Today: what changed since yesterday and why, and what needs whoever reads it."""

from collections.abc import Iterator, Sequence

from fastapi import FastAPI
from fastapi.responses import Response

from dashboard import listing
from dashboard.access import Right, Viewer
from dashboard.listing import Asked, Listing, Rows
from dashboard.lists import accounts
from dashboard.pages import due
from dashboard.pages.theirs import letters
from dashboard.site import Seer, Site
from health.nouns import BANDS
from store import book, runs
from store.book import Wanted
from store.database import Connection
from store.installation import business_day
from templates.views import Cell, Figure, Figures, Lines, Part, Table, View
from worker import first_run
from worker.deployment import Deployment

MOST = 10
"""Rows of each list: what somebody gets through in a morning."""


class TodayPage:
    """The page one starts with."""

    def __init__(self, site: Site) -> None:
        """Hold the site."""
        self._site = site

    def serve_from(self, app: FastAPI) -> None:
        """Add the route."""
        self._site.shows(app, "/", self.show)

    def show(self, viewer: Seer) -> Response:
        """Show today: one's own accounts if one has any, else everybody's."""
        deployment = self._site.deployment
        with deployment.database.read() as connection:
            owners = _owners(connection, viewer)
            today = business_day(connection)
            parts = (
                *_first_steps(connection, viewer),
                *self._parts(deployment, connection, viewer, owners),
            )
        whose = "your accounts" if owners else "all accounts"
        lead = f"{today:%A}, {today}: {whose}."
        return self._site.page(View(title="Today", here="/", lead=lead, parts=parts), viewer)

    def _parts(
        self,
        deployment: Deployment,
        connection: Connection,
        viewer: Viewer,
        owners: tuple[str, ...] | None,
    ) -> Sequence[Part]:
        counted = book.bands(connection, owners)
        if not counted:
            return (Figures(title="Nothing is judged yet", items=()),)
        wanted = Wanted(owners=owners, limit=MOST)
        changed = accounts.rows(deployment, connection, wanted._replace(changed=True))
        urgent = accounts.rows(deployment, connection, wanted._replace(only={"band": "at_risk"}))
        query = f"&owner={viewer.user.email}" if owners else ""
        return (
            _counted(counted, query),
            *_waiting(connection, viewer),
            due.open_alerts(deployment, connection, wanted._replace(alerted=True), f"alerted=yes{query}"),
            _short(accounts.ACCOUNTS, changed, "Another band than yesterday", f"changed=yes{query}"),
            _short(accounts.RISK, urgent, "At risk, the most urgent first", query.removeprefix("&")),
        )


def _first_steps(connection: Connection, viewer: Viewer) -> Sequence[Part]:
    """Return where to go on, as long as nothing is judged or nothing may leave."""
    if not viewer.may(Right.OPERATE) or first_run.is_over(connection):
        return ()
    words = "Seatsignal is not all set up: what is missing stands in order."
    return (Lines(lines=(words,), tone="note", link="First steps", href="/start"),)


def _owners(connection: Connection, viewer: Viewer) -> tuple[str, ...] | None:
    """Return whose accounts to show: somebody's own, as far as they have any."""
    if viewer.owners is not None:
        return viewer.owners
    own = (viewer.user.email,)
    return own if book.bands(connection, own) else None


def _counted(counted: dict[str, int], query: str) -> Figures:
    items = (
        Figure(
            label=band.replace("_", " ").capitalize(),
            cell=Cell(kind="number", number=counted.get(band, 0)),
            href=f"/accounts?band={band}{query}",
        )
        for band in BANDS
    )
    return Figures(items=tuple(items))


def _waiting(connection: Connection, viewer: Viewer) -> Iterator[Part]:
    """Yield what waits for somebody to say yes, beside the alerts, if anything does."""
    waits = (
        ("Mails that wait for approval", "/approvals", Right.APPROVE, lambda: letters(connection, viewer)),
        ("Runs that are held", "/deliveries", Right.OPERATE, lambda: runs.held(connection)),
    )
    items = tuple(
        Figure(label=label, cell=Cell(kind="number", number=len(found)), href=href)
        for label, href, right, waiting in waits
        if viewer.may(right) and (found := waiting())
    )
    if items:
        yield Figures(title="Waits for you", items=items)


_COLUMNS = ("name", "band", "health", "moved", "reasons", "anchor_on")


def _short(of: Listing, found: Rows, title: str, query: str) -> Table:
    """Return the beginning of a list, with a link to the rest."""
    columns = [column._replace(sort="") for column in accounts.ACCOUNTS.columns if column.name in _COLUMNS]
    made = listing.table(of._replace(columns=columns), found._replace(after=""), Asked(), f"/{of.name}")
    return Table(
        title=title,
        columns=made.columns,
        rows=made.rows,
        more=f"/{of.name}?{query}" if query else f"/{of.name}",
        empty="None.",
    )
