"""The page behind a survey's numbers: it asks for one press of a button, and that alone is an answer.

Whoever holds a link may use it, as with all links of letters (`dashboard.letters`).
"""

from collections.abc import Callable
from http import HTTPStatus
from typing import Annotated

import structlog
from fastapi import FastAPI, Form, Header
from fastapi.responses import HTMLResponse
from starlette.background import BackgroundTask
from starlette.exceptions import HTTPException

from config.links import BadLink, LinkReader, Survey
from dashboard.consent import BY_THE_PERSON
from health.figures.days import start_ms
from health.languages import accepted
from health.records import Survey as Answer
from health.surveys import CLOSED, KEPT, SCALES, Given, scores, taken, works
from store import audit, subjects, surveys
from store.database import Connection, Database, Unavailable
from store.installation import business_day, business_instant_s, secret
from templates.pages import SurveyedPage, SurveyPage, page

log = structlog.get_logger()

READING = ("GET", "HEAD")
Reader = Annotated[str, Header(alias="Accept-Language")]


class SurveyPages:
    """The endpoints of one installation. Each raises `BadLink` and `Unavailable` for the app to answer."""

    def __init__(self, database: Database, company_name: str, judge: Callable[[], object]) -> None:
        """Keep what every page needs; ``judge`` judges the accounts of which something changed."""
        self._database = database
        self._company_name = company_name
        self._judge = judge

    def serve_from(self, app: FastAPI) -> None:
        """Add the routes."""
        app.add_api_route("/s/{token}", self.ask, methods=[*READING])
        app.add_api_route("/s/{token}", self.answer, methods=["POST"])

    def ask(self, token: str, score: str = "", reader: Reader = "") -> HTMLResponse:
        """Ask the question, with the number of the link ticked; nothing is kept."""
        with self._database.read() as connection:
            asked = _asked(connection, token)
        offered = scores(asked.kind)
        chosen = next((each for each in offered if str(each) == score), None)
        shown = SurveyPage(company_name=self._company_name, kind=asked.kind, scores=offered, chosen=chosen)
        return HTMLResponse(page(shown, accepted(reader)))

    def answer(self, token: str, score: Annotated[int, Form()], reader: Reader = "") -> HTMLResponse:
        """Keep an answer, and have its account judged anew once it is told that it is kept."""
        with self._database.read() as connection:
            asked = _asked(connection, token)
        if score not in scores(asked.kind):
            raise HTTPException(HTTPStatus.BAD_REQUEST)
        with self._database.write() as connection:
            came_to = _answered(connection, _asked(connection, token), score)
        log.info("survey_answered", kind=asked.kind, came_to=came_to)
        shown = SurveyedPage(company_name=self._company_name, kept=came_to != CLOSED)
        after = BackgroundTask(self._judged) if came_to == KEPT else None
        return HTMLResponse(page(shown, accepted(reader)), background=after)

    def _judged(self) -> None:
        """Judge what changed; whatever keeps it from that, the next pull does."""
        try:
            self._judge()
        except Unavailable as error:
            log.warning("database_away", reason=str(error))


def _asked(connection: Connection, token: str) -> Survey:
    """Return what a link asks whom. Raises `BadLink`, too where it is too old or the person was erased."""
    asked = LinkReader(secret(connection)).read_survey(token)
    address, _name = subjects.person(connection, asked.subject)
    known = address and asked.kind in SCALES
    if not known or not works(asked.asked_on, business_day(connection)):
        raise BadLink("too old, or nobody's")
    return asked


def _answered(connection: Connection, asked: Survey, score: int) -> str:
    """Keep an answer unless it comes too late or says what is kept, and return what became of it."""
    batch = surveys.begin(connection)
    account, since_ms = surveys.key_of(connection, asked.account), start_ms(asked.asked_on)
    before = surveys.answers(connection, account, asked.kind, asked.subject, since_ms)
    at_ms = int(business_instant_s(connection) * 1000)
    came_to = taken(score, at_ms, [Given(*each) for each in before])
    if came_to == KEPT:
        surveys.keep(connection, batch, Answer(account, asked.kind, score, at_ms, asked.subject))
        audit.record(connection, "survey_answered", asked.subject, f"{asked.kind} {score}", BY_THE_PERSON)
    return came_to
