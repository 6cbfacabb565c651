"""Assessments: what a run found of accounts."""

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache, lru_cache
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Connection, Select, Subquery, and_, bindparam, func, select, update
from sqlalchemy import Row as Found

from health.bands import RANK
from health.decide import Previous
from health.nouns import Assessment, Band, Contribution, Flag, Input, Inputs, Score, Signal
from health.overrides import Override, overridden
from store import overrides
from store.among import among
from store.bulk import Row, load
from store.features import not_overtaken
from store.lookup import one_each
from store.runs import FULL, TOUCHED, Run, known_of
from store.tables import accounts, assessments, flags, runs


class _Packed(NamedTuple):
    """What a stored assessment holds beside its columns; inputs and traits in the order of its run's names.

    A trait that the facts quote under its own name is not kept twice.

    Values without names: on PostgreSQL a row that stays below 2 kB is stored as it is, at a third of the
    cost of one that must be compressed.
    """

    contributions: tuple[Contribution, ...]
    inputs: tuple[Input, ...]
    signals: tuple[Signal, ...]
    facts: dict[str, str | int | float | bool | None]
    undecided: tuple[str, ...]
    traits: tuple[str | None, ...] = ()


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(_Packed)


@dataclass(frozen=True, slots=True)
class Verdict:
    """A stored assessment, with the account's key and what it and its run rest on."""

    key: str
    assessment: Assessment
    run: int
    policy_hash: str
    engine_version: str
    known: str
    pulse: str = ""
    override: Override | None = None

    @property
    def shown(self) -> Assessment:
        """The assessment as people see it: with the band that somebody set, while that counts."""
        return overridden(self.assessment, self.override)


def packed(run: Run, assessment: Assessment) -> Row:
    """Return an assessment as `keep` stores it: packed, so that a chunk need not hold its parts."""
    score = assessment.score
    inputs = _short(assessment.inputs.of(run.inputs))
    traits = [assessment.traits.get(name) for name in run.traits if name not in assessment.facts]
    rest = (score.contributions, inputs, assessment.signals, assessment.facts, assessment.undecided, traits)
    return (
        assessment.account,
        assessment.as_of,
        run.id,
        score.points,
        score.low,
        score.high,
        score.coverage,
        assessment.band,
        assessment.term,
        _encoder.encode(rest),
    )


def _short(values: tuple[Input, ...]) -> list[Input]:
    """Return whole numbers as such: they take a byte or two where a float takes nine, and read the same."""
    return [int(each) if type(each) is float and each.is_integer() else each for each in values]


def keep(connection: Connection, run: Run, first: int, last: int, rows: Sequence[Row]) -> None:
    """Store the assessments of a key range and mark its accounts as judged.

    What was judged is what the feature rows were built from, so a fact that came since counts as new.
    """
    if not rows:
        return
    load(connection, assessments, assessments.columns.values(), rows)
    seen = update(accounts).where(accounts.c.id.between(first, last), accounts.c.fresh > 0)
    seen = seen.where(not_overtaken(run.id))
    if run.kind == TOUCHED:
        seen = seen.where(accounts.c.fresh > accounts.c.judged)
    connection.execute(seen.values(judged=accounts.c.fresh, judged_run=run.id))


_BASIS = (
    runs.c.policy_hash,
    runs.c.engine_version,
    func.coalesce(func.nullif(known_of(), ""), runs.c.known).label("known"),
    runs.c.inputs,
    runs.c.traits,
    runs.c.pulse,
)


def _latest() -> Select[tuple[object, ...]]:
    """Select each account's latest assessment, its run and its key."""
    return (
        select(accounts.c.key, assessments, *_BASIS)
        .join(
            accounts, (accounts.c.id == assessments.c.account) & (accounts.c.judged_run == assessments.c.run)
        )
        .join(runs, (runs.c.id == assessments.c.run) & (runs.c.as_of == assessments.c.as_of))
    )


def previous(
    connection: Connection, first: int, last: int, *, stale_only: bool = False
) -> dict[int, Previous]:
    """Return the last verdict on the accounts in a key range, by account, with their last known bands.

    With ``stale_only``, only of those to be judged anew.
    """
    query = _last_ones(connection.dialect.name, stale_only=stale_only)
    rows = connection.execute(query, {"first": first, "last": last}).all()
    return {account: Previous(band, points, known or _known(band)) for account, band, points, known in rows}


@cache
def _last_ones(dialect: str, *, stale_only: bool) -> Select[Any]:
    last_one = (assessments.c.account == accounts.c.id) & (assessments.c.run == accounts.c.judged_run)
    made, on = one_each(dialect, assessments, last_one)
    columns = (accounts.c.id, made.c.band, made.c.points, accounts.c.band.label("known"))
    query = select(*columns).select_from(accounts.join(made, on))
    query = query.where(accounts.c.id.between(bindparam("first"), bindparam("last")))
    return query.where(accounts.c.touched > accounts.c.judged) if stale_only else query


def _known(band: str) -> str:
    return band if band in RANK else ""


def remember_bands(connection: Connection, changed: Mapping[Band, Sequence[int]]) -> None:
    """Keep the last known band of accounts of which it is another now, by that band."""
    for band, ids in changed.items():
        same = among(accounts.c.id, ids)
        connection.execute(update(accounts).where(same).values(band=band))


def verdict(connection: Connection, key: str) -> Verdict | None:
    """Return the latest verdict on an account by its key."""
    row = connection.execute(_latest().where(accounts.c.key == key)).one_or_none()
    if row is None:
        return None
    by_account = overrides.in_force(connection, row.as_of, row.account, row.account)
    return replace(_verdict(row), override=by_account.get(row.account))


def said(connection: Connection, account: int, of: Sequence[Flag]) -> list[tuple[Verdict | None, list[Flag]]]:
    """Return the verdicts on which an account's stored flags rest, each with its flags.

    That is the verdict of the run that told them last; `None` where it is not kept.
    """
    rests = select(flags.c.kind, flags.c.reason, flags.c.term, flags.c.run).where(flags.c.account == account)
    run_of = {tuple(row[:3]): row.run for row in connection.execute(rests)}
    by_run: dict[int | None, list[Flag]] = defaultdict(list)
    for flag in of:
        by_run[run_of.get((flag.kind, flag.reason, flag.term))].append(flag)
    return [(_of_run(connection, account, run), found) for run, found in by_run.items()]


def _of_run(connection: Connection, account: int, run: int | None) -> Verdict | None:
    return next(iter(of_run(connection, run, [account])), None) if run else None


def of_run(connection: Connection, run: int, ids: Collection[int]) -> list[Verdict]:
    """Return the verdicts that a run came to on some accounts, as computed, by id."""
    query = (
        select(accounts.c.key, assessments, *_BASIS)
        .join(accounts, accounts.c.id == assessments.c.account)
        .join(runs, runs.c.id == assessments.c.run)
        .where(among(assessments.c.account, ids), assessments.c.run == run)
    )
    return [_verdict(row) for row in connection.execute(query.order_by(accounts.c.id))]


def before(connection: Connection, latest: Verdict, since: date | None = None) -> Verdict | None:
    """Return the verdict on an account before its latest one: the last, or that which stood on a day."""
    query = (
        select(accounts.c.key, assessments, *_BASIS)
        .join(accounts, accounts.c.id == assessments.c.account)
        .join(runs, runs.c.id == assessments.c.run)
        .where(assessments.c.account == latest.assessment.account, assessments.c.run < latest.run)
    )
    if since is not None:
        query = query.where(assessments.c.as_of <= since)
    row = connection.execute(query.order_by(assessments.c.run.desc()).limit(1)).one_or_none()
    return _verdict(row) if row else None


def latest(connection: Connection, ids: Collection[int]) -> list[Verdict]:
    """Return the latest verdict on each of some accounts, as computed."""
    query = _latest().where(among(accounts.c.id, ids)).order_by(accounts.c.id)
    return [_verdict(row) for row in connection.execute(query)]


def current(connection: Connection, ids: Collection[int]) -> list[Verdict]:
    """Return the latest verdict on each of some accounts, as people have overridden it."""
    by_account = overrides.in_force(connection, date.min)
    return [_overridden(verdict, by_account) for verdict in latest(connection, ids)]


def standing_until(day: date) -> Subquery:
    """Select the assessments that stood when a day began: each account's last one of the days before.

    The last run over every account comes first, and what later ones judged anew goes before it. Of days past
    their retention that is the last run which is kept whole (`store.retention`).
    """
    over_all = select(func.max(runs.c.id)).where(
        runs.c.kind == FULL, runs.c.as_of < day, runs.c.chunks_left == 0, runs.c.thinned == 0
    )
    since = func.coalesce(over_all.scalar_subquery(), 0)
    lately = select(runs.c.id).where(runs.c.as_of < day, runs.c.id >= since)
    latest = select(assessments.c.account, func.max(assessments.c.run).label("run"))
    latest_one = latest.where(assessments.c.run.in_(lately)).group_by(assessments.c.account).subquery()
    of_run = runs.alias("of_run")
    same = and_(
        assessments.c.account == latest_one.c.account,
        assessments.c.as_of == of_run.c.as_of,  # whole keys: by its run alone a row is one of a whole book's
        assessments.c.run == of_run.c.id,
    )
    stood = select(assessments).select_from(latest_one).join(of_run, of_run.c.id == latest_one.c.run)
    return stood.join(assessments, same).subquery()


def until(connection: Connection, day: date, ids: Collection[int] | None = None) -> Iterator[Verdict]:
    """Yield the verdict that stood on each account, or on some, when a day began; as computed, by id."""
    made = standing_until(day)
    query = select(accounts.c.key, made, *_BASIS).join(made, made.c.account == accounts.c.id)
    query = query.join(runs, runs.c.id == made.c.run).order_by(accounts.c.id)
    query = query if ids is None else query.where(among(accounts.c.id, ids))
    return map(_verdict, connection.execute(query))


def book(connection: Connection, band: str = "") -> list[Verdict]:
    """Return the latest verdict on every account, or on those in one band, set or computed."""
    query = _latest().order_by(accounts.c.id)
    by_account = overrides.in_force(connection, date.min)
    if band:
        query = query.where((assessments.c.band == band) | assessments.c.account.in_(by_account))
    found = [_overridden(_verdict(row), by_account) for row in connection.execute(query)]
    return [verdict for verdict in found if not band or verdict.shown.band == band]


def _overridden(verdict: Verdict, by_account: Mapping[int, Override]) -> Verdict:
    override = by_account.get(verdict.assessment.account)
    counts = override is not None and override.until >= verdict.assessment.as_of
    return replace(verdict, override=override) if counts else verdict


def _verdict(row: Found[tuple[object, ...]]) -> Verdict:
    return Verdict(row.key, unpacked(row), row.run, row.policy_hash, row.engine_version, row.known, row.pulse)


def unpacked(row: Found[tuple[object, ...]]) -> Assessment:
    """Return a stored assessment, whose row has the names of its run's inputs and traits."""
    packed = _decoder.decode(row.verdict)
    return Assessment(
        account=row.account,
        as_of=row.as_of,
        score=Score(row.points, row.low, row.high, row.coverage, packed.contributions),
        band=row.band,
        inputs=Inputs(_names(row.inputs), packed.inputs),
        signals=packed.signals,
        facts=packed.facts,
        term=row.term,
        undecided=packed.undecided,
        traits=_traits(_names(row.traits), packed),
    )


@lru_cache(maxsize=16)
def _names(text: str) -> tuple[str, ...]:
    """Return the names that a run keeps: the verdicts of a book share a few."""
    return tuple(json.loads(text))


def _traits(names: Iterable[str], packed: _Packed) -> dict[str, str | None]:
    kept = iter(packed.traits)
    found = {name: packed.facts[name] if name in packed.facts else next(kept, None) for name in names}
    return {name: value if isinstance(value, str) else None for name, value in found.items()}
