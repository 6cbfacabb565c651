"""The review of a month or a quarter, gathered from facts, verdicts and what was sent; nothing is written."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from itertools import islice

from babel.numbers import get_currency_precision

from config.errors import Actionable
from config.metrics import entries, load_metrics
from config.targets import TargetRule, load_targets
from health import review_lines as lines
from health import standings
from health.delta import delta
from health.done import play_outcomes
from health.figures.days import Span
from health.figures.money import Decimals, Exchange
from health.figures.reading import Target
from health.figures.share import share
from health.periods import Period
from health.records import Rate
from health.review import Alerts, Meaning, Movements, Mover, Review, SourceQuality, Withheld
from health.standings import ROWS, Standing
from health.tally import KINDS, Frame, Goal, Tally
from store import figures, quality, reviews, verdicts
from store.database import Connection
from store.done import done_within
from store.installation import business_day, is_live
from store.matches import match_rates
from store.reviews import Stood
from store.sources import freshness
from templates.explained import changes
from worker.deployment import Deployment
from worker.explanations import policy_of
from worker.letters import person_name

AT_ONCE = 500
"""Accounts that are added up at once."""
USE_DAYS = 30
"""Of use so many days before the end are read."""
_DIGITS = 2


class NotYet(Actionable):
    """No day of the period is over."""


def review(deployment: Deployment, connection: Connection, period: Period, currency: str = "") -> Review:
    """Return the review of a period, in the currency that most terms have unless another is named.

    Raises `NotYet` for a period of which no day is over.
    """
    frame = _frame(deployment, connection, period, currency)
    tally = _tallied(connection, frame)
    lived = _lived(frame)
    stood = _standings(connection, lived.until)
    opening = reviews.bands_until(connection, frame.span.first)
    convert = _converter(frame)
    done = done_within(connection, lived)
    growing, uplift = standings.growth(stood, convert)
    made = Review(
        period=period.name,
        company=deployment.settings.company_name,
        first=period.span.first,
        last=period.span.until - timedelta(days=1),
        as_of=frame.as_of,
        known_on=frame.known_on,
        so_far=frame.as_of < period.span.until,
        accounts=tally.accounts,
        currency=frame.currency,
        licences=tuple(lines.licences(tally)),
        revenue=tuple(lines.revenue(tally)),
        use=tuple(lines.use(tally)),
        renewals=tuple(lines.renewals(tally)),
        over_a_year=tuple(lines.over_a_year(tally)),
        outcomes=lines.outcomes(tally),
        bands=standings.bands([each.band for each in stood], [each.band for each in opening.values()]),
        movements=_movements(deployment, connection, stood, opening, frame),
        alerts=_alerts(connection, lived, len(done)),
        plays=play_outcomes(done),
        risks=standings.risks(stood, convert),
        growth=growing[:ROWS],
        growth_more=max(0, len(growing) - ROWS),
        uplift_minor=uplift,
        ranked=standings.ranked(stood),
        friction=tuple(lines.friction(tally)),
        sources=tuple(_sources(deployment, connection, frame.known_on)),
        withheld=tuple(_withheld(connection, lived)),
        judged=bool(stood),
    )
    return _annotated(made, tally, connection)


def _converter(frame: Frame) -> Callable[[int, str], int | None]:
    """Return what an amount in a currency comes to in that of the review, on its last day."""
    exchange = Exchange(frame.rates, frame.decimals)
    return lambda minor, code: exchange.minor(minor, code, frame.currency, frame.as_of)


def _annotated(made: Review, tally: Tally, connection: Connection) -> Review:
    """Return a review with what it leaves out, and what its figures mean."""
    left_out = tuple(sorted(tally.unrated))
    notes = (*_gaps(tally), *_notes(made, connection, left_out))
    return replace(made, unrated=left_out, notes=notes, meanings=meanings(_told(made)))


def _frame(deployment: Deployment, connection: Connection, period: Period, currency: str) -> Frame:
    today = business_day(connection)
    if period.span.first >= today:
        raise NotYet(f"{period.name} begins on {period.span.first}: no day of it is over yet")
    rates = reviews.rates(connection)
    reported = currency or reviews.commonest_currency(connection)
    decimals = digits(rates, reported)
    targets = load_targets(deployment.settings.targets)
    return Frame(
        period=period,
        as_of=min(today, period.span.until),
        known_on=today,
        rules=deployment.policy.renewals,
        currency=reported,
        stated=frozenset(kind for each in freshness(connection).values() for kind in each.kinds),
        titles={name: entry.title for name, entry in entries(load_metrics()).items()},
        rates=rates,
        decimals=decimals,
        goals=tuple(_goal(each, decimals) for each in targets),
    )


def digits(rates: Iterable[Rate], *codes: str) -> Decimals:
    """Return how many digits the minor units of all currencies that have a rate have, and of some more."""
    known = {*codes, *(code for each in rates for code in (each.base, each.quote))} - {""}
    return {code: get_currency_precision(code) for code in known}


def _lived(frame: Frame) -> Span:
    """Return the days of the period on which anything was judged or sent, today included."""
    return Span(frame.span.first, min(frame.known_on + timedelta(days=1), frame.period.span.until))


def _goal(rule: TargetRule, decimals: Decimals) -> Goal:
    """Return a target as figures are: money in minor units."""
    times = 10 ** decimals.get(rule.currency, _DIGITS) if rule.currency else 1
    target = Target(rule.value * times, rule.tolerance_pct)
    return Goal(rule.figure, target, rule.by, rule.segment, rule.currency)


def _tallied(connection: Connection, frame: Frame) -> Tally:
    tally = Tally(frame)
    days = Span(frame.as_of - timedelta(days=USE_DAYS), frame.as_of)
    known = figures.known(connection, KINDS, days)
    while some := list(islice(known, AT_ONCE)):
        tally.add(some)
    return tally


def _standings(connection: Connection, day: date) -> list[Standing]:
    found = (standings.standing(each.key, each.assessment) for each in verdicts.until(connection, day))
    return [each._replace(ranked=replace(each.ranked, csm=person_name(each.ranked.csm))) for each in found]


def _movements(
    deployment: Deployment,
    connection: Connection,
    stood: Sequence[Standing],
    opening: Mapping[int, Stood],
    frame: Frame,
) -> Movements:
    if not opening:
        return Movements(unknown=f"no account had a verdict before {frame.span.first}")
    moved = standings.moved(stood, {account: each.band for account, each in opening.items()})
    told = [*moved.entered[:ROWS], *moved.left[:ROWS]]
    why = _why(deployment, connection, [each.account for each in told], frame)
    rows = [_mover(each, opening.get(each.account), why.get(each.account, "")) for each in told]
    entered = len(moved.entered[:ROWS])
    return Movements(
        entered=tuple(rows[:entered]),
        left=tuple(rows[entered:]),
        entered_more=max(0, len(moved.entered) - ROWS),
        left_more=max(0, len(moved.left) - ROWS),
    )


def _why(
    deployment: Deployment, connection: Connection, ids: Sequence[int], frame: Frame
) -> Mapping[int, str]:
    """Return by account the largest of what changed between the two ends of the period."""
    before = {each.assessment.account: each for each in verdicts.until(connection, frame.span.first, ids)}
    found = {}
    for now in verdicts.until(connection, _lived(frame).until, ids):
        then = before.get(now.assessment.account)
        policy = policy_of(deployment, connection, now.policy_hash)
        if then is None or policy is None:
            continue
        same = (then.policy_hash, then.engine_version) == (now.policy_hash, now.engine_version)
        told = changes(delta(now.assessment, then.assessment, policy, same_rules=same), 1)
        found[now.assessment.account] = told[0] if told else ""
    return found


def _mover(now: Standing, before: Stood | None, why: str) -> Mover:
    return Mover(
        key=now.key,
        name=now.ranked.name,
        band=now.band,
        before=before.band if before else "",
        health=now.points / 100,
        health_before=before.points / 100 if before else None,
        reason=why or now.ranked.reason,
        csm=now.ranked.csm,
    )


def _alerts(connection: Connection, span: Span, done: int) -> Alerts:
    sent = reviews.alerted(connection, span)
    return Alerts(
        sent=sent.alerts,
        accounts=sent.accounts,
        recovered=reviews.recovered(connection, span),
        still_open=reviews.still_open(connection),
        done=done,
    )


def _sources(deployment: Deployment, connection: Connection, today: date) -> Iterator[SourceQuality]:
    rates, floors = match_rates(connection), deployment.policy.match_rate_min
    odd: Counter[str] = Counter()
    for each in quality.oddities(connection, today):
        odd[each.source] += each.rows
    for name, fresh in sorted(freshness(connection).items()):
        linked, listed = rates.get(name, (0, 0))
        pct = share(linked, listed).pct
        yield SourceQuality(
            source=name,
            complete_through=fresh.complete_through,
            linked=linked,
            accounts=listed,
            match_pct=pct if isinstance(pct, float) else None,
            floor_pct=100 * floors[name] if name in floors else None,
            odd_facts=odd[name],
        )


_STANDS = {
    "planned": "waits for its run to be released",
    "due": "waits to be sent",
    "claimed": "is being sent",
    "sending": "is being sent",
    "unknown": "may have been sent",
}
"""What keeps a notice that has no reason of its own."""


def _withheld(connection: Connection, span: Span) -> Iterator[Withheld]:
    """Yield what was not sent, the commonest first: notices by where they stand, signals by their gate."""
    found = [
        Withheld(each.template, each.reason or _STANDS.get(each.status, each.status), times)
        for each, times in reviews.unsent(connection, span).items()
    ]
    found += [
        Withheld(f"signal {kind}", f"the gate {gate}", times)
        for (kind, gate), times in reviews.gated(connection, span).items()
    ]
    yield from sorted(found, key=lambda each: (-each.times, each.what, each.why))


def _notes(made: Review, connection: Connection, unrated: Sequence[str]) -> Iterator[str]:
    """Yield what to know before reading on."""
    if made.so_far:
        yield f"The period goes on: figures are of the start of {made.as_of}."
    elif made.as_of < made.known_on:
        yield (
            f"Told by the facts as known on {made.known_on}. Who was last seen when, and what a status was, "
            "is known of today alone: of days gone by dates and daily snapshots tell."
        )
    if not made.judged:
        yield "No account had a verdict by then: bands, priority and what follows of them are not known."
    if unrated:
        yield f"No rate is stated for {', '.join(unrated)}: amounts in it are in no total."
    if not is_live(connection):
        yield "This is a dry-run: nothing has been sent."


def _gaps(tally: Tally) -> Iterator[str]:
    """Yield what nobody tells of the terms that stood at the ends, for a trend from less than all is none."""
    for name, day in tally.frame.ends.items():
        if times := tally.gaps[name]:
            of = f"{times} subscription{'' if times == 1 else 's'}"
            yield f"Of {of} no source tells the terms of {day}: what stood then is not known as a whole."


def _told(made: Review) -> Iterator[str]:
    """Yield the names of the figures that a review tells."""
    sections = (made.licences, made.revenue, made.use, made.renewals, made.over_a_year, made.friction)
    yield from (line.figure for section in sections for line in section)
    if made.outcomes:
        yield "outcomes_by_window"


def meanings(names: Iterable[str]) -> tuple[Meaning, ...]:
    """Return what figures mean, each once."""
    known = entries(load_metrics())
    return tuple(
        Meaning(name, known[name].title, known[name].definition, known[name].formula, known[name].owner)
        for name in dict.fromkeys(names)
    )
