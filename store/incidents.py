"""Incidents: what is wrong with a source. At most one of a kind is open for a source, whoever sees it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, bindparam, func, select, update

from health.held import Held
from store.database import now_ms
from store.tables import accounts, incidents
from store.upsert import insert

_WAITING = select(accounts.c.held, func.count()).where(accounts.c.held != "").group_by(accounts.c.held)
_open = incidents.c.closed_ms.is_(None)


@dataclass(frozen=True, slots=True)
class Incident:
    """Something wrong with a source since the day ``began``; ``accounts`` the most whose alerts waited."""

    id: int
    kind: str
    source: str
    began: date
    accounts: int
    detail: str
    opened_ms: int


def begin(
    connection: Connection, kind: str, source: str, began: date, *, accounts: int = 0, detail: str = ""
) -> Incident | None:
    """Open an incident and return it; `None` if it is open already."""
    values = {"kind": kind, "source": source, "began": began, "accounts": accounts, "detail": detail}
    statement = insert(connection, incidents).values(opened_ms=now_ms(), **values)
    row = connection.execute(statement.on_conflict_do_nothing().returning(incidents)).one_or_none()
    return Incident(row.id, kind, source, began, accounts, detail, row.opened_ms) if row else None


def end(connection: Connection, incident: Incident) -> bool:
    """Close an incident; false if somebody else has."""
    statement = update(incidents).where(incidents.c.id == incident.id, _open)
    return connection.execute(statement.values(closed_ms=now_ms())).rowcount == 1


def grow(connection: Connection, incident: Incident, accounts: int) -> None:
    """Remember that the alerts of so many accounts wait, if that is more than before."""
    more = update(incidents).where(incidents.c.id == incident.id, incidents.c.accounts < accounts)
    connection.execute(more.values(accounts=accounts))


def describe(connection: Connection, incident: Incident, text: str) -> None:
    """Remember what an incident is about by now."""
    connection.execute(update(incidents).where(incidents.c.id == incident.id).values(detail=text))


def standing(connection: Connection) -> dict[tuple[str, str], Incident]:
    """Return the incidents that are open, by kind and source."""
    query = select(incidents).where(_open).order_by(incidents.c.id)
    return {
        (row.kind, row.source): Incident(
            row.id, row.kind, row.source, row.began, row.accounts, row.detail, row.opened_ms
        )
        for row in connection.execute(query)
    }


# -- whose alerts wait -------------------------------------------------------------------------------


def hold(connection: Connection, run: int, first: int, last: int, found: Mapping[int, Held]) -> None:
    """Say of the accounts of a key range that a run has judged which of them wait, and for what."""
    judged = accounts.c.id.between(first, last) & (accounts.c.judged_run == run)
    connection.execute(update(accounts).where(judged, accounts.c.held != "").values(held=""))
    if found:
        waits = update(accounts).where(accounts.c.id == bindparam("account"))
        rows = [{"account": account, "why": "/".join(held)} for account, held in found.items()]
        connection.execute(waits.values(held=bindparam("why")), rows)


def waiting(connection: Connection) -> dict[Held, int]:
    """Return of how many accounts the last verdict alerted nobody, by gate and source."""
    counted: dict[Held, int] = {}
    for text, many in connection.execute(_WAITING):
        gate, _, source = text.partition("/")
        counted[Held(gate, source)] = many
    return counted
