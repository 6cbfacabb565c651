"""The review of a month or a quarter, as a page and as the report that `seatsignal report` writes."""

from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import NamedTuple

import msgspec
from fastapi import FastAPI
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from config.errors import Actionable
from dashboard.access import Viewer
from dashboard.pages.review_parts import parts
from dashboard.site import NotAllowed, Seer, Site
from health.review import Review
from store.installation import business_day
from templates.reports import report
from templates.views import Cell, Choice, Field, Filters, Lines, Pair, Pairs, View
from worker.reviewed import periods, reviewed

HERE = "/review"
LATER = (
    "It is not told: of so many accounts this month, this quarter and those before are, by themselves, "
    "and of over 50,000 none. `seatsignal report` tells any."
)


class Written(NamedTuple):
    """A form of the report: its media type, and how it is written."""

    media_type: str
    write: Callable[[Review], str]


FORMS: Mapping[str, Written] = {
    "html": Written("text/html", lambda made: report("review", made, "html")),
    "md": Written("text/markdown", lambda made: report("review", made, "markdown")),
    "json": Written(
        "application/json", lambda made: msgspec.json.format(msgspec.json.encode(made), indent=2).decode()
    ),
}


class ReviewPages:
    """The review."""

    def __init__(self, site: Site) -> None:
        """Hold the site."""
        self._site = site

    def serve_from(self, app: FastAPI) -> None:
        """Add the routes."""
        self._site.shows(app, HERE, self.show)
        self._site.shows(app, f"{HERE}.{{form}}", self.export)

    def show(self, viewer: Seer, period: str = "") -> Response:
        """Show the review of a period; of the last whole month where none is chosen."""
        choices = self._choices(viewer)
        name = period or choices[1]
        try:
            made, wrong = self._told(name), ""
        except (ValueError, Actionable) as error:
            made, wrong = None, str(error)
        told = parts(made) if made else () if wrong else (Lines(lines=(LATER,)),)
        shown = View(
            title=f"Review of {name}" if made else "Review",
            here=HERE,
            lead=_lead(made) if made else "",
            wrong=wrong,
            parts=(_chooser(choices, name), *([_links(name)] if made else []), *told),
        )
        return self._site.page(shown, viewer, 400 if wrong else 200)

    def export(self, form: str, viewer: Seer, period: str = "") -> Response:
        """Answer with the report in one of its forms, to be kept."""
        choices = self._choices(viewer)
        if form not in FORMS:
            raise HTTPException(HTTPStatus.NOT_FOUND)
        name = period or choices[1]
        try:
            made = self._told(name)
        except (ValueError, Actionable) as error:
            return Response(f"{error}\n", 400, media_type="text/plain")
        if made is None:
            return Response(f"{LATER}\n", HTTPStatus.NOT_FOUND, media_type="text/plain")
        headers = {"Content-Disposition": f'attachment; filename="review-{name}.{form}"'}
        return Response(FORMS[form].write(made), 200, headers, media_type=FORMS[form].media_type)

    def _choices(self, viewer: Viewer) -> list[str]:
        """Return the periods there are; a review is of all accounts, and for whoever may see these."""
        if viewer.owners is not None:
            raise NotAllowed
        with self._site.deployment.database.read() as connection:
            return periods(business_day(connection))

    def _told(self, name: str) -> Review | None:
        return reviewed(self._site.deployment, name)


def _lead(made: Review) -> str:
    until = f"{made.first} to {made.last}"
    return f"{until}, {made.accounts:,} accounts, as of the start of {made.as_of}."


def _chooser(choices: list[str], chosen: str) -> Filters:
    options = tuple(Choice(value=each, label=each, is_chosen=each == chosen) for each in choices)
    field = Field(name="period", label="Month or quarter", kind="select", choices=options)
    return Filters(action=HERE, fields=(field,))


def _links(name: str) -> Pairs:
    said = {"html": "HTML", "md": "Markdown", "json": "JSON"}
    items = tuple(
        Pair(term="As a document", cell=Cell(text=text, href=f"{HERE}.{form}?period={name}"))
        for form, text in said.items()
    )
    return Pairs(items=items)
