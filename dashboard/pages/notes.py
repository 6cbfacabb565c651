"""Notes on the page of an account: what colleagues say to each other about it."""

from collections.abc import Iterator, Sequence
from typing import Annotated
from urllib.parse import quote

from fastapi import FastAPI, Form
from fastapi.responses import Response

from dashboard.access import Right, Viewer
from dashboard.instants import instant
from dashboard.pages.theirs import theirs
from dashboard.site import Seer, Site, goes
from store import audit, notes
from store.notes import Note
from templates.views import Cell, Choice, Column, Field, Part, Row, Table
from templates.views import Form as Asks

PATH = "/accounts/{key}/notes"
LIMIT = 1_000
SHORT = 40
"""Characters of a note by which one knows it again."""


def parts(kept: Sequence[Note], key: str, viewer: Viewer) -> Iterator[Part]:
    """Yield an account's notes, and what can be done about them."""
    if kept:
        yield Table(
            title="Notes",
            columns=tuple(Column(label=label) for label in ("When", "Who", "Note")),
            rows=tuple(_row(each, viewer) for each in kept),
        )
    if not viewer.may(Right.ANSWER):
        return
    action = f"/accounts/{quote(key, safe='')}/notes"
    words = Field(name="words", label="What should others know?", kind="area", is_required=True, limit=LIMIT)
    yield Asks(title="Write a note", action=action, fields=(words,), is_folded=True)
    own = tuple(
        Choice(value=str(each.id), label=each.words[:SHORT])
        for each in kept
        if each.actor == viewer.user.email
    )
    if own:
        yield Asks(
            title="Take a note back",
            action=f"{action}/delete",
            fields=(Field(name="note", label="Note", kind="select", choices=own),),
            submit="Take it back",
            is_folded=True,
        )


def _row(note: Note, viewer: Viewer) -> Row:
    when = instant(note.made_ms, viewer.zone)
    return Row(cells=(Cell(kind="instant", text=when), Cell(text=note.actor), Cell(text=note.words)))


class NotePages:
    """What becomes of the forms."""

    def __init__(self, site: Site) -> None:
        """Hold the site."""
        self._site = site

    def serve_from(self, app: FastAPI) -> None:
        """Add the routes."""
        self._site.does(app, PATH, self.write, Right.ANSWER)
        self._site.does(app, f"{PATH}/delete", self.take_back, Right.ANSWER)

    def write(self, key: str, viewer: Seer, words: Annotated[str, Form()] = "") -> Response:
        """Keep a note on an account."""
        said, back = " ".join(words.split()), f"/accounts/{quote(key, safe='')}"
        if not 0 < len(said) <= LIMIT:
            return goes(back, wrong=f"A note has 1 to {LIMIT:,} characters.")
        with self._site.deployment.database.write() as connection:
            place = theirs(connection, key, viewer)
            notes.add(connection, place.account, viewer.user.email, said)
            audit.record(connection, "noted", key, actor=viewer.user.email)
        return goes(back, done="Others read it here from now on.")

    def take_back(self, key: str, viewer: Seer, note: Annotated[str, Form()] = "") -> Response:
        """Delete a note of one's own."""
        back = f"/accounts/{quote(key, safe='')}"
        number = int(note) if note.isascii() and note.isdecimal() and len(note) <= 18 else 0  # noqa: PLR2004 - digits of a key
        with self._site.deployment.database.write() as connection:
            place = theirs(connection, key, viewer)
            if not notes.take_back(connection, place.account, number, viewer.user.email):
                return goes(back, wrong="That is no note of yours.")
            audit.record(connection, "note_taken_back", key, actor=viewer.user.email)
        return goes(back, done="The note is gone.")
