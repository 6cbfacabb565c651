"""Assessments and flags: what a run found, and what stands."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import msgspec
from sqlalchemy import Connection, Row, Select, bindparam, select, update
from sqlalchemy import insert as plain_insert

from health.nouns import Assessment, Flag, Why
from store.runs import Run
from store.tables import accounts, assessments, flags, runs
from store.upsert import insert

_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Assessment)


@dataclass(frozen=True, slots=True)
class Verdict:
    """A stored assessment, with the account's key and what its run rests on."""

    key: str
    assessment: Assessment
    run: int
    policy_hash: str
    engine_version: str
    known: str


@dataclass(frozen=True, slots=True)
class Judged:
    """An assessment and the count of changes that it saw."""

    assessment: Assessment
    touched: int


def keep(connection: Connection, run: Run, judged: Sequence[Judged]) -> None:
    """Store a chunk's assessments and mark its accounts as judged."""
    if not judged:
        return
    connection.execute(plain_insert(assessments), [_row(run, each.assessment) for each in judged])
    seen = update(accounts).where(accounts.c.id == bindparam("account"))
    connection.execute(
        seen.values(judged=bindparam("seen"), judged_run=run.id),
        [{"account": each.assessment.account, "seen": each.touched} for each in judged],
    )


def _row(run: Run, assessment: Assessment) -> dict[str, object]:
    return {
        "account": assessment.account,
        "as_of": assessment.as_of,
        "run": run.id,
        "points": assessment.score.points,
        "low": assessment.score.low,
        "high": assessment.score.high,
        "coverage": assessment.score.coverage,
        "band": assessment.band,
        "term": assessment.term,
        "verdict": _encoder.encode(assessment),
    }


def _latest() -> Select[tuple[object, ...]]:
    """Select each account's latest assessment, its run and its key."""
    return (
        select(accounts.c.key, assessments, runs.c.policy_hash, runs.c.engine_version, runs.c.known)
        .join(
            accounts, (accounts.c.id == assessments.c.account) & (accounts.c.judged_run == assessments.c.run)
        )
        .join(runs, runs.c.id == assessments.c.run)
    )


def previous(connection: Connection, first: int, last: int) -> dict[int, Assessment]:
    """Return the latest assessment of the accounts in a key range, by account."""
    rows = connection.execute(_latest().where(accounts.c.id.between(first, last)))
    return {row.account: _decoder.decode(row.verdict) for row in rows}


def verdict(connection: Connection, key: str) -> Verdict | None:
    """Return the latest verdict on an account by its key."""
    row = connection.execute(_latest().where(accounts.c.key == key)).one_or_none()
    return _verdict(row) if row else None


def book(connection: Connection, band: str = "") -> list[Verdict]:
    """Return the latest verdict on every account, or on those in one band."""
    query = _latest().order_by(accounts.c.id)
    if band:
        query = query.where(assessments.c.band == band)
    return [_verdict(row) for row in connection.execute(query)]


def _verdict(row: Row[tuple[object, ...]]) -> Verdict:
    return Verdict(
        row.key, _decoder.decode(row.verdict), row.run, row.policy_hash, row.engine_version, row.known
    )


def standing(connection: Connection, first: int, last: int) -> Mapping[int, list[Flag]]:
    """Return the flags of the accounts in a key range, by account."""
    found: dict[int, list[Flag]] = defaultdict(list)
    for row in connection.execute(select(flags).where(flags.c.account.between(first, last))):
        found[row.account].append(_flag(row))
    return found


def _flag(row: Row[tuple[object, ...]]) -> Flag:
    return Flag(
        account=row.account,
        kind=row.kind,
        reason=row.reason,
        term=row.term,
        state=row.state,
        why=Why(row.why),
        severity=row.severity,
        evidence=row.evidence,
        gate=row.gate,
        since=row.since,
    )


def keep_flags(connection: Connection, run: int, changed: Iterable[Flag]) -> None:
    """Store flags that are new or changed."""
    rows = [
        {name: getattr(flag, name) for name in Flag.__dataclass_fields__} | {"run": run} for flag in changed
    ]
    if not rows:
        return
    statement = insert(connection, flags)
    fields = ("state", "why", "severity", "evidence", "gate", "since", "run")
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=["account", "kind", "reason", "term"],
            set_={name: statement.excluded[name] for name in fields},
        ),
        rows,
    )
