"""Letters that came back: who must not be written to until a person says otherwise.

An address is a token here, as everywhere. Each event of a sender counts once, however often it is told.
"""

from typing import NamedTuple

from sqlalchemy import Connection, select, update

from store import audit
from store.database import now_ms
from store.installation import secret
from store.subjects import EVERYTHING, set_consent, token
from store.tables import notices, returns, subjects
from store.upsert import insert

SUPPRESSING = ("complained", "bounced")
"""Kinds after which nobody is written to, the graver one first."""
UNSUBSCRIBED = "unsubscribed"
_STANDS = returns.c.kind.in_(SUPPRESSING) & returns.c.lifted_ms.is_(None)


class Return(NamedTuple):
    """What a sender told of an address; ``event`` names it, ``at_ms`` is its instant in ms since 1970."""

    event: str
    address: str
    kind: str
    at_ms: int


class Suppression(NamedTuple):
    """Who is not written to and why: the address (empty if we do not know it), the kind, and since when."""

    subject: str
    email: str
    kind: str
    at_ms: int


def take(connection: Connection, sender: str, told: Return) -> bool:
    """Remember what a sender told of an address, and tell whether that is news."""
    subject = token(secret(connection), told.address)
    row = {"sender": sender, "event": told.event, "subject": subject, "kind": told.kind, "at_ms": told.at_ms}
    statement = insert(connection, returns).values(row).on_conflict_do_nothing().returning(returns.c.event)
    new = connection.execute(statement).first() is not None
    if new and told.kind == UNSUBSCRIBED:
        set_consent(connection, subject, EVERYTHING, granted=False)
    return new


def letters_to(connection: Connection, address: str, sender: str) -> list[str]:
    """Return the keys of the letters to an address that a sender was given, or is to be."""
    whose = notices.c.owner == token(secret(connection), address)
    query = select(notices.c.key).where(whose, notices.c.kind == "message", notices.c.destination == sender)
    return list(connection.execute(query).scalars())


def suppressed(connection: Connection, subject: str) -> str:
    """Return why a person must not be written to, a kind of `SUPPRESSING`; empty if nothing is against it."""
    kinds = set(
        connection.execute(select(returns.c.kind).where(returns.c.subject == subject, _STANDS)).scalars()
    )
    return next((kind for kind in SUPPRESSING if kind in kinds), "")


def suppressions(connection: Connection) -> list[Suppression]:
    """Return what stands, the latest first."""
    query = (
        select(returns.c.subject, subjects.c.email, returns.c.kind, returns.c.at_ms)
        .outerjoin(subjects, subjects.c.token == returns.c.subject)
        .where(_STANDS)
        .order_by(returns.c.at_ms.desc(), returns.c.event)
    )
    return [
        Suppression(row.subject, row.email or "", row.kind, row.at_ms) for row in connection.execute(query)
    ]


def lift(connection: Connection, address: str, actor: str, reason: str) -> int:
    """Let an address be written to again, and return how many returns that were against it stood."""
    subject = token(secret(connection), address)
    lifted = update(returns).where(returns.c.subject == subject, _STANDS).values(lifted_ms=now_ms())
    count = connection.execute(lifted.execution_options(preserve_rowcount=True)).rowcount
    if count:
        audit.record(connection, "suppression_lifted", subject, reason, actor=actor)
    return count
