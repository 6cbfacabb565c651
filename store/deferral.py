"""Deferral: what is due and cannot leave now, and why. It waits in its order; nothing of it has failed.

A destination that allows us no more for now is put off as a whole, so that what has most at stake is what
leaves once it goes on; it goes on by itself.
"""

from collections.abc import Collection

from sqlalchemy import ColumnElement, Connection, and_, case, or_, select

from store.database import clock, now_ms
from store.installation import set_setting
from store.outbox import standing
from store.tables import installation, notices

LATER = "later"
"""The outcome of a notice whose own time has not come, whatever its destination allows."""
DEFERRED = "deferred"
"""Where a notice stands that is due, but for which it is no time."""
PAUSED = "paused"
NEEDS_A_PERSON = "needs_a_person"
"""A destination refused us, and is left alone for a while."""
_PAUSE, _DEFER = "pause:", "deferred:"


def pause(connection: Connection, destination: str, seconds: float) -> None:
    """Let nobody claim for a destination for a while; it goes on by itself after that."""
    set_setting(connection, _PAUSE + destination, str(clock(connection) + int(seconds * 1000)))


def lift(connection: Connection, destination: str) -> None:
    """Go on with a destination at once, whatever it was left alone for."""
    for kind in (_PAUSE, _DEFER):
        set_setting(connection, kind + destination, "")


def defer(connection: Connection, destination: str, seconds: float, reason: str) -> None:
    """Let nobody claim for a destination until it allows us more; ``reason`` is what is used up."""
    until = clock(connection) + int(seconds * 1000)
    set_setting(connection, _DEFER + destination, f"{until} {reason}")


def why_not(connection: Connection, destinations: Collection[str]) -> dict[str, str]:
    """Return why nothing may leave now, by destination; one that may send is left out."""
    names = [PAUSED, *(kind + name for name in destinations for kind in (_PAUSE, _DEFER))]
    rows = connection.execute(select(installation).where(installation.c.name.in_(names)))
    said = {row.name: row.value for row in rows}
    if said.pop(PAUSED, ""):
        return dict.fromkeys(destinations, PAUSED)
    now, found = clock(connection) if said else 0, dict[str, str]()
    for name in destinations:
        paused_until = int(said.get(_PAUSE + name) or 0)
        until, _, reason = said.get(_DEFER + name, "0 ").partition(" ")
        why = NEEDS_A_PERSON if paused_until > now else reason if int(until) > now else ""
        if why:
            found[name] = why
    return found


def is_paused() -> ColumnElement[bool]:
    """Return a condition on a setting: that it is the pause of all that leaves, and in force."""
    return and_(installation.c.name == PAUSED, installation.c.value != "")


def stopped(connection: Connection) -> bool:
    """Tell whether a person has stopped all that leaves."""
    return connection.execute(select(installation.c.name).where(is_paused())).first() is not None


def due_to(connection: Connection, *, now: bool = True) -> list[str]:
    """Return the destinations to which something is due, at this moment or at any."""
    query = select(notices.c.destination).where(standing(notices, "due"))
    query = query.where(notices.c.due_ms <= now_ms()) if now else query
    return sorted(connection.execute(query.distinct()).scalars())


def shown(connection: Connection) -> tuple[ColumnElement[str], ColumnElement[str]]:
    """Return the status and the reason of a notice as people see them: of what must wait, that and why."""
    why = why_not(connection, due_to(connection, now=False))
    waits = and_(
        standing(notices, "due"), or_(notices.c.due_ms > now_ms(), notices.c.destination.in_(list(why)))
    )
    reasons = [(and_(waits, notices.c.destination == name), reason) for name, reason in why.items()]
    own = notices.c.reason
    return case((waits, DEFERRED), else_=notices.c.status), case(*reasons, else_=own) if reasons else own
