"""The page of an account: why its health is what it is, what changed, what would change it, what to do."""

from collections.abc import Sequence
from datetime import date, timedelta
from http import HTTPStatus
from typing import Annotated
from urllib.parse import quote

from fastapi import FastAPI, Form
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException

from config.errors import Actionable
from dashboard.access import Right, Viewer
from dashboard.pages import account_asks as asks
from dashboard.pages import account_parts as parts
from dashboard.pages import account_trend as trended
from dashboard.pages import expected as foreseen
from dashboard.pages import notes as noted
from dashboard.pages.theirs import theirs
from dashboard.said import Heard
from dashboard.site import Seer, Site, goes
from health.answers import ACKNOWLEDGE, DISMISS, DONE, SNOOZE, Answer, Refused
from health.done import OUTCOMES
from health.overrides import Override
from store import audit, expected, notes, overrides, rescored, scores, verdicts
from store.answers import ALERT, EXPANSION
from store.database import Connection
from store.installation import business_day
from store.verdicts import Verdict
from templates.views import Form as Asks
from templates.views import Item, Part, View
from worker.answers import answer
from worker.brief import brief
from worker.explanations import policy_of
from worker.statement import statement

REASON_LIMIT = 200
BANDS = ("at_risk", "watch", "healthy")
_KINDS = {"acknowledge": ACKNOWLEDGE, "snooze": SNOOZE, "dismiss": DISMISS, "done": DONE}
_WORDS = {
    "acknowledge": "You have taken it on.",
    "snooze": "It is silent, unless it gets worse.",
    "dismiss": "It is closed for this term.",
    "done": "The play is done.",
}


class AccountPages:
    """The page of every account, and what can be done there."""

    def __init__(self, site: Site) -> None:
        """Hold the site."""
        self._site = site

    def serve_from(self, app: FastAPI) -> None:
        """Add the routes."""
        site = self._site
        site.shows(app, "/accounts/{key}", self.show)
        site.shows(app, "/accounts/{key}/statement.json", self.state)
        site.does(app, "/accounts/{key}/answer", self.answer, Right.ANSWER)
        site.does(app, "/accounts/{key}/band", self.set_band, Right.OVERRIDE)
        site.does(app, "/accounts/{key}/band/clear", self.clear_band, Right.OVERRIDE)

    # -- what is shown -------------------------------------------------------------------------------

    def show(self, key: str, viewer: Seer, said: Heard) -> Response:
        """Show an account."""
        deployment = self._site.deployment
        with deployment.database.read() as connection:
            place = theirs(connection, key, viewer)
            found = _judged(connection, key)
            told = brief(deployment, connection, found)
            main = (
                *parts.why(told, found),
                *parts.standing(told, found),
                *foreseen.parts(expected.of(connection, key, business_day(connection)), key, viewer),
                *noted.parts(notes.of(connection, place.account), key, viewer),
                *parts.figures(told),
                *parts.tickets(told),
                *parts.sent(told),
                *parts.acts(audit.about(connection, key), viewer.zone),
            )
            aside = (
                *trended.parts(
                    key, scores.history(connection, key), rescored.days(connection, place.account)
                ),
                *parts.people(told),
                *parts.rests_on(found),
            )
        shown = View(
            title=told.name,
            here="/accounts",
            trail=(Item(label="Accounts", href="/accounts"),),
            lead=parts.lead(told),
            done=said.done,
            wrong=said.wrong,
            parts=tuple(parts.summary(told, place.entry)),
            asks=tuple(self._asked(viewer, found)),
            main=main,
            aside=aside,
        )
        return self._site.page(shown, viewer)

    def _asked(self, viewer: Viewer, found: Verdict) -> Sequence[Part]:
        made: list[Asks] = []
        if viewer.may(Right.ANSWER) and found.shown.signals:
            made += asks.answers(found.key)
        if viewer.may(Right.ANSWER):
            made.append(foreseen.asks(found.key))
        if viewer.may(Right.OVERRIDE):
            made += asks.override(found)
        return made

    def state(self, key: str, viewer: Seer) -> Response:
        """Answer with the statement of the latest verdict, which `seatsignal verify` recomputes."""
        deployment = self._site.deployment
        with deployment.database.read() as connection:
            theirs(connection, key, viewer)
            found = _judged(connection, key)
            policy = policy_of(deployment, connection, found.policy_hash)
        if policy is None:
            raise HTTPException(HTTPStatus.NOT_FOUND)
        named = f'attachment; filename="statement-{quote(key, safe="")}.json"'
        return JSONResponse(_plain(statement(found, policy)), headers={"Content-Disposition": named})

    # -- what is done --------------------------------------------------------------------------------

    def answer(  # noqa: PLR0917 - the fields of a form
        self,
        key: str,
        viewer: Seer,
        said: Annotated[str, Form()] = "",
        days: Annotated[str, Form()] = "7",
        detail: Annotated[str, Form()] = "",
        matter: Annotated[str, Form()] = ALERT,
    ) -> Response:
        """Take an answer to the account's open alert."""
        why, back = " ".join(detail.split())[:REASON_LIMIT], _address(key)
        if said not in _KINDS or matter not in {ALERT, EXPANSION}:
            return goes(back, wrong="That is no answer.")
        if said in {"snooze", "dismiss"} and not why:
            return goes(back, wrong="Say why in a few words: others read it.")
        if said == "done" and why not in OUTCOMES:
            return goes(back, wrong="Say what came of it.")
        deployment = self._site.deployment
        try:
            with deployment.database.write() as connection:
                theirs(connection, key, viewer)
                given = _given(said, days, why, viewer.user.email, business_day(connection))
                answer(deployment, connection, key, given, matter)
        except (Actionable, Refused) as error:
            return goes(back, wrong=str(error))
        deployment.bell.deliver(deployment.routes.of("csm").destination)
        return goes(back, done=_WORDS[said])

    def set_band(
        self,
        key: str,
        viewer: Seer,
        band: Annotated[str, Form()] = "",
        reason: Annotated[str, Form()] = "",
        until: Annotated[str, Form()] = "",
    ) -> Response:
        """Set the account's band by hand for a while; the computed one goes on beneath it."""
        why, back = " ".join(reason.split()), _address(key)
        with self._site.deployment.database.write() as connection:
            theirs(connection, key, viewer)
            last = _day(until)
            if band not in BANDS or not 0 < len(why) <= REASON_LIMIT:
                return goes(back, wrong="A band, and why in a few words: both are needed.")
            if last is None or last < business_day(connection):
                return goes(back, wrong="The last day on which it counts is today or later.")
            overrides.put(connection, key, Override(band, why, last), viewer.user.email)
            audit.record(connection, "band_set", key, f"{band} until {last}", viewer.user.email)
        return goes(back, done="The band is set; alerts follow from the next assessment on.")

    def clear_band(self, key: str, viewer: Seer) -> Response:
        """Let the computed band count again."""
        with self._site.deployment.database.write() as connection:
            theirs(connection, key, viewer)
            if not overrides.clear(connection, key):
                return goes(_address(key), wrong="No band is set by hand.")
            audit.record(connection, "band_cleared", key, actor=viewer.user.email)
        return goes(_address(key), done="The computed band counts again.")


def _judged(connection: Connection, key: str) -> Verdict:
    found = verdicts.verdict(connection, key)
    if found is None:
        raise HTTPException(HTTPStatus.NOT_FOUND)
    return found


def _given(said: str, days: str, why: str, actor: str, today: date) -> Answer:
    lasts = int(days) if days.isascii() and days.isdecimal() and len(days) < 4 else 0  # noqa: PLR2004 - digits
    until = today + timedelta(days=lasts) if said == "snooze" else None
    return Answer(_KINDS[said], actor, today, until, why)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _address(key: str) -> str:
    return f"/accounts/{quote(key, safe='')}"


def _plain(document: object) -> object:
    import json  # noqa: PLC0415 - only a statement needs it

    return json.loads(json.dumps(document, default=str))
