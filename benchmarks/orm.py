"""The rival of an assessment run: the usual loop over accounts, with their facts as an ORM's objects.

For each account it loads the account and its facts, one query for each kind that a measure rests on, with
its flags and its last verdict; judges; adds the verdict with its lines as objects of their own, and what
became of the flags; marks the account as judged; and commits. It judges by our own rules on what it loaded,
which is generous: such loops are wont to ask the database for every window of every measure.
"""

from array import array
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import msgspec
from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKeyConstraint,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    select,
)
from sqlalchemy.orm import Session, registry, relationship

from health.decide import Decision, Previous, decide
from health.features import SERIES_DAYS, Features, LicenceFact, PaymentFact, Pulse, Series, Term, TicketFact
from health.judge import judge
from health.nouns import Assessment, Flag, Why
from store import runs
from store.database import Database, day_of
from store.runs import Run
from store.tables import accounts, assessments, flags, links
from store.tables import facts as tables
from worker.deployment import Deployment
from worker.pulse import read_pulse

Rows = Mapping[str, Sequence[Any]]
METRICS = ("active_users", "active_users_30d", "sign_ins", "events", "rate_limit_hits")
_KINDS = (
    "accounts", "contacts", "subscriptions", "licences", "usage", "validations", "seats", "tickets",
    "payments", "limits", "events", "surveys",
)  # fmt: skip
_DAILY = {"usage", "validations"}


class _Object:
    """A row as an object."""

    def __init__(self, **values: object) -> None:
        """Take the columns' values."""
        for name, value in values.items():
            setattr(self, name, value)


_mapped = registry()


def _of(table: Table, **mapping: Any) -> type[Any]:  # noqa: ANN401 - whatever a mapper takes
    made = type(f"Row_{table.name}", (_Object,), {})
    _mapped.map_imperatively(made, table, **mapping)
    return made


_lines = Table(
    "benchmark_lines",
    MetaData(),
    Column("account", BigInteger),
    Column("as_of", assessments.c.as_of.type),
    Column("run", BigInteger),
    Column("at", Integer),
    Column("name", Text),
    Column("points", Integer),
    Column("reason", Text),
    PrimaryKeyConstraint("account", "as_of", "run", "at"),
    ForeignKeyConstraint(
        ["account", "as_of", "run"], [assessments.c.account, assessments.c.as_of, assessments.c.run]
    ),
)
_LINE = _of(_lines)
_VERDICT = _of(assessments, properties={"lines": relationship(_LINE)})
_ACCOUNT = _of(accounts)
_LINK = _of(links)
_FLAG = _of(flags)
_FACTS = {kind: _of(tables[kind]) for kind in _KINDS}


def prepare(database: Database) -> None:
    """Make the table of lines, which is the rival's alone."""
    with database.write() as connection:
        _lines.create(connection, checkfirst=True)


def assess_all(deployment: Deployment, database: Database, run: int, number: int) -> None:
    """Judge the first accounts in a run."""
    with database.read() as connection:
        opened = runs.load(connection, run)
    pulse = read_pulse(opened.pulse)
    with Session(database.engine) as session:
        for account in range(1, number + 1):
            _assess(deployment, session, opened, pulse, account)
            session.commit()


def _assess(deployment: Deployment, session: Session, run: Run, pulse: Pulse, number: int) -> None:
    account = session.get_one(_ACCOUNT, number)
    policy = deployment.policy
    features = _features(account, _loaded(session, number, run.as_of))
    verdict = judge(features, run.as_of, policy, pulse, deployment.workdays)
    standing = session.scalars(select(_FLAG).filter_by(account=number)).all()
    latest = select(_VERDICT).filter_by(account=number).order_by(assessments.c.run.desc()).limit(1)
    before = session.scalars(latest).first()
    previous = Previous(before.band, before.points) if before else None
    decision = decide(verdict, previous, [_flag(each) for each in standing], policy, run.as_of, run.first)
    _keep(session, run, verdict, decision)
    account.judged, account.judged_run = account.fresh, run.id


def _loaded(session: Session, account: int, as_of: date) -> Rows:
    owners = session.scalars(select(_LINK).filter_by(account=account, to_batch=None)).all()
    ids = [link.source_account for link in owners]
    found = {}
    for kind, row in _FACTS.items():
        query = select(row).where(row.source_account.in_(ids))
        if kind in _DAILY:
            query = query.where(row.day >= as_of - timedelta(days=SERIES_DAYS))
        found[kind] = session.scalars(query).all()
    return found


def _features(account: Any, found: Rows) -> Features:  # noqa: ANN401 - a mapped class made above
    use = found["usage"]
    start = min(row.day for row in use)
    return Features(
        account.id,
        found["accounts"][0].name,
        country=found["accounts"][0].country,
        sources=("files",),
        series=Series(start, _series(use, start)),
        terms=tuple(_term(term) for term in found["subscriptions"]),
        tickets=tuple(
            TicketFact(row.ticket_id, day_of(row.opened_ms), subject=row.subject) for row in found["tickets"]
        ),
        payments=tuple(
            PaymentFact(row.invoice_id, row.due_on, row.status, row.paid_on) for row in found["payments"]
        ),
        licences=tuple(LicenceFact(day_of(row.issued_ms)) for row in found["licences"]),
        first_used_on=start,
        last_used_on=max(row.day for row in use),
    )


def _series(use: Sequence[Any], start: date) -> dict[str, "array[float]"]:
    values = {name: array("d", bytes(8 * SERIES_DAYS)) for name in METRICS}
    for row in use:
        at = (row.day - start).days
        for name in METRICS:
            values[name][at] = getattr(row, name) or 0
    return values


def _term(row: Any) -> Term:  # noqa: ANN401 - see above
    stated = {name: getattr(row, name) for name in Term.__dataclass_fields__}
    return Term(**{name: value for name, value in stated.items() if value is not None})


def _flag(row: Any) -> Flag:  # noqa: ANN401 - see above
    stated = {name: getattr(row, name) for name in Flag.__dataclass_fields__}
    return Flag(**stated | {"why": Why(row.why)})


def _keep(session: Session, run: Run, verdict: Assessment, decision: Decision) -> None:
    score = verdict.score
    kept = _VERDICT(
        account=verdict.account,
        as_of=verdict.as_of,
        run=run.id,
        points=score.points,
        low=score.low,
        high=score.high,
        coverage=score.coverage,
        band=verdict.band,
        term=verdict.term,
        verdict=msgspec.json.encode(
            [dict(verdict.inputs), verdict.signals, verdict.facts, verdict.undecided]
        ),
    )
    kept.lines = [_LINE(at=at, **line._asdict()) for at, line in enumerate(score.contributions)]
    session.add(kept)
    for flag in decision.flags:
        session.merge(_FLAG(run=run.id, **{name: getattr(flag, name) for name in Flag.__dataclass_fields__}))
