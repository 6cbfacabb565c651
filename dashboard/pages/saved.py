"""Saved views: a list as somebody looked at it, under a name, one click away; a manager may share one."""

from collections.abc import Iterator, Sequence
from typing import Annotated
from urllib.parse import parse_qsl

from fastapi import FastAPI, Form
from fastapi.responses import Response

from dashboard import listing
from dashboard.access import Right, Viewer
from dashboard.listing import Unclear
from dashboard.lists.registry import LISTINGS
from dashboard.pages.back import place_of, returned
from dashboard.site import Seer, Site
from store import audit, views
from store.views import MOST, Saved
from templates.views import Choice, Field, Item, Links
from templates.views import Form as Asks

KEEP, DROP = "/views", "/views/delete"
NAME_LIMIT = 60
SHARE = Right.IDENTIFY
"""Whoever may share a view with all: managers."""


def links(kept: Sequence[Saved], here: str) -> Iterator[Links]:
    """Yield the views of a list; ``here`` is its address as it is narrowed down."""
    path = here.partition("?")[0]
    items = tuple(
        Item(label=each.name, href=f"{path}?{each.query}", is_here=f"{path}?{each.query}" == here)
        for each in kept
    )
    if items:
        yield Links(title="Saved views", items=items)


def asks(kept: Sequence[Saved], here: str, viewer: Viewer) -> Iterator[Asks]:
    """Yield what a list can be kept as, and which of one's own views can go."""
    back = Field(name="back", kind="hidden", value=here)
    share = [Field(name="shared", label="Everybody sees it", kind="checkbox", value="yes")]
    yield Asks(
        title="Save this view",
        about="Filters and order are kept under a name, above this list.",
        action=KEEP,
        fields=(
            back,
            Field(name="name", label="Name", is_required=True, limit=NAME_LIMIT),
            *(share if viewer.may(SHARE) else []),
        ),
        is_folded=True,
    )
    own = tuple(Choice(value=str(each.id), label=each.name) for each in kept if each.is_own)
    if own:
        yield Asks(
            title="Delete a saved view",
            action=DROP,
            fields=(back, Field(name="view", label="View", kind="select", choices=own)),
            submit="Delete",
            is_folded=True,
        )


class SavedViews:
    """What becomes of the forms."""

    def __init__(self, site: Site) -> None:
        """Hold the site."""
        self._site = site

    def serve_from(self, app: FastAPI) -> None:
        """Add the routes."""
        self._site.does(app, KEEP, self.keep, Right.READ)
        self._site.does(app, DROP, self.drop, Right.READ)

    def keep(
        self,
        viewer: Seer,
        back: Annotated[str, Form()] = "",
        name: Annotated[str, Form()] = "",
        shared: Annotated[str, Form()] = "",
    ) -> Response:
        """Keep a list as it is narrowed down."""
        called, of = " ".join(name.split()), LISTINGS[place_of(back)[0].removeprefix("/")]
        if not 0 < len(called) <= NAME_LIMIT:
            return returned(back, wrong=f"A name has 1 to {NAME_LIMIT} characters.")
        try:
            wanted = listing.asked(of, dict(parse_qsl(back.partition("?")[2])), viewer)
        except Unclear as error:
            return returned("", wrong=str(error))
        query = listing.address("", wanted._replace(after="")).removeprefix("?")
        for_all = bool(shared) and viewer.may(SHARE)
        with self._site.deployment.database.write() as connection:
            if not views.keep(connection, viewer.user.id, of.name, called, query, shared=for_all):
                return returned(back, wrong=f"You have {MOST} views: delete one first.")
            if for_all:
                audit.record(connection, "view_shared", of.name, called, viewer.user.email)
        return returned(back, done=f"Saved: {called}.")

    def drop(
        self, viewer: Seer, back: Annotated[str, Form()] = "", view: Annotated[str, Form()] = ""
    ) -> Response:
        """Delete a view of one's own."""
        number = int(view) if view.isascii() and view.isdecimal() and len(view) <= 18 else 0  # noqa: PLR2004 - digits of a key
        with self._site.deployment.database.write() as connection:
            if not views.drop(connection, number, viewer.user.id):
                return returned(back, wrong="That is no view of yours.")
        return returned(back, done="It is deleted.")
