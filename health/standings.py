"""Standings: accounts as they stood at the end of a period, and what follows of them as a whole."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from health.alerts import AT_RISK
from health.expansion import GROUP as EXPANSION
from health.nouns import BANDS, Assessment
from health.reasons import reasons
from health.review import BandCount, Growth, Ranked, RiskReason

ROWS = 10
"""So many accounts are told one by one."""
CAP = "cap:"
NO_LINE = "nothing that takes points off"
Convert = Callable[[int, str], int | None]
"""Minor units of a currency, to minor units of the one that is reported in; `None` without a rate."""


class Standing(NamedTuple):
    """What a review keeps of an account's verdict; ``line`` is the line of the score that takes most off."""

    account: int
    key: str
    band: str
    points: int
    line: str
    ranked: Ranked
    growth: Growth | None


def standing(key: str, now: Assessment) -> Standing:
    """Return what a review keeps of a verdict."""
    facts = now.facts
    ranked = Ranked(
        key=key,
        name=str(facts.get("name") or key),
        band=now.band,
        health=now.score.points / 100,
        priority=_whole(facts.get("priority")) or 0,
        reason="; ".join(reasons(now.score, 1)),
        anchor_on=_text(facts.get("anchor_on")),
        days_to_anchor=_whole(facts.get("days_to_anchor")),
        revenue_at_risk_minor=_whole(facts.get("revenue_at_risk_minor")) if facts.get("anchor_on") else None,
        currency=_text(facts.get("currency")) or "",
        csm=_text(facts.get("csm_email")) or "",
    )
    return Standing(now.account, key, now.band, now.score.points, main_reason(now), ranked, _growth(key, now))


def main_reason(now: Assessment) -> str:
    """Return the line of a score that takes most off."""
    worst = min(now.score.contributions, key=lambda line: line.points, default=None)
    return worst.name.removeprefix(CAP).replace("_", " ") if worst and worst.points < 0 else NO_LINE


def _growth(key: str, now: Assessment) -> Growth | None:
    facts = now.facts
    if not facts.get("expansion"):
        return None
    evidence = [s.evidence for s in now.signals if s.group == EXPANSION and not s.gate]
    return Growth(
        key=key,
        name=str(facts.get("name") or key),
        suggested_seats=_whole(facts.get("suggested_seats")),
        uplift_minor=_whole(facts.get("uplift_minor")),
        currency=_text(facts.get("currency")) or "",
        days_until_full=_whole(facts.get("days_until_full")),
        evidence=tuple(evidence),
    )


def _whole(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def bands(now: Sequence[str], before: Sequence[str]) -> tuple[BandCount, ...]:
    """Return the accounts in each band at both ends; not known at one at which nothing was judged."""
    ends = [Counter(each) if each else None for each in (now, before)]
    return tuple(BandCount(band, *(each[band] if each else None for each in ends)) for band in BANDS)


class Moved(NamedTuple):
    """Accounts that entered at risk and that left it between two days, the most urgent first."""

    entered: tuple[Standing, ...]
    left: tuple[Standing, ...]


def moved(now: Sequence[Standing], before: Mapping[int, str]) -> Moved:
    """Return who is at risk and was not, and who was and is not; an account that is new has entered."""
    ordered = sorted(now, key=lambda each: (-each.ranked.priority, each.key))
    return Moved(
        tuple(each for each in ordered if AT_RISK == each.band != before.get(each.account)),
        tuple(each for each in ordered if AT_RISK == before.get(each.account) != each.band),
    )


def ranked(now: Sequence[Standing], rows: int = ROWS) -> tuple[Ranked, ...]:
    """Return the accounts at risk or to watch, the most urgent first."""
    pressing = [each.ranked for each in now if each.band in {AT_RISK, "watch"}]
    return tuple(sorted(pressing, key=lambda each: (-each.priority, each.key))[:rows])


def risks(now: Iterable[Standing], convert: Convert) -> tuple[RiskReason, ...]:
    """Return the revenue that is up at accounts at risk by the line that takes most off, the largest first.

    An account counts once, under one reason, so that reasons add up to the whole.
    """
    counts: Counter[str] = Counter()
    amounts: dict[str, list[int]] = defaultdict(list)
    for each in now:
        if each.band == AT_RISK:
            counts[each.line] += 1
            minor = convert(each.ranked.revenue_at_risk_minor or 0, each.ranked.currency)
            amounts[each.line] += [] if minor is None else [minor]
    found = [RiskReason(line, counts[line], sum(amounts[line]) if amounts[line] else None) for line in counts]
    return tuple(sorted(found, key=lambda each: (-(each.minor or 0), each.reason)))


def growth(now: Iterable[Standing], convert: Convert) -> tuple[tuple[Growth, ...], int | None]:
    """Return the accounts with room to grow, those that bring most first, and what all bring a month."""
    found = [each.growth for each in now if each.growth]
    brings = {each.key: convert(each.uplift_minor, each.currency) for each in found if each.uplift_minor}
    known = [minor for minor in brings.values() if minor is not None]
    ordered = sorted(found, key=lambda each: (-(brings.get(each.key) or 0), each.key))
    return tuple(ordered), sum(known) if known else None
