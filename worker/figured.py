"""Figured: figures of the book row by row, as pages, CSV and programs take them.

Of somebody's own accounts they are told as they are asked; of a small book too, and kept until anything
changes. Of a large one that takes too long for who waits: what is shown is what `keep_figures` told last.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import NamedTuple

import msgspec
from msgspec import Struct

from config.metrics import Entry, entries, load_metrics
from health.figures.book import Results
from health.figures.parts import Result
from health.figures.present import PRESENT
from health.figures.reading import Aim
from health.figures.segments import SEGMENTS
from health.figures.share import Mean, Share
from health.figures.spread import Spread
from health.nouns import Input
from store import book, kept
from store.database import Connection
from store.kept import Kept
from worker.deployment import Deployment
from worker.gathered import Asked, Told
from worker.values import values

AT_ONCE = 1_000
"""Of so few accounts figures are told as they are asked: a page takes seconds, once."""
TRENDS = ("mrr", "active_licences")
"""Figures whose values of each day are kept: sources of today do not tell what stood a month ago."""
TREND_DAYS = 400
A_LOOK = 10 * 13
"""Figures and their splits that one look tells: a task ends after ten minutes, whatever it does."""
SPREAD = "spread"
"""What a figure is kept under as it lies over accounts, beside the segments it is split by."""
NOT_YET = "to be told for the first time: that is done by itself, some times a day"
ALONE = "a look at every account, which nobody waits for here: seatsignal metrics {name} --value --by {by}"
MINOR = "minor units"


class FigureRow(Struct, frozen=True, kw_only=True):
    """A value of a figure: of a ``segment`` and a ``part`` of it, in the unit of its entry.

    ``low`` to ``high`` is what chance allows of a share, and the quartiles of values that are spread, of
    which ``value`` is the median. A share is ``part_of`` a ``whole``; of a spread ``whole`` is how many there
    are. An amount of money is in minor units of ``currency``. ``says`` is how a figure stands to its target.
    """

    segment: str
    part: str = ""
    value: float | None = None
    low: float | None = None
    high: float | None = None
    part_of: float | None = None
    whole: float | None = None
    currency: str = ""
    is_share: bool = False
    says: str = ""


class Reads(Struct, frozen=True):
    """The share of the values of a segment and a part that read a ``word`` of the catalogue's bands."""

    segment: str
    part: str
    word: str
    accounts: float
    pct: float | None


class Worst(Struct, frozen=True):
    """An account at the worse end of a part; ``currency`` is set where its ``value`` is an amount."""

    part: str
    account: str
    name: str
    value: float
    currency: str = ""


class Figured(Struct, frozen=True, kw_only=True):
    """A figure at the start of a day: of ``accounts`` there are, ``covered`` tell anything of it.

    ``states`` says why others do not tell of a measure; ``needs`` what is wanting where there are no rows.
    """

    name: str
    by: str
    as_of: date | None = None
    accounts: int = 0
    covered: int = 0
    rows: tuple[FigureRow, ...] = ()
    reads: tuple[Reads, ...] = ()
    worst: tuple[Worst, ...] = ()
    states: Mapping[str, int] = {}
    needs: str = ""


class Wanted(NamedTuple):
    """A figure by its name, and by what it is split: a segment, `SPREAD`, or nothing."""

    name: str
    split: str = ""


def figured(
    deployment: Deployment, wanted: Sequence[Wanted], owners: Sequence[str] | None = None
) -> list[Figured]:
    """Return figures of the book, or of the accounts of some owners alone, in the order they are wanted."""
    if owners is not None:
        with deployment.database.read() as connection:
            return _tell(deployment, connection, wanted, book.owned(connection, owners))
    with deployment.database.read() as connection:
        there = kept.kept(connection, {each.name for each in wanted})
        if kept.size(connection) > AT_ONCE:
            return [_kept(each, there) for each in wanted]
        state = _state(deployment, connection)
        anew = [each for each in wanted if each not in there or there[each].state != state]
        told = dict(zip(anew, _tell(deployment, connection, anew), strict=True))
    _keep(deployment, state, told)
    return [told.get(each) or _kept(each, there) for each in wanted]


def _state(deployment: Deployment, connection: Connection) -> str:
    return f"{kept.state(connection)} {deployment.policy.hash}"


def _keep(deployment: Deployment, state: str, told: Mapping[Wanted, Figured]) -> None:
    if told:
        rows = [
            Kept(*each, found.as_of or date.min, state, msgspec.json.encode(found).decode())
            for each, found in told.items()
        ]
        with deployment.database.write() as connection:
            kept.keep(connection, rows)
            for row in rows:
                if row.name in TRENDS and not row.split:
                    kept.note(connection, row, TREND_DAYS)


def _tell(
    deployment: Deployment,
    connection: Connection,
    wanted: Sequence[Wanted],
    only: Sequence[int] | None = None,
) -> list[Figured]:
    known = entries(load_metrics())
    asked = [_asked(each, known[each.name]) for each in wanted]
    told = values(deployment, connection, asked, only)
    return [_figured(each, found) for each, found in zip(asked, told, strict=True)]


def _asked(wanted: Wanted, entry: Entry) -> Asked:
    if wanted.split == SPREAD:
        return Asked(wanted.name, entry, spread=True, worst=True)
    return Asked(wanted.name, entry, wanted.split)


def _kept(wanted: Wanted, there: Mapping[tuple[str, str], Kept]) -> Figured:
    found = there.get((wanted.name, wanted.split))
    if found is not None:
        return msgspec.json.decode(found.body, type=Figured)
    is_split = wanted.split in SEGMENTS and (wanted.name, "") in there
    needs = ALONE.format(name=wanted.name, by=wanted.split) if is_split else NOT_YET
    return Figured(name=wanted.name, by=wanted.split, needs=needs)


def trend(deployment: Deployment, name: str) -> Mapping[str, Mapping[date, float]]:
    """Return what one of `TRENDS` came to on each day on which it was told, by part."""
    with deployment.database.read() as connection:
        noted = kept.noted(connection, name)
    found: dict[str, dict[date, float]] = defaultdict(dict)
    for each in noted:
        for row in msgspec.json.decode(each.body, type=Figured).rows:
            if row.value is not None:
                found[row.part][each.as_of] = row.value
    return found


# -- keeping -----------------------------------------------------------------------------------------


def looks() -> Sequence[Sequence[Wanted]]:
    """Return what is told together, look by look at every account: what looks equally far back.

    Figures are told by every segment. Measures are not: there are many, and each value of each would be held.
    """
    found: dict[int, list[Wanted]] = defaultdict(list)
    for name, entry in entries(load_metrics()).items():
        if entry.no_value:
            continue
        days = PRESENT[name].days if entry.function else 0
        splits = ("", SPREAD, *SEGMENTS) if entry.function else ("", SPREAD)
        found[days] += [Wanted(name, split) for split in splits]
    return [
        found[days][at : at + A_LOOK] for days in sorted(found) for at in range(0, len(found[days]), A_LOOK)
    ]


def keep_figures(deployment: Deployment, wanted: Sequence[Wanted]) -> None:
    """Tell the figures of a look and keep them."""
    with deployment.database.read() as connection:
        state = _state(deployment, connection)
        told = dict(zip(wanted, _tell(deployment, connection, wanted), strict=True))
    _keep(deployment, state, told)


# -- rows --------------------------------------------------------------------------------------------


def _figured(asked: Asked, told: Told) -> Figured:
    is_money = asked.entry.unit.startswith(MINOR)
    return Figured(
        name=asked.name,
        by=told.by,
        as_of=told.as_of,
        accounts=told.accounts,
        covered=told.covered,
        rows=tuple(_rows(asked.name, told, is_money=is_money)),
        reads=tuple(_reads(told)),
        worst=tuple(
            Worst(each.part, each.account, each.name, each.value, _currency(each.part) if is_money else "")
            for each in told.worst
        ),
        states=told.states,
        needs=told.needs,
    )


def _rows(name: str, told: Told, *, is_money: bool) -> Iterator[FigureRow]:
    for segment, parts in _segments(told):
        for part, result in in_order(name, parts):
            yield _row(segment, part, result, _currency(part) if is_money else "")


def _segments(told: Told) -> Iterable[tuple[str, Results]]:
    """Return what is told of each segment: plans by their size."""
    found = told.found.items()
    return sorted(found, key=lambda each: -max(map(_size, each[1].values()))) if told.by == "plan" else found


def in_order(name: str, parts: Results) -> Iterable[tuple[str, Result]]:
    """Return the parts of a figure as people look for them: plans by size, months in time."""
    if name.endswith("_by_plan"):
        return sorted(parts.items(), key=lambda each: (-_size(each[1]), each[0]))
    return sorted(parts.items()) if name.endswith(("_by_cohort", "_by_month")) else parts.items()


def _size(result: Result) -> float:
    match result:
        case Share():
            return result.whole
        case Mean():
            return result.over
        case Spread():
            return result.size
        case int():
            return result
        case _:
            return 0.0


def _row(segment: str, part: str, result: Result, currency: str) -> FigureRow:
    match result:
        case Aim():
            says = f"{result.standing} target: {result.to_do}"
            return FigureRow(segment=segment, part=part, value=result.difference, says=says)
        case Share():
            return FigureRow(
                segment=segment,
                part=part,
                value=_number(result.pct),
                low=_number(result.low_pct),
                high=_number(result.high_pct),
                part_of=result.part,
                whole=result.whole,
                is_share=True,
            )
        case Mean():
            mean, over = _number(result.mean), float(result.over)
            return FigureRow(segment=segment, part=part, value=mean, part_of=result.total, whole=over)
        case Spread():
            return FigureRow(
                segment=segment,
                part=part,
                value=_number(result.median),
                low=_number(result.quartile_1),
                high=_number(result.quartile_3),
                whole=float(result.size),
                currency=currency,
            )
        case _:
            return FigureRow(segment=segment, part=part, value=result, currency=currency)


def _reads(told: Told) -> Iterator[Reads]:
    for segment, parts in told.bands.items():
        for part, words in parts.items():
            for word, share in words.items():
                yield Reads(segment, part, word, share.part, _number(share.pct))


def _number(value: Input) -> float | None:
    return float(value) if isinstance(value, int | float) else None


def _currency(part: str) -> str:
    """Return the currency that a part of an amount names: its last word, as ISO 4217 writes it."""
    code = part.rpartition(" ")[2]
    return code if len(code) == len("EUR") and code.isupper() else ""
