"""Snooze: many alerts at once, ticked on a list; each is answered by itself, as on its account's page."""

from collections.abc import Sequence
from datetime import timedelta
from http import HTTPStatus
from typing import Annotated, NamedTuple

from fastapi import FastAPI, Form
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from config.errors import Actionable
from dashboard.access import Right, Viewer
from dashboard.pages.account import REASON_LIMIT
from dashboard.pages.back import place_of, returned
from dashboard.pages.theirs import theirs
from dashboard.site import Seer, Site
from health.answers import SNOOZE, SNOOZE_DAYS_MAX, Answer, Refused
from store.installation import business_day
from templates.views import Cell, Choice, Column, Field, Item, Row, Table, View
from templates.views import Form as Asks
from worker.answers import answer

PATH, FORM = "/accounts/snooze", "snooze"
MOST = 200
"""Alerts at once."""
USUAL = 7
_LASTS = ((1, "A day"), (7, "A week"), (30, "A month"))


class Left(NamedTuple):
    """An account whose alert was not snoozed, and why."""

    key: str
    name: str
    why: str


def asks(back: str) -> Asks:
    """Return what a list asks of the rows that are ticked; ``back`` is its address as it is narrowed down."""
    lasts = tuple(Choice(value=str(days), label=words, is_chosen=days == USUAL) for days, words in _LASTS)
    return Asks(
        title="Snooze those that are ticked",
        about="They stay silent for so long, unless they get worse.",
        action=PATH,
        name=FORM,
        fields=(
            Field(name="back", kind="hidden", value=back),
            Field(name="days", label="For", kind="select", choices=lasts),
            Field(name="reason", label="Why?", is_required=True, limit=REASON_LIMIT),
        ),
        submit="Snooze",
    )


class SnoozePage:
    """What becomes of the form."""

    def __init__(self, site: Site) -> None:
        """Hold the site."""
        self._site = site

    def serve_from(self, app: FastAPI) -> None:
        """Add the route."""
        self._site.does(app, PATH, self.snooze, Right.ANSWER)

    def snooze(
        self,
        viewer: Seer,
        pick: Annotated[tuple[str, ...], Form()] = (),
        days: Annotated[str, Form()] = "7",
        reason: Annotated[str, Form()] = "",
        back: Annotated[str, Form()] = "/accounts",
    ) -> Response:
        """Snooze each; say by name which could not be."""
        picked, why = tuple(dict.fromkeys(pick)), " ".join(reason.split())[:REASON_LIMIT]
        lasts = int(days) if days in {str(known) for known, _ in _LASTS} else 0
        if wrong := _wrong(picked, why, lasts):
            return returned(back, wrong=wrong)
        found = [self._one(viewer, key, why, lasts) for key in picked]
        left = [each for each in found if each]
        deployment = self._site.deployment
        deployment.bell.deliver(deployment.routes.of("csm").destination)
        said = f"Snoozed: {len(picked) - len(left)}."
        return self._told(viewer, back, said, left) if left else returned(back, done=said)

    def _one(self, viewer: Viewer, key: str, why: str, days: int) -> Left | None:
        """Snooze one in a unit of work of its own; return what was in the way."""
        deployment, name = self._site.deployment, key
        try:
            with deployment.database.write() as connection:
                name = theirs(connection, key, viewer).name or key
                today = business_day(connection)
                said = Answer(SNOOZE, viewer.user.email, today, today + timedelta(days=days), why)
                answer(deployment, connection, key, said)
        except HTTPException:
            return Left("", key, "there is no such account")
        except (Actionable, Refused) as error:
            return Left(key, name, str(error))
        return None

    def _told(self, viewer: Viewer, back: str, said: str, left: Sequence[Left]) -> Response:
        place, label = place_of(back)
        rows = tuple(
            Row(
                cells=(
                    Cell(text=each.name, href=f"/accounts/{each.key}" if each.key else ""),
                    Cell(text=each.why),
                )
            )
            for each in left
        )
        columns = (Column(label="Account"), Column(label="Why not"))
        view = View(
            title="Snoozed, but for some",
            here=place,
            trail=(Item(label=label, href=place),),
            done=said,
            parts=(Table(title=f"Not snoozed: {len(left)}", columns=columns, rows=rows),),
        )
        return self._site.page(view, viewer, HTTPStatus.OK)


def _wrong(picked: Sequence[str], why: str, days: int) -> str:
    if not picked:
        return "Tick the accounts first."
    if len(picked) > MOST:
        return f"At most {MOST} at once."
    if not why:
        return "Say why in a few words: others read it."
    return "" if 0 < days <= SNOOZE_DAYS_MAX else "That is no time to snooze for."
