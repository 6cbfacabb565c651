"""What a review of a period asks the database: verdicts on a day, what was sent and what was not."""

from collections.abc import Mapping
from datetime import date
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, func, select

from health.alerts import AT_RISK, OPEN
from health.figures.days import Span
from health.records import Rate
from store.installation import set_setting, setting
from store.order import by_bytes
from store.outbox import OPEN as OWED
from store.outbox import standing
from store.tables import facts, flags, notices, runs
from store.verdicts import standing_until

ALERTS = ("alert", "alert_card", "alert_task", "expansion", "expansion_card", "expansion_task")
"""Templates by which colleagues are alerted."""
_CURRENCY = "currency"


class Stood(NamedTuple):
    """An account's band and its health in hundredths."""

    band: str
    points: int


def bands_until(connection: Connection, day: date) -> dict[int, Stood]:
    """Return the band and the points that stood when a day began, by account; as computed."""
    made = standing_until(day)
    query = select(made.c.account, made.c.band, made.c.points)
    return {account: Stood(band, points) for account, band, points in connection.execute(query)}


def rates(connection: Connection) -> list[Rate]:
    """Return every exchange rate that a source states."""
    fact = facts["rates"]
    return [Rate(*row) for row in connection.execute(select(*(fact.c[name] for name in Rate._fields)))]


def commonest_currency(connection: Connection) -> str:
    """Return the currency that most terms are in; empty without any."""
    code = facts["subscriptions"].c.currency
    query = select(code).where(code.is_not(None)).group_by(code).order_by(func.count().desc(), by_bytes(code))
    return connection.execute(query.limit(1)).scalar_one_or_none() or ""


def keep_currency(connection: Connection) -> None:
    """Remember the currency that most terms are in: to find it takes a look at all of them."""
    set_setting(connection, _CURRENCY, commonest_currency(connection))


def kept_currency(connection: Connection) -> str:
    """Return the currency that was remembered, or the commonest where none was."""
    return setting(connection, _CURRENCY) or commonest_currency(connection)


def _within(span: Span) -> ColumnElement[bool]:
    """Say of a run that the day on which it judged is one of a span."""
    return (runs.c.as_of >= span.first) & (runs.c.as_of < span.until)


class Sent(NamedTuple):
    """Alerts that were sent, and to how many accounts they speak of."""

    alerts: int
    accounts: int


def alerted(connection: Connection, span: Span) -> Sent:
    """Return the alerts to colleagues that runs of a span planned and that were sent."""
    query = select(func.count(), func.count(notices.c.account.distinct())).join(runs)
    query = query.where(_within(span), notices.c.template.in_(ALERTS), standing(notices, "sent"))
    return Sent(*connection.execute(query).one())


def recovered(connection: Connection, span: Span) -> int:
    """Return how many accounts have a risk that ended by itself within a span."""
    query = select(func.count(flags.c.account.distinct())).where(
        flags.c.kind == AT_RISK, flags.c.state == "resolved", flags.c.why == "recovered"
    )
    return int(connection.execute(query.where(_since(span))).scalar_one())


def still_open(connection: Connection) -> int:
    """Return how many accounts have a risk that stands now."""
    query = select(func.count(flags.c.account.distinct()))
    query = query.where(flags.c.kind == AT_RISK, flags.c.state.in_(sorted(OPEN)))
    return int(connection.execute(query).scalar_one())


def _since(span: Span) -> ColumnElement[bool]:
    return (flags.c.since >= span.first) & (flags.c.since < span.until)


class Unsent(NamedTuple):
    """What kept notices of a template back: where they stand, and why."""

    template: str
    status: str
    reason: str


def unsent(connection: Connection, span: Span) -> Mapping[Unsent, int]:
    """Return how many notices that runs of a span planned were not sent, by template, status and reason."""
    c = notices.c
    query = select(c.template, c.status, c.reason, func.count()).join(runs)
    query = query.where(_within(span), c.status.not_in(("sent", "replaced")))
    rows = connection.execute(query.group_by(c.template, c.status, c.reason))
    return {Unsent(template, status, reason): times for template, status, reason, times in rows}


def gated(connection: Connection, span: Span) -> Mapping[tuple[str, str], int]:
    """Return how many candidates gates stopped in a span, by the kind of signal and the gate."""
    query = select(flags.c.reason, flags.c.gate, func.count()).where(flags.c.gate != "", _since(span))
    rows = connection.execute(query.group_by(flags.c.reason, flags.c.gate))
    return {(reason, gate): times for reason, gate, times in rows}


class Told(NamedTuple):
    """A message about an account: when it was sent, or planned."""

    at_ms: int
    template: str
    destination: str
    status: str


def messages(connection: Connection, account: int, most: int = 10) -> list[Told]:
    """Return the last messages about an account that were sent or are owed, the latest first."""
    c = notices.c
    at = func.coalesce(c.settled_ms, c.planned_ms)
    query = select(at, c.template, c.destination, c.status)
    query = query.where(
        c.account == account, c.kind == "message", standing(notices, *OWED, "sent", "unknown")
    )
    return [Told(*row) for row in connection.execute(query.order_by(c.id.desc()).limit(most))]
