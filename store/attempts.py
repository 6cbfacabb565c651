"""Attempts to sign in: how often it was tried in vain, counted here so that all processes count together.

What is counted of has a name that its caller makes up: of an address, of where a browser calls from, of all.
"""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Connection, case, delete, select, update

from store.database import now_ms
from store.tables import attempts
from store.upsert import insert

WINDOW_MS = 900_000
KEPT_MS = 86_400_000


class Tried(NamedTuple):
    """Tries in a row, and since the last; those of the window under way, and how long it still lasts."""

    in_a_row: int
    since_ms: int
    in_window: int
    left_ms: int


def tried(connection: Connection, names: Sequence[str]) -> dict[str, Tried]:
    """Return what was tried in vain of some names, locked where this unit of work writes."""
    c, now = attempts.c, now_ms()
    in_window = case((c.window == now // WINDOW_MS, c.in_window), else_=0)
    query = select(c.name, c.in_a_row, now - c.at_ms, in_window, WINDOW_MS - now % WINDOW_MS)
    query = query.where(c.name.in_(names)).order_by(c.name).with_for_update()
    return {name: Tried(*row) for name, *row in connection.execute(query)}


def count(connection: Connection, names: Sequence[str]) -> None:
    """Count a try of each name; what is a day old is forgotten."""
    c, window = attempts.c, now_ms() // WINDOW_MS
    connection.execute(delete(attempts).where(c.at_ms < now_ms() - KEPT_MS))
    for name in sorted(names):  # in one order, whoever counts beside us
        first = insert(connection, attempts).values(name=name, in_a_row=1, in_window=1)
        first = first.values(window=window, at_ms=now_ms())
        again = case((c.window == window, c.in_window + 1), else_=1)
        values = {"in_a_row": c.in_a_row + 1, "in_window": again, "window": window, "at_ms": now_ms()}
        connection.execute(first.on_conflict_do_update(index_elements=["name"], set_=values))


def succeeded(connection: Connection, names: Sequence[str]) -> None:
    """Take back the try that was counted, and with it those before it in a row."""
    c = attempts.c
    less = case((c.in_window > 0, c.in_window - 1), else_=0)
    of = update(attempts).where(c.name.in_(names))
    connection.execute(of.values(in_a_row=0, in_window=less))
