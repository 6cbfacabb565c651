"""Simulation: what a policy would have made of accounts, step after step, and whether it was right.

Each step judges and decides as a run does, by what the steps before it have left standing.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import NamedTuple

from health.alerts import AT_RISK, OPEN, RECOVERED, Alert
from health.backtest import CHURNED, Ending, Horizon, Outcomes, ending
from health.calendars import Workdays
from health.chance import Share
from health.decide import Previous, decide
from health.features import Features, Pulse
from health.judge import judge
from health.nouns import Band, Flag
from health.overrides import Override, overridden
from health.policy import Policy, RenewalRules

CSM = "csm"
_WEEK = 7


class Stand(NamedTuple):
    """What a policy has left of an account: the verdict before, its flags, and when risk was last told."""

    previous: Previous | None = None
    flags: tuple[Flag, ...] = ()
    risk_on: date | None = None


class Seen(NamedTuple):
    """An account at the start of a day: what was known of it, a band set by hand, and how its terms ended."""

    row: Features
    day: date
    override: Override | None
    outcomes: Outcomes


class Lens(NamedTuple):
    """What a policy sees accounts through on a day."""

    policy: Policy
    pulse: Pulse
    workdays: Workdays


class Step(NamedTuple):
    """What a policy made of an account on a day: its band, what is told, and what stands after it.

    ``opens`` says whether its CSM is told of a risk where none stood: neither news of it nor a repeat.
    """

    band: Band
    alerts: tuple[Alert, ...]
    opens: bool
    stand: Stand
    mrr_minor: int
    currency: str


def step(seen: Seen, lens: Lens, stand: Stand) -> Step:
    """Judge an account and decide what changed, as a run does of an installation that is past its first."""
    row, day = seen.row, seen.day
    computed = judge(row, day, lens.policy, lens.pulse, lens.workdays)
    shown = overridden(computed, seen.override)
    decision = decide(shown, stand.previous, stand.flags, lens.policy, day, first_run=False)
    told = any(map(_is_risk, decision.alerts))
    after = Stand(
        Previous(computed.band, computed.score.points),
        _merged(stand.flags, decision.flags),
        day if told else stand.risk_on,
    )
    mrr, currency = computed.facts.get("mrr_minor"), computed.facts.get("currency")
    opens = told and not any(flag.kind == AT_RISK and flag.state in OPEN for flag in stand.flags)
    return Step(shown.band, decision.alerts, opens, after, int(mrr or 0), str(currency or ""))


def _is_risk(alert: Alert) -> bool:
    return alert.audience == CSM and alert.kind == AT_RISK


def _merged(standing: tuple[Flag, ...], changed: Sequence[Flag]) -> tuple[Flag, ...]:
    """Return flags as they are stored: one for each kind, reason and term."""
    if not changed:
        return standing
    by_key = {(flag.kind, flag.reason, flag.term): flag for flag in (*standing, *changed)}
    return tuple(by_key.values())


# -- what it comes to --------------------------------------------------------------------------------


class Question(NamedTuple):
    """Which days are replayed, and what counts as right: the account left within ``horizon`` days.

    ``known_until`` is the last day of which outcomes are known; `None` where there are none. ``renewals``
    says which terms are in force: who left is the same for both policies.
    """

    since: date
    until: date
    every: int
    horizon: int
    known_until: date | None
    renewals: RenewalRules

    @property
    def last(self) -> date:
        """The last of the days."""
        return self.since + timedelta(days=(self.until - self.since).days // self.every * self.every)

    @property
    def days(self) -> tuple[date, ...]:
        """The days that are judged, at their start."""
        span = (self.until - self.since).days
        return tuple(self.since + timedelta(days=at) for at in range(0, span + 1, self.every))

    def became(self, seen: Seen, days: int) -> Ending | None:
        """Return what became of an account within some days; `None` if it is no case, or nobody knows yet."""
        within = Horizon(seen.day, days)
        if self.known_until is None or within.last > self.known_until:
            return None
        return ending(CHURNED, seen.outcomes, seen.row.terms, within, self.renewals)


class Matter(NamedTuple):
    """Who is told what of an account. A replay counts it once, however often it is said again.

    The term is none of it: an alert that opens a month later, in another term, is no other alert.
    """

    account: int
    audience: str
    kind: str


class Told(NamedTuple):
    """The first alert of a matter, and the account as it was then."""

    key: str
    name: str
    csm: str
    on: date
    severity: str
    mrr_minor: int
    currency: str


class Volume(NamedTuple):
    """What a CSM is told: alerts in all, on average a week, and on the worst of the days that were judged."""

    alerts: int
    per_week: float
    worst: int
    worst_on: date | None


@dataclass
class Side:
    """What one policy came to so far. Alerts of the first day tell what stood then, and are no volume."""

    matters: dict[Matter, Told] = field(default_factory=dict)
    messages: Counter[tuple[str, date]] = field(default_factory=Counter)
    bands: Counter[Band] = field(default_factory=Counter)
    opened: int = 0
    closed: int = 0
    right: int = 0
    left: int = 0
    foreseen: int = 0

    def add(self, seen: Seen, found: Step, question: Question) -> None:
        """Count what a policy made of an account on a day."""
        if seen.day == question.last:
            self.bands[found.band] += 1
        for alert in found.alerts:
            self._told(seen, found, alert, question)
        self._judged(seen, found, question)
        gone = question.became(seen, question.every)
        if gone is not None and gone.days is not None:
            last, told = seen.day + timedelta(days=gone.days), found.stand.risk_on
            self.left += 1
            self.foreseen += told is not None and (last - told).days < question.horizon

    def _told(self, seen: Seen, found: Step, alert: Alert, question: Question) -> None:
        row, matter = seen.row, Matter(seen.row.account, alert.audience, alert.kind)
        if alert.audience == CSM and seen.day > question.since:
            self.messages[row.csm_email, seen.day] += 1
        if matter in self.matters:
            return
        self.matters[matter] = Told(
            row.key, row.name, row.csm_email, seen.day, alert.severity, found.mrr_minor, found.currency
        )

    def _judged(self, seen: Seen, found: Step, question: Question) -> None:
        """Count an at-risk alert that opens, and whether it was right, once that is known."""
        if found.opens:
            became = question.became(seen, question.horizon)
            self.opened += 1
            self.closed += became is not None
            self.right += became is not None and became.days is not None

    @property
    def precision(self) -> Share:
        """Of the at-risk alerts whose horizon has passed, the share after which the account left."""
        return Share(self.right, self.closed)

    @property
    def recall(self) -> Share:
        """Of the accounts that left, the share of which the CSM had been told within the horizon."""
        return Share(self.foreseen, self.left)


def volumes(side: Side, question: Question) -> Mapping[str, Volume]:
    """Return by CSM what each is told after the first day; empty where only one day is judged."""
    weeks = (question.last - question.since).days / _WEEK
    found: dict[str, Volume] = {}
    for owner in sorted({owner for owner, _ in side.messages}):
        by_day = {day: count for (of, day), count in side.messages.items() if of == owner}
        worst_on = min(by_day, key=lambda day: (-by_day[day], day))
        total = sum(by_day.values())
        found[owner] = Volume(total, total / weeks, by_day[worst_on], worst_on)
    return found


def apart(side: Side, other: Side) -> dict[Matter, Told]:
    """Return what one policy tells and the other never does: recoveries last, the most revenue first."""
    only = {matter: told for matter, told in side.matters.items() if matter not in other.matters}
    return dict(sorted(only.items(), key=_weight))


def _weight(each: tuple[Matter, Told]) -> tuple[bool, int, str, Matter]:
    matter, told = each
    return matter.kind == RECOVERED, -told.mrr_minor, told.key, matter


def revenue(told: Mapping[Matter, Told]) -> Mapping[str, tuple[int, int]]:
    """Return by currency the accounts that alerts are about, and their recurring revenue of a month.

    An account counts once, with the revenue it had when it was told of first. Recoveries are no alerts.
    """
    first: dict[int, Told] = {}
    for matter, each in told.items():
        known = first.get(matter.account)
        if matter.kind != RECOVERED and (known is None or each.on < known.on):
            first[matter.account] = each
    sums: dict[str, tuple[int, int]] = {}
    for each in first.values():
        count, minor = sums.get(each.currency, (0, 0))
        sums[each.currency] = (count + 1, minor + each.mrr_minor)
    return dict(sorted(sums.items()))
