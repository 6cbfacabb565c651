"""Views: lists as colleagues looked at them, kept under a name; some are shared with all."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Connection, delete, func, or_, select

from store.database import now_ms
from store.tables import users, views
from store.upsert import insert

MOST = 50
"""Views of one colleague."""


class Saved(NamedTuple):
    """A view: its name, the query of its list's address, and whether it is the reader's own."""

    id: int
    name: str
    query: str
    is_own: bool
    owner: str


def of(connection: Connection, name: str, reader: int) -> Sequence[Saved]:
    """Return the views of a list that a colleague sees, their own and those that are shared, by name."""
    c = views.c
    query = select(c.id, c.name, c.query, (c.whose == reader).label("is_own"), users.c.email)
    query = query.join(users, users.c.id == c.whose).where(c.list == name, or_(c.whose == reader, c.shared))
    return [Saved._make(row) for row in connection.execute(query.order_by(c.name, c.id))]


def keep(connection: Connection, whose: int, of_list: str, name: str, query: str, *, shared: bool) -> bool:
    """Keep a view in place of one's own of that name; false if there are too many."""
    c = views.c
    others = select(func.count()).where(c.whose == whose, (c.list != of_list) | (c.name != name))
    if connection.execute(others).scalar_one() >= MOST:
        return False
    values = {"query": query, "shared": shared, "made_ms": now_ms()}
    made = insert(connection, views).values(whose=whose, list=of_list, name=name, **values)
    connection.execute(made.on_conflict_do_update(index_elements=["whose", "list", "name"], set_=values))
    return True


def drop(connection: Connection, view: int, whose: int) -> bool:
    """Delete a view of a colleague's own; false if it is none."""
    gone = delete(views).where(views.c.id == view, views.c.whose == whose)
    return connection.execute(gone).rowcount > 0
