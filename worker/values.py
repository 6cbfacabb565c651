"""Values: what a figure or a measure comes to on the business day, over all accounts or by segment."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from heapq import nlargest, nsmallest
from itertools import chain
from operator import attrgetter
from types import MappingProxyType
from typing import Any, NamedTuple

from config.metrics import Entry, scales
from config.targets import load_targets
from config.worked import plain
from health.features import Pulse
from health.figures.book import ALL, Known, Moment, Present
from health.figures.days import last_days
from health.figures.parts import Parts, Result, Sum, over_accounts, says_anything
from health.figures.present import PRESENT
from health.figures.reading import Target
from health.figures.segments import BY_ACCOUNT, BY_TERM, UNKNOWN, segments
from health.figures.share import Share, share
from health.measures import measures
from health.nouns import NOT_APPLICABLE, Input
from store import features, figures, reviews, sources
from store.database import Connection
from store.installation import business_day
from store.recent import AHEAD
from worker.deployment import Deployment
from worker.pulse import last_pulse
from worker.review import digits

WORST = 10
ONE_OR_NONE = "0 or 1"
"""The unit of a measure that is a yes or no of an account."""


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


def value(deployment: Deployment, asked: Asked) -> Told:
    """Return what a figure or a measure comes to on the business day."""
    with deployment.database.read() as connection:
        if asked.entry.function is None:
            return _of_measure(deployment, connection, asked)
        return _of_figure(deployment, connection, asked, PRESENT[asked.name])


def document(asked: Asked, told: Told) -> dict[str, Any]:
    """Return what a figure comes to as programs read it: plain values, numbers to two places."""
    parts = {name: plain(getattr(told, name)) for name in ("found", "bands", "worst", "states")}
    empty = {"by": told.by or None, "needs": told.needs or None}
    return {"name": asked.name, "unit": asked.entry.unit, **told._asdict(), **parts, **empty}


def _of_figure(deployment: Deployment, connection: Connection, asked: Asked, figure: Present) -> Told:
    by = asked.by or figure.by
    moment = _moment(deployment, connection, asked, by)
    gathered = Gathered(asked.entry.worse, asked.worst)
    kinds = {*figure.kinds, *_kinds(by), *(("accounts",) if asked.worst else ())}
    spread = asked.spread or figure.spread
    for account in figures.known(connection, kinds, moment.last(figure.days)):
        gathered.accounts += 1
        if figure.told_of(account):
            gathered.add(_segment(account, by), account, figure.of(account, moment), spread=spread)
    told = _told(moment, by, gathered, figure, whole=not spread)
    return told if told.found else told._replace(needs=figure.needs)


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


def _moment(deployment: Deployment, connection: Connection, asked: Asked, by: str) -> Moment:
    rates, reported = reviews.rates(connection), reviews.commonest_currency(connection)
    policy = deployment.policy
    return Moment(
        business_day(connection),
        policy.renewals,
        policy.core_features,
        scales(asked.entry),
        reported,
        rates,
        digits(rates, reported),
        {
            each.segment or ALL: Target(each.value, each.tolerance_pct)
            for each in load_targets(deployment.settings.targets)
            if each.figure == "active_licences" and each.by == by
        },
    )


def _kinds(by: str) -> set[str]:
    profile = {"accounts"} if by and by not in BY_TERM else set[str]()
    return profile | ({"subscriptions"} if by and by not in BY_ACCOUNT else set())


def _segment(account: Known, by: str) -> str:
    if not by:
        return ALL
    return segments(by, account.accounts, account.subscriptions).get(account.account, UNKNOWN)


# -- measures ----------------------------------------------------------------------------------------


def _of_measure(deployment: Deployment, connection: Connection, asked: Asked) -> Told:
    """Tell a measure as it lies over accounts; of a yes or no, how many there are."""
    moment = _moment(deployment, connection, asked, asked.by)
    gathered = Gathered(asked.entry.worse, asked.worst)
    states = {"unknown": 0, "not applicable": 0}
    yes_or_no = asked.entry.unit == ONE_OR_NONE
    for account, found in _measured(deployment, connection, moment.as_of, asked):
        gathered.accounts += 1
        if found is None or found is NOT_APPLICABLE:
            states["unknown" if found is None else "not applicable"] += 1
            continue
        part = share(int(bool(found)), 1) if yes_or_no else (float(found),)
        gathered.add(_segment(account, asked.by), account, {"": part}, spread=False)
    return _told(moment, asked.by, gathered, None, whole=False)._replace(states=states)


def _measured(
    deployment: Deployment, connection: Connection, as_of: date, asked: Asked
) -> Iterator[tuple[Known, Input]]:
    """Yield every account with its measure, by its facts as they are known now."""
    policy = deployment.policy
    pulse: Pulse = replace(last_pulse(connection), freshness=sources.freshness(connection))
    kinds = {*_kinds(asked.by), "accounts"}
    at_once = figures.known(connection, kinds, last_days(as_of, 1))
    for rows in features.all_rows(connection, policy.metrics, as_of + AHEAD):
        for row in rows:
            found = measures(row, as_of, policy, pulse, deployment.workdays)
            yield next(at_once), found.numbers()[asked.name]
