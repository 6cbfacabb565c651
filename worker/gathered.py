"""Gathered: what accounts come to, one after the other, until all of them have been read."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from heapq import nlargest, nsmallest
from itertools import chain
from operator import attrgetter
from types import MappingProxyType
from typing import Any, NamedTuple

from config.metrics import Entry
from config.worked import plain
from health.figures.book import ALL, Known, Moment, Present
from health.figures.parts import Parts, Result, Sum, over_accounts, says_anything
from health.figures.segments import BY_ACCOUNT, BY_TERM, UNKNOWN, segments
from health.figures.share import Share

WORST = 10


class Asked(NamedTuple):
    """What is asked of a figure: split ``by`` what, as it lies over accounts, and with the worst by name."""

    name: str
    entry: Entry
    by: str = ""
    spread: bool = False
    worst: bool = False


class Account(NamedTuple):
    """An account at the worse end of a part of a figure."""

    part: str
    account: str
    name: str
    value: float


class Told(NamedTuple):
    """A figure on a day: of all ``accounts`` there are, ``covered`` are those that tell anything of it.

    ``found`` is by segment and part, and so is ``bands``: the share of values that read each word. ``worst``
    are accounts by name. ``states`` are the accounts of which a measure is not known, or does not apply.
    ``needs`` is what is wanting where nothing is told.
    """

    as_of: date
    by: str
    accounts: int
    covered: int
    found: Mapping[str, Mapping[str, Result]]
    bands: Mapping[str, Mapping[str, Mapping[str, Share]]]
    worst: tuple[Account, ...] = ()
    states: Mapping[str, int] = MappingProxyType({})
    needs: str = ""


def document(asked: Asked, told: Told) -> dict[str, Any]:
    """Return what a figure comes to as programs read it: plain values, numbers to two places."""
    parts = {name: plain(getattr(told, name)) for name in ("found", "bands", "worst", "states")}
    empty = {"by": told.by or None, "needs": told.needs or None}
    return {"name": asked.name, "unit": asked.entry.unit, **told._asdict(), **parts, **empty}


@dataclass
class Gathered:
    """What accounts come to, as they come. With ``keep`` those at the ``worse`` end are kept by name."""

    worse: str | None
    keep: bool
    sums: dict[str, Sum] = field(default_factory=lambda: defaultdict(Sum))
    ends: dict[str, list[Account]] = field(default_factory=lambda: defaultdict(list))
    accounts: int = 0
    covered: int = 0

    def add(self, segment: str, known: Known, parts: Parts, *, spread: bool) -> None:
        """Add what one account comes to."""
        self.covered += says_anything(parts)
        self.sums[segment].add(over_accounts(parts) if spread else parts)
        if self.keep:
            self._place(known, parts)

    def _place(self, known: Known, parts: Parts) -> None:
        name = next((each.name for each in known.accounts if each.name), None) or known.account
        pick = min if self.worse == "low" else max
        for part, values in over_accounts(parts).items():
            if values:
                self.ends[part].append(Account(part, known.account, name, pick(values)))
                if len(self.ends[part]) >= 100 * WORST:
                    self.ends[part] = self._first(self.ends[part])

    def _first(self, some: list[Account]) -> list[Account]:
        by_value = attrgetter("value")
        some = sorted(some, key=attrgetter("account"))
        return (nsmallest if self.worse == "low" else nlargest)(WORST, some, key=by_value)

    def worst(self) -> tuple[Account, ...]:
        """Return the accounts at the worse end of each part; at the upper one where neither is worse."""
        return tuple(chain.from_iterable(map(self._first, self.ends.values())))


@dataclass(frozen=True)
class Telling:
    """One thing that is asked, while accounts are read. A measure has no ``figure``."""

    asked: Asked
    figure: Present | None
    by: str
    moment: Moment
    gathered: Gathered
    states: dict[str, int]

    @property
    def kinds(self) -> set[str]:
        """The kinds of record it is told from."""
        own = self.figure.kinds if self.figure else ()
        return {*own, *_kinds(self.by), *(("accounts",) if self.asked.worst or not own else ())}

    @property
    def spread(self) -> bool:
        """Whether it is told as it lies over accounts."""
        return self.figure is None or self.asked.spread or self.figure.spread

    def add(self, segment: str, account: Known, parts: Parts) -> None:
        """Add what an account comes to."""
        spread = self.figure is not None and self.spread
        self.gathered.add(segment, account, parts, spread=spread)

    def told(self) -> Told:
        """Return what all of them come to."""
        told = _told(self.moment, self.by, self.gathered, self.figure, whole=not self.spread)
        needs = self.figure.needs if self.figure and not told.found else ""
        return told._replace(needs=needs, states=self.states)


def _told(moment: Moment, by: str, gathered: Gathered, figure: Present | None, *, whole: bool) -> Told:
    scale = moment.scales.get("default", ())
    found, bands = {}, {}
    for name in sorted(gathered.sums):
        of = gathered.sums[name]
        finish = figure.whole if figure and whole else None
        found[name] = finish(of.result(), of.accounts, name, moment) if finish else of.result()
        bands[name] = of.read(scale, figure.read if figure else ("",)) if scale else {}
    return Told(
        moment.as_of,
        by,
        gathered.accounts,
        gathered.covered,
        {name: parts for name, parts in found.items() if parts},
        {name: parts for name, parts in bands.items() if parts},
        gathered.worst(),
    )


def _kinds(by: str) -> set[str]:
    profile = {"accounts"} if by and by not in BY_TERM else set[str]()
    return profile | ({"subscriptions"} if by and by not in BY_ACCOUNT else set())


def segment(account: Known, by: str) -> str:
    """Return the segment that an account is in."""
    if not by:
        return ALL
    return segments(by, account.accounts, account.subscriptions).get(account.account, UNKNOWN)
