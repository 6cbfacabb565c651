"""Review lines: what a tally came to, figure by figure, as a review tells it."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace

from health.figures.book import NO_CURRENCY, Results
from health.figures.friction import per_hundred
from health.figures.licences import change_pct
from health.figures.money import converted
from health.figures.reading import against_target
from health.figures.share import Share
from health.figures.spread import Spread
from health.nouns import Input
from health.review import Line, Outcomes
from health.tally import NOW, START, USED, YEAR_AGO, Goal, Tally

NO_OPENING = "there was no revenue at its start"
PLANS, TOPICS, REASONS = 20, 10, 5
"""So many plans and topics are told one by one, and so many reasons of an outcome in a window."""
OTHER = "other reasons"
_NEEDED = {
    "utilisation": ("subscriptions",),
    "activation_rate": ("licences",),
    "net_promoter_score": ("surveys",),
    "csat": ("surveys",),
}


def licences(tally: Tally) -> Iterator[Line]:
    """Yield licences of all, by plan, and against their targets."""
    frame = tally.frame
    needs = () if frame.stated & {"subscriptions", "licences"} else ("subscriptions",)
    line = frame.line("active_licences", "count", *needs)
    whole = _stock(tally, line, "licences", "")
    yield _aimed(whole, *(goal for goal in frame.goals if (goal.figure, goal.by) == (whole.figure, "")))
    now, then = tally.counts["plans", NOW], tally.counts["plans", START]
    plans = sorted({*now, *then}, key=lambda plan: (-now[plan], plan))
    by_plan = frame.line("active_licences_by_plan", "count", *needs)
    for plan in plans[:PLANS]:
        yield replace(_stock(tally, by_plan, "plans", plan), of=plan)
    if rest := plans[PLANS:]:
        yield replace(_stock(tally, by_plan, "plans", *rest), of=f"{len(rest)} other plans")
    for goal, licences in tally.goals.items():
        told = frame.line("licences_against_target", "count", *needs)
        told = replace(told, of=f"{goal.by} {goal.segment}", value=None if needs else licences)
        yield _aimed(told, goal)


def revenue(tally: Tally) -> Iterator[Line]:
    """Yield recurring revenue by currency, all of it in one where there are several, and what is up."""
    frame = tally.frame
    codes = sorted({code for name in frame.ends for code in tally.counts["mrr", name]})
    for code in codes or [frame.currency]:
        line = _stock(tally, _money(frame.line("mrr", "money", "subscriptions"), code, codes), "mrr", code)
        goals = (goal for goal in frame.goals if (goal.figure, goal.currency) == ("mrr", code))
        yield _aimed(line, *goals)
    if len(codes) > 1:
        yield _in_one(tally)
    for code in sorted(tally.counts["at_risk", NOW]) or [frame.currency]:
        line = _money(frame.line("revenue_at_risk", "money", "subscriptions"), code, codes)
        yield _stock(tally, line, "at_risk", code)


def _money(line: Line, code: str, codes: Collection[str]) -> Line:
    """Return a line of money in a currency, which it names where there are several or none."""
    if code == NO_CURRENCY:
        return replace(line, of=NO_CURRENCY)
    return replace(line, currency=code, of=code if len(codes) > 1 else "")


def _in_one(tally: Tally) -> Line:
    """Return revenue of all currencies, at one day's rates, so that no change is of the exchange."""
    frame = tally.frame
    found = {
        name: converted(tally.counts["mrr", name], frame.currency, frame.as_of, frame.rates, frame.decimals)
        for name in frame.ends
    }
    tally.unrated.update(*(each.unrated for each in found.values()))
    line = replace(frame.line("mrr_converted", "money", "subscriptions"), currency=frame.currency)
    return _at_ends(tally, line, {name: each.minor for name, each in found.items()})


def use(tally: Tally) -> Iterator[Line]:
    """Yield how much is used, activated and liked."""
    for figure in USED:
        line = tally.frame.line(figure, "pct", *_NEEDED[figure])
        found = tally.sums[figure].result()
        yield from _told_use(line, found)


def renewals(tally: Tally) -> Iterator[Line]:
    """Yield what became of the terms that ended in the period, beside the period before."""
    frame, now, then = tally.frame, tally.rates[NOW].shares, tally.rates[START].shares
    told = (
        ("renewal_rate", "terms", "by terms", ""),
        ("renewal_rate", "revenue", "by revenue", frame.currency),
        ("late_renewals", "late", "", ""),
        ("proactive_conversations", "proactive", "", ""),
    )
    for figure, part, of, currency in told:
        needs = ("conversations",) if part == "proactive" else ()
        line = frame.line(figure, "pct", "subscriptions", *needs)
        why = "nothing was renewed in the period" if part == "late" else "no term ended in the period"
        line = _with_share(replace(line, of=of, currency=currency), now.get(part), why)
        yield _changed(replace(line, before=None if line.unknown else _pct(then.get(part))))
    if tally.open:
        line = replace(frame.line("renewal_rate", "count"), of="ended without an outcome")
        yield replace(line, value=tally.open)
    yield from _retained(tally, NOW, "over the period")


def over_a_year(tally: Tally) -> Iterator[Line]:
    """Yield what is left of the revenue of a year ago."""
    yield from _retained(tally, YEAR_AGO, "over a year")


def _retained(tally: Tally, name: str, of: str) -> Iterator[Line]:
    """Yield retention without the effect of exchange rates, and that by itself."""
    frame, found = tally.frame, tally.kept.get(name)
    before = tally.kept.get(START) if name == NOW else None
    for figure in ("gross", "net"):
        line = frame.line(f"{figure}_revenue_retention", "pct", "subscriptions")
        line = replace(line, of=of, currency=frame.currency)
        line = _with_share(line, getattr(found, figure, None), NO_OPENING)
        was = _pct(getattr(before, figure)) if before and not line.unknown else None
        yield _changed(replace(line, before=was))
    line = replace(frame.line("fx_effect", "money", "subscriptions"), of=of, currency=frame.currency)
    if line.unknown or found is None or not found.opening_minor:
        yield replace(line, unknown=line.unknown or NO_OPENING)
    else:
        was_minor = before.fx_minor if before and before.opening_minor else None
        yield replace(line, value=found.fx_minor, before=was_minor)


def outcomes(tally: Tally) -> tuple[Outcomes, ...]:
    """Return the outcomes of ended terms by window, the farthest first, with their commonest reasons."""
    rules = tally.frame.rules
    order = [f"over {max(rules.windows)}", *map(str, sorted(rules.windows, reverse=True))]
    windows = [*(name for name in order if name in tally.outcomes), *(tally.outcomes.keys() - {*order})]
    return tuple(each for window in windows for each in _outcomes(window, tally.outcomes[window]))


def _outcomes(window: str, found: Mapping[str, int]) -> Iterator[Outcomes]:
    by_outcome: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for said, times in found.items():
        outcome, _, reason = said.partition(":")
        by_outcome[outcome].append((-times, reason.strip()))
    for outcome, reasons in sorted(by_outcome.items()):
        told, rest = sorted(reasons)[:REASONS], sorted(reasons)[REASONS:]
        yield from (Outcomes(window, outcome, reason, -times) for times, reason in told)
        if rest:
            yield Outcomes(window, outcome, OTHER, -sum(times for times, _ in rest))


def friction(tally: Tally) -> Iterator[Line]:
    """Yield tickets per 100 accounts by topic, the commonest first; the rest is one line."""
    line = tally.frame.line("ticket_topics", "count", "tickets")
    if line.unknown:
        yield line
        return
    now = tally.topics[NOW]
    ordered = sorted(now, key=lambda topic: (-now[topic], topic))
    for topic in ordered[:TOPICS]:
        yield _per_hundred(tally, line, topic, [topic])
    if rest := ordered[TOPICS:]:
        yield _per_hundred(tally, line, f"{len(rest)} other topics", rest)
    if not ordered:
        yield replace(line, value=0.0)


def _per_hundred(tally: Tally, line: Line, of: str, topics: Collection[str]) -> Line:
    """Return tickets per 100 accounts; those of the period before where tickets of then are known at all."""
    now, then = (sum(tally.topics[name][topic] for topic in topics) for name in (NOW, START))
    value, before = (_input(per_hundred(each, tally.accounts).mean) for each in (now, then))
    known = tally.knows("tickets", tally.frame.period.before.first)
    return _changed(replace(line, of=of, value=value, before=before if known else None, part=now))


def _stock(tally: Tally, line: Line, what: str, *of: str) -> Line:
    """Return what stands now, stood at the start and a year ago; nothing where it cannot be known."""
    if line.unknown:
        return line
    found = {name: sum(tally.counts[what, name][each] for each in of) for name in tally.frame.ends}
    return _at_ends(tally, line, found)


def _at_ends(tally: Tally, line: Line, found: Mapping[str, int]) -> Line:
    """Return a line with its values at the ends, where all that stood then is known."""
    days = tally.frame.ends
    known = {
        name: value
        for name, value in found.items()
        if tally.knows("terms", days[name]) and not tally.gaps[name]
    }
    line = replace(line, value=known.get(NOW), before=known.get(START), year_ago=known.get(YEAR_AGO))
    return _changed(line)


def _changed(line: Line) -> Line:
    """Return a line with its change since before: in points of a share, else in per cent."""
    if line.value is None or line.before is None:
        return line
    if line.unit == "pct":
        return replace(line, change=line.value - line.before)
    return replace(line, change=_input(change_pct(line.before, line.value)))


def _aimed(line: Line, *goals: Goal) -> Line:
    if not goals or line.value is None:
        return line
    aim = against_target(line.value, goals[0].target)
    return replace(line, target=goals[0].target.value, standing=aim.standing, to_do=aim.to_do)


def _pct(found: Share | None) -> float | None:
    return _input(found.pct) if found else None


def _input(value: Input) -> float | None:
    return float(value) if isinstance(value, int | float) else None


def _with_share(line: Line, found: Share | None, why: str) -> Line:
    """Return a line with a share as its value; without one it says why."""
    if line.unknown:
        return line
    value = _pct(found)
    if found is None or value is None:
        return replace(line, unknown=why)
    return replace(
        line,
        value=value,
        part=found.part,
        whole=found.whole,
        low_pct=_input(found.low_pct),
        high_pct=_input(found.high_pct),
    )


_NOTHING = {
    "utilisation": "nothing tells how many use it",
    "activation_rate": "no licence was issued in the 90 days before",
    "net_promoter_score": "nobody answered within a year",
    "csat": "nobody answered within a year",
}


def _told_use(line: Line, found: Results) -> Iterator[Line]:
    why = _NOTHING[line.figure]
    shares = {part: each for part, each in found.items() if isinstance(each, Share) and each.whole}
    if line.unknown:
        yield line
    elif line.figure == "net_promoter_score" and shares:
        whole = shares["promoters"].whole
        score = 100 * (shares["promoters"].part - shares["detractors"].part) / whole
        yield replace(line, unit="points", value=score, whole=whole)
    elif (spread := found.get("")) and isinstance(spread, Spread) and spread.size:
        yield replace(line, unit="points", value=_input(spread.mean), whole=spread.size)
    elif shares:
        for part, each in shares.items():
            yield _with_share(replace(line, of=part), each, why)
    else:
        yield replace(line, unknown=why)
