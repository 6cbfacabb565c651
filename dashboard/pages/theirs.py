"""Theirs: an account, and the letters that wait, as whoever asks may see them."""

from http import HTTPStatus

from starlette.exceptions import HTTPException

from dashboard.access import Viewer
from store import approvals, book
from store.approvals import Held
from store.book import Place
from store.database import Connection


def theirs(connection: Connection, key: str, viewer: Viewer) -> Place:
    """Return an account that somebody may see; of any other it is not said whether there is one."""
    place = book.place(connection, key)
    if place is None:
        raise HTTPException(HTTPStatus.NOT_FOUND)
    owners = viewer.owners
    if owners is not None and not {place.entry.csm_email, place.entry.sales_email} & set(owners):
        raise HTTPException(HTTPStatus.NOT_FOUND)
    return place


def letters(connection: Connection, viewer: Viewer) -> list[Held]:
    """Return the letters that wait for a person, of accounts that somebody may see."""
    waiting = approvals.waiting(connection)
    if viewer.owners is None:
        return waiting
    owned = set(book.owned(connection, viewer.owners))
    return [each for each in waiting if each.account in owned]
