"""Theirs: an account as whoever asks may see it."""

from http import HTTPStatus

from starlette.exceptions import HTTPException

from dashboard.access import Viewer
from store import book
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
