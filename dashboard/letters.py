"""The pages behind the links of letters: unsubscribe (RFC 8058) and preferences.

Whoever holds a link may use it, without signing in. Opening one changes nothing, for mail programs and
their scanners open links on their own. They are in the language of the browser, for a link may have been
handed on.
"""

from typing import Annotated, Literal

from fastapi import FastAPI, Form, Header
from fastapi.responses import HTMLResponse

from config.links import LinkReader
from dashboard import consent
from health.languages import accepted
from store.database import Database
from store.installation import secret
from store.subjects import EVERYTHING
from templates.pages import (
    EVERY,
    OTHER,
    TOPICS,
    Choice,
    Page,
    PreferencesPage,
    Topic,
    UnsubscribedPage,
    UnsubscribePage,
    page,
)

READING = ("GET", "HEAD")
Reader = Annotated[str, Header(alias="Accept-Language")]
"""What a browser says that its reader reads."""


class LetterPages:
    """The endpoints of one installation. Each raises `BadLink` and `Unavailable` for the app to answer."""

    def __init__(self, database: Database, company_name: str) -> None:
        """Keep what every page needs."""
        self._database = database
        self._company_name = company_name

    def serve_from(self, app: FastAPI) -> None:
        """Add the routes."""
        app.add_api_route("/u/{token}", self.ask, methods=[*READING])
        app.add_api_route("/u/{token}", self.unsubscribe, methods=["POST"])
        app.add_api_route("/p/{token}", self.show, methods=[*READING])
        app.add_api_route("/p/{token}", self.save, methods=["POST"])

    def ask(self, token: str, reader: Reader = "") -> HTMLResponse:
        """Ask whether letters about a topic shall stop."""
        _, topic = self._links().read_unsubscribe(token)
        words = _words(topic)
        asked = UnsubscribePage(company_name=self._company_name, letters=words.letters, about=words.about)
        return _answer(asked, reader)

    def unsubscribe(self, token: str, reader: Reader = "") -> HTMLResponse:
        """Stop letters about a topic, whatever the body says: a mail program's one click, or our button."""
        subject, topic = self._links().read_unsubscribe(token)
        with self._database.write() as connection:
            consent.withdraw(connection, subject, topic)
        done = UnsubscribedPage(company_name=self._company_name, letters=_words(topic).letters)
        return _answer(done, reader)

    def show(self, token: str, reader: Reader = "") -> HTMLResponse:
        """Show what a person receives."""
        subject = self._links().read_preferences(token)
        with self._database.read() as connection:
            wanted = consent.wanted(connection, subject)
        return self._preferences(wanted, reader, saved=False)

    def save(
        self,
        token: str,
        save: Annotated[Literal["yes"], Form()],  # noqa: ARG002 - an empty body is not "nothing ticked"
        topic: Annotated[tuple[str, ...], Form()] = (),
        nothing: Annotated[Literal["yes", ""], Form()] = "",
        reader: Reader = "",
    ) -> HTMLResponse:
        """Keep what a person ticked, and show it."""
        subject = self._links().read_preferences(token)
        with self._database.write() as connection:
            consent.choose(connection, subject, topic, nothing=bool(nothing))
            wanted = consent.wanted(connection, subject)
        return self._preferences(wanted, reader, saved=True)

    def _links(self) -> LinkReader:
        """A link is read before anything is written, so that a forged one never waits for the write lock."""
        with self._database.read() as connection:
            return LinkReader(secret(connection))

    def _preferences(self, wanted: frozenset[str], reader: str, *, saved: bool) -> HTMLResponse:
        choices = (Choice(name, words.name, words.about, name in wanted) for name, words in TOPICS.items())
        shown = PreferencesPage(
            company_name=self._company_name,
            choices=tuple(choices),
            nothing=EVERYTHING not in wanted,
            saved=saved,
        )
        return _answer(shown, reader)


def _answer(content: Page, reader: str) -> HTMLResponse:
    return HTMLResponse(page(content, accepted(reader)))


def _words(topic: str) -> Topic:
    return EVERY if topic == EVERYTHING else TOPICS.get(topic, OTHER)
