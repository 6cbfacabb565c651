"""What is known and expected of an account: a colleague's note, which gates behaviour for a while."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Annotated
from urllib.parse import quote

from fastapi import FastAPI, Form
from fastapi.responses import Response

from dashboard.access import Right, Viewer
from dashboard.pages.theirs import theirs
from dashboard.picks import numbers
from dashboard.site import Seer, Site, goes
from store import audit, expected
from store.expected import Expectation
from store.installation import business_day, business_instant_s
from templates.views import Cell, Column, Field, Part, Row, Table
from templates.views import Form as Asks

PATH = "/accounts/{key}/expected"
REASON_LIMIT = 200
LONGEST_DAYS = 366
FORM = "expected"
Text = Annotated[str, Form()]


def parts(kept: Sequence[Expectation], key: str, viewer: Viewer) -> Iterator[Part]:
    """Yield the notes that hold, and how one that was ticked is ended."""
    if not kept:
        return
    may = viewer.may(Right.ANSWER)
    yield Table(
        title="Known and expected",
        about="Meanwhile what is seen of use alerts nobody; it is kept with the gate that stopped it.",
        columns=(Column(label="Through"), Column(label="Why")),
        rows=tuple(_row(each) for each in kept),
        form=FORM if may else "",
    )
    if may:
        yield Asks(name=FORM, action=f"{_address(key)}/expected/end", submit="No longer expected")


def asks(key: str) -> Asks:
    """Return what says that something is expected."""
    return Asks(
        title="Known and expected",
        about="Until then a fall in use, silence and the score alert nobody. What says that they mean to "
        "leave, and payments, still do.",
        action=f"{_address(key)}/expected",
        fields=(
            Field(name="reason", label="What is known?", is_required=True, limit=REASON_LIMIT),
            Field(name="until", label="Through", kind="date", is_required=True),
        ),
        submit="It is expected",
        is_folded=True,
    )


def _row(note: Expectation) -> Row:
    through = expected.until(note)
    why = note.words.partition(": ")[2]
    return Row(pick=str(note.at_ms), cells=(Cell(kind="day", day=through), Cell(text=why)))


class ExpectedPages:
    """What becomes of the forms."""

    def __init__(self, site: Site) -> None:
        """Hold the site."""
        self._site = site

    def serve_from(self, app: FastAPI) -> None:
        """Add the routes."""
        self._site.does(app, PATH, self.note, Right.ANSWER)
        self._site.does(app, f"{PATH}/end", self.end, Right.ANSWER)

    def note(self, key: str, viewer: Seer, reason: Text = "", until: Text = "") -> Response:
        """Keep that something is expected of an account."""
        why, through = " ".join(reason.split()), _day(until)
        with self._site.deployment.database.write() as connection:
            theirs(connection, key, viewer)
            today = business_day(connection)
            if wrong := _wrong(why, through, today):
                return goes(_address(key), wrong=wrong)
            at_ms = int(business_instant_s(connection) * 1000)
            expected.add(connection, key, at_ms, through, why)
            audit.record(connection, "expected", key, f"until {through}", viewer.user.email)
        return goes(_address(key), done="Noted: it counts from the next assessment on.")

    def end(self, key: str, viewer: Seer, pick: Annotated[tuple[str, ...], Form()] = ()) -> Response:
        """Let notes that were ticked hold no more."""
        chosen = numbers(pick)
        with self._site.deployment.database.write() as connection:
            theirs(connection, key, viewer)
            ended = sum(expected.take_back(connection, key, each) for each in chosen)
            if ended:
                audit.record(connection, "expected_no_more", key, str(ended), viewer.user.email)
        if not ended:
            return goes(_address(key), wrong="Tick what is no longer expected.")
        return goes(_address(key), done="It counts no more, from the next assessment on.")


def _wrong(why: str, through: date, today: date) -> str:
    if not 0 < len(why) <= REASON_LIMIT:
        return "Say in a few words what is known: others read it."
    if not today <= through <= today + timedelta(days=LONGEST_DAYS):
        return "The last day on which it holds is today or later, and within a year."
    return ""


def _day(text: str) -> date:
    """Return a day, one that is long gone where it is none."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return date.min


def _address(key: str) -> str:
    return f"/accounts/{quote(key, safe='')}"
