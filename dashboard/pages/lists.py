"""Every list as a page, and as CSV."""

from collections.abc import Iterator

from fastapi import FastAPI, Request
from fastapi.responses import Response, StreamingResponse

from dashboard import listing
from dashboard.access import Right, Viewer
from dashboard.listing import Asked, Listing, Rows, Unclear
from dashboard.lists.registry import EXPORTS, LISTINGS
from dashboard.pages import saved, snooze
from dashboard.said import NAMES, Heard
from dashboard.site import NotAllowed, Seer, Site
from store import views
from templates.views import Part, View

AT_ONCE = 1_000
"""Rows of CSV that are read in one unit of work."""


def serve_lists(site: Site, app: FastAPI) -> None:
    """Add the routes of every list."""
    for each in LISTINGS.values():
        pages = ListPages(site, each)
        site.shows(app, pages.path, pages.show, each.right)
        site.shows(app, f"{pages.path}.csv", pages.export, each.right)
    for each in EXPORTS.values():
        site.shows(app, f"/{each.name}.csv", ListPages(site, each).export, each.right)


class ListPages:
    """One list."""

    def __init__(self, site: Site, of: Listing) -> None:
        """Hold what it is."""
        self._site, self._of = site, of
        self.path = f"/{of.name}"

    def show(self, request: Request, viewer: Seer, said: Heard) -> Response:
        """Show a page of it; what is asked and cannot be is said, and the list shown as it begins."""
        params = {name: value for name, value in request.query_params.items() if name not in NAMES}
        unclear = ""
        try:
            wanted = listing.asked(self._of, params, viewer)
            found = self._rows(wanted)
        except Unclear as error:
            unclear, wanted = str(error), listing.asked(self._of, {}, viewer)
            found = self._rows(wanted)
        shown = View(
            title=self._of.title,
            here=self.path,
            lead=self._of.about,
            done=said.done,
            wrong=unclear or said.wrong,
            parts=self._parts(viewer, wanted, found),
        )
        return self._site.page(shown, viewer, 400 if unclear else 200)

    def _parts(self, viewer: Viewer, wanted: Asked, found: Rows) -> tuple[Part, ...]:
        here = listing.address(self.path, wanted)
        with self._site.deployment.database.read() as connection:
            asked = listing.filters(self._of, connection, wanted, self.path)
            kept = views.of(connection, self._of.name, viewer.user.id)
        answers = self._of.is_answered and bool(found.rows) and viewer.may(Right.ANSWER)
        shown = wanted._replace(zone=viewer.zone)
        rows = listing.table(self._of, found, shown, self.path, snooze.FORM if answers else "")
        asks = [snooze.asks(here)] if answers else []
        above = self._of.above(self._site.deployment, viewer)
        return (*saved.links(kept, here), *above, asked, rows, *asks, *saved.asks(kept, here, viewer))

    def export(self, request: Request, viewer: Seer) -> Response:
        """Answer with all of it as CSV, as it is narrowed down."""
        if self._of.is_of_all and viewer.owners is not None:
            raise NotAllowed
        try:
            wanted = listing.asked(self._of, request.query_params, viewer)
            wanted = wanted._replace(limit=AT_ONCE)
            pages = self._pages(wanted, self._rows(wanted))
        except Unclear as error:
            return Response(f"{error}\n", 400, media_type="text/plain")
        headers = {"Content-Disposition": f'attachment; filename="{self._of.name}.csv"'}
        return StreamingResponse(listing.lines(self._of, pages), 200, headers, "text/csv; charset=utf-8")

    def _rows(self, wanted: Asked) -> Rows:
        deployment = self._site.deployment
        with deployment.database.read() as connection:
            return self._of.rows(deployment, connection, wanted)

    def _pages(self, wanted: Asked, first: Rows) -> Iterator[Rows]:
        found = first
        yield found
        while found.after:
            found = self._rows(wanted._replace(after=found.after))
            yield found
