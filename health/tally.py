"""Tally: what the figures of a period come to over the book, added up a few accounts at a time."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from health.figures.book import NO_CURRENCY, Known, Moment
from health.figures.days import Span, day_of, months_on
from health.figures.friction import ticket_topics
from health.figures.licences import active_licences, active_licences_by_plan, untold
from health.figures.money import Decimals
from health.figures.parts import Sum
from health.figures.present import PRESENT
from health.figures.reading import Target
from health.figures.renewed import late_renewals, outcomes_by_window, proactive, renewal_rate
from health.figures.revenue import Retention, mrr, retention, revenue_at_risk
from health.figures.segments import UNKNOWN, segments
from health.figures.share import portion
from health.periods import Period
from health.policy import RenewalRules
from health.records import Outcome, Rate, Subscription
from health.review import Line, Unit

KINDS = (
    *("accounts", "subscriptions", "licences", "seats", "usage"),
    *("tickets", "conversations", "surveys", "outcomes"),
)
"""The kinds of record that a review reads."""
YEAR = 12
NOW, START, YEAR_AGO = "value", "before", "year_ago"
USED = ("utilisation", "activation_rate", "net_promoter_score", "csat")
"""Figures of use and of answers, as `health.figures.present` tells them."""


class Goal(NamedTuple):
    """A target of a figure: of a segment of the book where ``by`` says which, of a currency for money."""

    figure: str
    target: Target
    by: str = ""
    segment: str = ""
    currency: str = ""


@dataclass(frozen=True, slots=True)
class Frame:
    """What the figures of a period are told by.

    ``as_of`` is the day they are of (its start), ``known_on`` the one as of which facts are known, ``stated``
    the kinds of fact that any source states, ``titles`` what the catalogue calls each figure.
    """

    period: Period
    as_of: date
    known_on: date
    rules: RenewalRules
    currency: str
    stated: frozenset[str]
    titles: Mapping[str, str]
    rates: Sequence[Rate] = ()
    decimals: Decimals = field(default_factory=dict)
    goals: Sequence[Goal] = ()

    @property
    def span(self) -> Span:
        """The days of the period that are over."""
        return Span(self.period.span.first, self.as_of)

    @property
    def ends(self) -> Mapping[str, date]:
        """The days on which what stands is counted: now, at the start, and a year ago."""
        return {NOW: self.as_of, START: self.span.first, YEAR_AGO: months_on(self.as_of, -YEAR)}

    def line(self, figure: str, unit: Unit, *needs: str) -> Line:
        """Return a figure's line without a value; it says so where no source states what it needs."""
        missing = [kind for kind in needs if kind not in self.stated]
        return Line(
            figure,
            self.titles.get(figure, figure),
            unit,
            unknown=f"no source states {' or '.join(missing)}" if missing else "",
        )


class Tally:
    """Adds up accounts as they come; what it holds does not grow with them."""

    def __init__(self, frame: Frame) -> None:
        """Start with no accounts."""
        self.accounts = 0
        self.frame = frame
        self.counts: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
        self.rates: dict[str, Sum] = defaultdict(Sum)
        self.sums: dict[str, Sum] = defaultdict(Sum)
        self.kept: dict[str, Retention] = {}
        self.goals: Counter[Goal] = Counter()
        self.topics: dict[str, Counter[str]] = defaultdict(Counter)
        self.outcomes: dict[str, Counter[str]] = defaultdict(Counter)
        self.open = 0
        self.gaps: Counter[str] = Counter()
        self.unrated: set[str] = set()
        self._since: dict[str, date] = {}

    def add(self, accounts: Sequence[Known]) -> None:
        """Add some accounts."""
        self.accounts += len(accounts)
        subscriptions = [each for one in accounts for each in one.subscriptions]
        self._stands(accounts, subscriptions)
        self._renews(accounts, subscriptions)
        self._uses(accounts)
        tickets = [each for one in accounts for each in one.tickets]
        for name, span in ((NOW, self.frame.span), (START, self.frame.period.before)):
            told = ticket_topics(tickets, span, 1)
            self.topics[name].update({topic: int(each.total) for topic, each in told.items()})

        self._begin("tickets", (day_of(each.opened_ms) for each in tickets))

    def _look_back(self, subscriptions: Sequence[Subscription]) -> None:
        """Count, by end, the subscriptions that had begun by then and whose terms of then nobody tells."""
        self.gaps += Counter({name: untold(subscriptions, day) for name, day in self.frame.ends.items()})

    def _begin(self, kind: str, days: Iterable[date]) -> None:
        self._since[kind] = min([*days, self._since.get(kind, date.max)])

    def knows(self, kind: str, day: date) -> bool:
        """Tell whether anything of a kind is known from a day or before: else it is no 0, but not known."""
        return self._since.get(kind, date.max) <= day

    def _stands(self, accounts: Sequence[Known], subscriptions: Sequence[Subscription]) -> None:
        frame = self.frame
        licences = [each for one in accounts for each in one.licences]
        self._look_back(subscriptions)
        self._begin("terms", (term.started_on or term.term_start for term in subscriptions))
        self._begin("terms", (day_of(each.issued_ms) for each in licences if each.issued_ms is not None))
        for name, day in frame.ends.items():
            known = (day, frame.rules, frame.known_on)
            by_account = active_licences(subscriptions, licences, *known)
            by_plan = active_licences_by_plan(subscriptions, licences, *known)
            self.counts["licences", name].update({"": sum(by_account.values())})
            self.counts["plans", name].update(by_plan)
            self.counts["mrr", name].update(_named(mrr(subscriptions, *known)))
            self.counts["at_risk", name].update(_named(revenue_at_risk(subscriptions, *known)))
            if name == NOW:
                self._aims(accounts, by_account, by_plan)

    def _aims(
        self, accounts: Sequence[Known], by_account: Mapping[str, int], by_plan: Mapping[str, int]
    ) -> None:
        for goal in self.frame.goals:
            if goal.by == "plan":
                self.goals[goal] += by_plan.get(goal.segment, 0)
            elif goal.by:
                self.goals[goal] += sum(
                    by_account.get(one.account, 0)
                    for one in accounts
                    if _segment(one, goal.by) == goal.segment
                )

    def _renews(self, accounts: Sequence[Known], subscriptions: Sequence[Subscription]) -> None:
        frame = self.frame
        said = [each for one in accounts for each in one.outcomes]
        talks = [each for one in accounts for each in one.conversations]
        for name, span in ((NOW, frame.span), (START, frame.period.before)):
            self._rate(name, subscriptions, said, span)
            late = late_renewals(subscriptions, said, span, frame.rules).late
            self.rates[name].add({"late": late, "proactive": proactive(subscriptions, talks, span)})
            self._keeps(name, subscriptions, span)
        self._keeps(YEAR_AGO, subscriptions, Span(months_on(frame.as_of, -YEAR), frame.as_of))
        for window, found in outcomes_by_window(subscriptions, said, frame.span, frame.rules).items():
            self.outcomes[window].update(found)

    def _rate(
        self, name: str, subscriptions: Sequence[Subscription], said: Sequence[Outcome], span: Span
    ) -> None:
        frame = self.frame
        found = renewal_rate(
            subscriptions,
            said,
            span,
            frame.rules,
            currency=frame.currency,
            rates=frame.rates,
            decimals=frame.decimals,
        )
        self.rates[name].add({"terms": found.terms, "revenue": found.revenue})
        if name == NOW:
            self.open += found.open
            self.unrated.update(found.unrated)

    def _keeps(self, name: str, subscriptions: Sequence[Subscription], span: Span) -> None:
        frame = self.frame
        found = retention(
            subscriptions,
            opening_on=span.first,
            closing_on=span.until,
            currency=frame.currency,
            rates=frame.rates,
            rules=frame.rules,
            decimals=frame.decimals,
            stated_on=frame.known_on,
        )
        self.kept[name] = together([self.kept[name], found]) if name in self.kept else found
        self.unrated.update(found.unrated)

    def _uses(self, accounts: Sequence[Known]) -> None:
        """Add use and answers. Who was last seen when is known of the present alone: else snapshots tell."""
        frame = self.frame
        moment = Moment(frame.as_of, frame.rules)
        for one in accounts:
            known = one if frame.as_of == frame.known_on else one._replace(seats=())
            for figure in USED:
                self.sums[figure].add(PRESENT[figure].of(known, moment))


def _named(amounts: Mapping[str, int]) -> Mapping[str, int]:
    return {code or NO_CURRENCY: minor for code, minor in amounts.items()}


def _segment(one: Known, by: str) -> str:
    return segments(by, one.accounts, one.subscriptions).get(one.account, UNKNOWN)


def together(found: Sequence[Retention]) -> Retention:
    """Return what became of the revenue of several parts of the book as one; ``found`` is not empty."""
    opening, churned, contracted, expanded, fx = (
        sum(each) for each in zip(*(part[1:6] for part in found), strict=True)
    )
    left = opening - churned - contracted
    unrated = sorted({code for part in found for code in part.unrated})
    return Retention(
        found[0].currency,
        opening,
        churned,
        contracted,
        expanded,
        fx,
        portion(left, opening),
        portion(left + expanded, opening),
        tuple(unrated),
    )
