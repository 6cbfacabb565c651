"""Readings: which facts count, and whose they are. The present, or a moment that has passed.

"Known" is a batch number per source, never a clock time. What changed since is in the past versions.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache, lru_cache
from types import MappingProxyType, SimpleNamespace
from typing import Any, NamedTuple, Protocol

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Select,
    Subquery,
    Table,
    bindparam,
    case,
    func,
    literal,
    or_,
    select,
    union_all,
)

from health import dated
from health.records import FACTS
from store.among import among, many
from store.tables import facts, links, past, source_accounts, stored_key

Fact = Any
"""A row of a fact table with the ``account`` it belongs to; columns are attributes, and in ``_mapping``."""
DAILY = frozenset({"usage", "people", "validations"})
"""Kinds that are stated by the day: one is complete or it is not, and rows are too many to look at singly."""


_LINK = (links.c.account, links.c.source_account, source_accounts.c.source)


class Told(NamedTuple):
    """A fact as it counts, and the measures that cannot be told for want of what it said then."""

    fact: Fact
    unknown: tuple[str, ...] = ()


class Reading(Protocol):
    """What of the facts counts.

    What it selects is built once and takes parameters: most statements take longer to build than to run.
    """

    def links(self) -> Subquery:
        """Return the ``account``, ``source_account`` and ``source`` of each link of some accounts."""

    def rows(self, kind: str) -> Subquery:
        """Return the rows of a kind with the ``account`` of each, of some accounts."""

    def of(self, ids: Sequence[int]) -> Mapping[str, object]:
        """Return the parameters by which what is selected is of these accounts."""

    def told(self, kind: str, rows: Sequence[Fact]) -> Iterator[Told]:
        """Yield what counts of each row, in their order: `None` where nothing of it does."""


class Present:
    """All that is known now."""

    def links(self) -> Subquery:
        """Return the open links."""
        return _open_links()

    def rows(self, kind: str) -> Subquery:
        """Return the current rows through open links."""
        return _current(kind)

    def of(self, ids: Sequence[int]) -> Mapping[str, object]:
        """Return the parameters by which what is selected is of these accounts."""
        return {"ids": ids}

    def told(self, kind: str, rows: Sequence[Fact]) -> Iterator[Told]:  # noqa: ARG002 - as the others do
        """Yield every row as it stands."""
        return map(Told, rows)


PRESENT = Present()
NOW = 2**62
"""Later than any batch: of a source that is read as it is known now."""


@dataclass(frozen=True, slots=True)
class Moment:
    """What was known at a moment.

    ``known`` is the last batch of each source that counts; of a source that is not there nothing does.
    ``backfilled`` names sources that were read later: of them each row counts from its own date on, in
    the first version there was, which is the nearest (`health.dated`); days of use in the last one.
    ``before`` leaves out what is dated on that day or after, of all sources; without it every date counts.
    """

    known: Mapping[str, int]
    before: date | None = None
    backfilled: frozenset[str] = field(default=frozenset())

    def links(self) -> Subquery:
        """Return the links that stood."""
        return _stood(tuple(sorted(self.known)))

    def rows(self, kind: str) -> Subquery:
        """Return the rows that were current, through the links that stood."""
        return _then(kind, self._shape())

    def _shape(self) -> "_Shape":
        return _Shape(
            tuple(sorted(self.known)), dated=self.before is not None, backfilled=bool(self.backfilled)
        )

    def of(self, ids: Sequence[int]) -> Mapping[str, object]:
        """Return the parameters by which what is selected is of these accounts, at this moment."""
        batches = {_batch_of(at): self.known[name] for at, name in enumerate(sorted(self.known))}
        return {"ids": ids, "before": self.before, "backfilled": self.backfilled, **batches}

    def told(self, kind: str, rows: Sequence[Fact]) -> Iterator[Told]:
        """Yield what was known of each row."""
        if self.before is None or kind in DAILY:
            yield from map(Told, rows)
            return
        for row in rows:
            known = self._then(kind, row, self.before)
            yield Told(known.stated and _Stated(**known.stated), known.unknown)

    def _then(self, kind: str, row: Fact, day: date) -> dated.Known:
        stated = row._mapping  # noqa: SLF001 - the documented way to a row's names
        if row.origin in self.backfilled:
            return dated.backfilled(kind, dict(stated), day)
        return dated.Known(dated.before(kind, dict(stated), day))


@dataclass(frozen=True, slots=True)
class Restated:
    """How things stood at the start of ``day`` as known by now: what was known ``then``, and what came late.

    Late is what is dated before the day (`health.dated.restated`); of use that is every day before it.
    """

    then: Moment
    day: date

    def links(self) -> Subquery:
        """Return the links that stood."""
        return self.then.links()

    def rows(self, kind: str) -> Subquery:
        """Return the days of use of today; of other facts the versions of then and those of today."""
        return PRESENT.rows(kind) if kind in DAILY else _both(kind, self.then.rows(kind))

    def of(self, ids: Sequence[int]) -> Mapping[str, object]:
        """Return the parameters by which what is selected is of these accounts, then and today."""
        return self.then.of(ids)

    def told(self, kind: str, rows: Sequence[Fact]) -> Iterator[Told]:
        """Yield what stood of each fact, in the place of its older version."""
        if kind in DAILY:
            yield from map(Told, rows)
            return
        key = ("account", *stored_key(FACTS[kind]))
        named = [(tuple(getattr(row, name) for name in key), row) for row in rows]
        then = {name: row for name, row in named if not row.newer}
        now = {name: row for name, row in named if row.newer}
        for name, row in named:
            repeated = row.newer and name in then
            yield Told(None) if repeated else self._stood(kind, then.get(name), now.get(name))

    def _stood(self, kind: str, then: Fact | None, now: Fact | None) -> Told:
        if then is not None and now is not None and then.batch == now.batch:
            return Told(then)
        found = dated.restated(kind, _columns(then), _columns(now), self.day)
        return Told(found.stated and _Stated(**found.stated), found.unknown)


def _columns(row: Fact | None) -> Mapping[str, Any] | None:
    return None if row is None else dict(row._mapping)  # noqa: SLF001 - the documented way to a row's names


# -- statements --------------------------------------------------------------------------------------


def _some() -> ColumnElement[bool]:
    """Say of a link that it is of the accounts that are asked for."""
    return among(links.c.account, many("ids", links.c.account))


@cache
def _open_links() -> Subquery:
    query = select(links.c.account, links.c.source_account, source_accounts.c.source)
    return query.join(source_accounts).where(_some(), links.c.to_batch.is_(None)).subquery()


@cache
def _current(kind: str) -> Subquery:
    fact = facts[kind]
    joined = (links.c.source_account == fact.c.source_account) & links.c.to_batch.is_(None)
    return select(links.c.account, *fact.columns).join(links, joined).where(_some()).subquery()


class _Shape(NamedTuple):
    """What statements about a moment differ in, whatever batches and day they are given.

    Of these sources something is known; ``dated`` says whether a day is the limit, ``backfilled`` whether any
    source was read later.
    """

    sources: tuple[str, ...]
    dated: bool
    backfilled: bool


def _batch_of(source: int) -> str:
    return f"batch_{source}"


@lru_cache(maxsize=64)
def _stood(names: tuple[str, ...]) -> Subquery:
    """Select the links that stood, and the batch of its source that was the last then."""
    last = {name: bindparam(_batch_of(at), type_=BigInteger) for at, name in enumerate(names)}
    known = case(last, value=source_accounts.c.source, else_=0) if last else literal(0)
    stood = (links.c.from_batch <= known) & or_(links.c.to_batch.is_(None), links.c.to_batch > known)
    query = select(links.c.account, links.c.source_account, source_accounts.c.source, known.label("known"))
    return query.join(source_accounts).where(_some(), stood).subquery()


@lru_cache(maxsize=256)
def _then(kind: str, shape: _Shape) -> Subquery:
    """Select the versions of facts that were current at a moment."""
    stood, current, left = _stood(shape.sources), facts[kind], past[kind]
    first = shape.backfilled and kind not in DAILY
    still = left.c.until_batch > stood.c.known
    if first:
        still = or_(still, among(stood.c.source, many("backfilled", stood.c.source)))
    now = _through(current, stood).where(current.c.batch <= stood.c.known)
    then = _through(left, stood).where(left.c.batch <= stood.c.known, still)
    if shape.dated and "day" in current.c:
        day = bindparam("before", type_=current.c.day.type)
        now, then = now.where(current.c.day < day), then.where(left.c.day < day)
    versions = union_all(now, then).subquery()
    return _firsts(kind, versions) if first else versions


@lru_cache(maxsize=256)
def _both(kind: str, then: Subquery) -> Subquery:
    """Select the facts of then, and those of today as newer ones."""
    now = _through(facts[kind], PRESENT.links()).subquery()
    both = union_all(select(then, literal(0).label("newer")), select(now, literal(1).label("newer")))
    return both.subquery()


def _through(table: Table, stood: Subquery) -> Select[Any]:
    """Select the rows of a fact table through some links, each with its account and its source."""
    columns = [column for column in table.columns if column.name != "until_batch"]
    query = select(stood.c.account, stood.c.source.label("origin"), *columns)
    return query.join(stood, stood.c.source_account == table.c.source_account)


def _firsts(kind: str, versions: Subquery) -> Subquery:
    """Return the first version of each fact."""
    key = dict.fromkeys(("source_account", *stored_key(FACTS[kind])))
    place = func.row_number().over(partition_by=[versions.c[name] for name in key], order_by=versions.c.batch)
    numbered = select(versions, place.label("place")).subquery()
    columns = [column for column in numbered.columns if column.name != "place"]
    return select(*columns).where(numbered.c.place == 1).subquery()


class _Stated(SimpleNamespace):
    """Columns as attributes, as a row has them."""

    @property
    def _mapping(self) -> Mapping[str, Any]:
        return MappingProxyType(vars(self))
