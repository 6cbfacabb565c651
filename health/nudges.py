"""Nudges: what would help an account next, from what is known of it. What is not known keeps one back.

Each is a pure rule. `docs/integrations/mail.md`, "Which letters leave", tells them.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import date, timedelta
from hashlib import blake2b
from typing import NamedTuple

from health.features import Features
from health.nouns import Assessment
from health.nudge_rules import (
    ACTIVATION,
    CHAMPIONS,
    EXPIRED,
    INVITE,
    SPOTLIGHT,
    TRAINING,
    UNUSED,
    UPGRADE,
    WELCOME,
    ActivationRule,
    ExpiredRule,
    Feature,
    InviteRule,
    NudgeRules,
    SpotlightRule,
    Step,
    TrainingRule,
    UnusedRule,
)
from health.purchases import Purchase, new
from health.renewals import term_key

DONE, FAILED = "done", "failed"
_STEPS, _ACTIVE_DAYS, _COUNT_DAYS = "activation_steps", 14, 30
_REFUSED, _TRIED = "rate_limit_hits", "locked_feature_attempts"
_EXPANSION, _CAPACITY = "expansion", "capacity"
_OF_USE = frozenset({"active_users", "idle_days"})


# -- what is known of an account ---------------------------------------------------------------------


class Licence(NamedTuple):
    """A licence: its product, the day from which it no longer holds, and whether it ended in another way."""

    product: str
    expires_on: date | None
    ended: bool = False


class Known(NamedTuple):
    """An account as nudges see it.

    ``stated`` are the kinds of fact that its sources state, ``fleet_features`` the features that accounts of
    the fleet use. ``steps`` are those of activation that were
    tried, each ``done`` once it was, else ``failed``. ``begun`` is since when letters are sent; ``welcomed``
    says that they were welcomed.
    """

    features: Features
    assessment: Assessment
    stated: frozenset[str] = frozenset()
    steps: Mapping[str, str] = {}
    licences: Sequence[Licence] = ()
    fleet_features: Collection[str] = ()
    purchases: Sequence[Purchase] = ()
    begun: Mapping[str, date] = {}
    welcomed: bool = False

    @property
    def days(self) -> int | None:
        """How long ago the first of its terms began."""
        began = min((term.term_start for term in self.features.terms), default=None)
        return None if began is None else (self.assessment.as_of - began).days

    def figure(self, name: str) -> int | None:
        """Return a figure of the assessment; `None` where it is not known, or tells of use that is behind."""
        value = self.assessment.facts.get(name)
        behind = name in _OF_USE and self.assessment.facts.get("stale")
        return value if isinstance(value, int) and not isinstance(value, bool) and not behind else None


class Due(NamedTuple):
    """A letter that would help, and its matter: an account is told once of it."""

    letter: str
    matter: str


class Owed(NamedTuple):
    """A letter that was owed before. ``left`` unless it was kept from leaving."""

    letter: str
    matter: str
    on: date
    left: bool


# -- when one is owed --------------------------------------------------------------------------------


def due(known: Known, rules: NudgeRules) -> Iterator[Due]:
    """Yield the letters that would help an account, the one that can least wait first."""
    sent = rules.sent
    for letter in filter(sent.__contains__, _MATTERS):
        yield from (Due(letter, matter) for matter in _MATTERS[letter](known, rules))


def may_nudge(found: Due, before: Sequence[Owed], as_of: date, rules: NudgeRules) -> bool:
    """Say whether an account may be told what is due, by what it was owed before, whoever was written to.

    What was kept from leaving is tried again after the rest.
    """
    if any(each.on > as_of - timedelta(days=_rest_days(found.letter, each.letter, rules)) for each in before):
        return False
    told = [each for each in before if each.left and each.letter == found.letter]
    if any(each.matter == found.matter for each in told):
        return False
    again = as_of - timedelta(days=rules.every_days.get(found.letter, rules.again_days))
    return found.letter in {ACTIVATION, WELCOME} or all(each.on <= again for each in told)


def _rest_days(letter: str, before: str, rules: NudgeRules) -> int:
    """Return how many days a letter waits after another; a welcome waits for its like, the steps for it."""
    if letter == WELCOME != before:
        return 0
    if letter == before and letter in rules.every_days:
        return rules.every_days[letter]
    handed_over = letter == ACTIVATION and before == WELCOME and rules.finish_activation
    return max(1, handed_over.after_days) if handed_over else rules.rest_days


def has_begun(account: str, letter: str, since: date | None, as_of: date, days: int) -> bool:
    """Say whether a letter that is sent since a day is sent to an account yet: all are reached over days."""
    if since is None:
        return False
    place = int.from_bytes(blake2b(f"{letter}/{account}".encode(), digest_size=8).digest()) % days
    return as_of >= since + timedelta(days=place)


# -- each of them ------------------------------------------------------------------------------------


class Progress(NamedTuple):
    """Steps of activation: those done and those left, both in their order."""

    done: tuple[Step, ...]
    left: tuple[Step, ...]


def progress(known: Known, rule: ActivationRule) -> Progress | None:
    """Return how far activation has come; `None` where nobody states steps."""
    if _STEPS not in known.stated:
        return None
    done = tuple(step for step in rule.steps if known.steps.get(step.step) == DONE)
    return Progress(done, tuple(step for step in rule.steps if step not in done))


def unused(known: Known, rule: UnusedRule) -> tuple[int, int] | None:
    """Return the people who use a seat, and the seats that are to be used by now, if too few are."""
    used, seats = known.figure("active_users"), _seats(known)
    if used is None or seats is None or seats - used < rule.seats_min:
        return None
    return (used, seats) if 100 * used < rule.below_pct * seats else None


def ungiven(known: Known, rule: InviteRule) -> tuple[int, int] | None:
    """Return the seats that were given out, and those that are to be by now, if too few were."""
    given, seats = known.figure("assigned_seats"), _seats(known)
    if given is None or seats is None or seats - given < rule.seats_min:
        return None
    return (given, seats) if 100 * given < rule.given_out_pct * seats else None


def untrained(known: Known, rule: TrainingRule) -> tuple[int, int] | None:
    """Return the people who use a seat and those who have one, if too few of them do."""
    used, given = known.figure("active_users"), known.figure("assigned_seats")
    if used is None or given is None or given < rule.people_min:
        return None
    return (used, given) if 100 * used < rule.adopted_pct * given else None


def outgrown(known: Known) -> tuple[int, int]:
    """Return how often within 30 days a request was refused, and a feature tried that the plan lacks.

    Each counts only where it is among what speaks for an expansion that nothing forbids. Where the seats are
    among it, the letter about that limit is the one to write.
    """
    room = {each.kind for each in known.assessment.signals if each.group == _EXPANSION and not each.gate}
    if _CAPACITY in room:
        return 0, 0
    refused = _count(known, _REFUSED) if "throughput" in room else 0
    return refused, _count(known, _TRIED) if "interest" in room else 0


def untried(known: Known, rule: SpotlightRule) -> tuple[Feature, ...]:
    """Return the features that an account in good use does not use, in their order.

    None where nobody states which features the account uses, and none that no account of the fleet uses: of
    that one nothing is known.
    """
    series, idle = known.features.series, known.figure("idle_days")
    if series is None or not series.features or idle is None or idle > _ACTIVE_DAYS:
        return ()
    days = dict(zip(series.features, series.feature_days, strict=True))
    return tuple(
        each for each in rule.features if each.metric in known.fleet_features and not days.get(each.metric)
    )


def expired(known: Known, rule: ExpiredRule) -> Mapping[date, tuple[str, ...]]:
    """Return the products of the licences that expired of late, by the day from which they no longer hold."""
    as_of = known.assessment.as_of
    going = [each for each in known.licences if not each.ended]
    valid = {each.product for each in going if each.expires_on is None or each.expires_on > as_of}
    found: dict[date, list[str]] = {}
    for each in going:
        on = each.expires_on
        if on is None or each.product in valid:
            continue
        if timedelta(0) <= as_of - on < timedelta(days=rule.within_days):
            found.setdefault(on, []).append(each.product)
    return {on: tuple(sorted(found[on])) for on in sorted(found)}


def _seats(known: Known) -> int | None:
    """Return the seats that are to be in use by now: without those bought ahead."""
    seats, ahead = known.figure("seats"), known.figure("growth_seats")
    return seats if seats is None or ahead is None else seats - ahead


def _count(known: Known, metric: str) -> int:
    series = known.features.series
    daily = series.values.get(metric) if series else None
    if series is None or daily is None:
        return 0
    first = max(0, (known.assessment.as_of - series.start).days - _COUNT_DAYS)
    return round(sum(daily[first:]))


def _between(known: Known, after_days: int, until_days: int | None = None) -> bool:
    days = known.days
    return days is not None and after_days <= days and (until_days is None or days <= until_days)


def welcomed(known: Known, rules: NudgeRules) -> Iterator[Purchase]:
    """Yield what an account bought of late and is welcomed for, the first first."""
    since = known.begun.get(WELCOME)
    if rules.welcome and since:
        yield from new(known.purchases, since, known.assessment.as_of, rules.welcome.within_days)


def _welcome(known: Known, rules: NudgeRules) -> Iterator[str]:
    yield from (each.subscription for each in welcomed(known, rules))


def _activation(known: Known, rules: NudgeRules) -> Iterator[str]:
    rule = rules.finish_activation
    if rule and _between(known, rule.after_days, rule.until_days):
        found = progress(known, rule)
        if found and found.left:
            names = "+".join(step.step for step in found.left)
            yield blake2b(names.encode(), digest_size=6).hexdigest()


def _invite(known: Known, rules: NudgeRules) -> Iterator[str]:
    rule = rules.invite_team
    if rule and _between(known, rule.after_days, rule.until_days) and ungiven(known, rule):
        yield "start"


def _unused(known: Known, rules: NudgeRules) -> Iterator[str]:
    rule = rules.unused_seats
    if rule and _between(known, rule.after_days) and unused(known, rule):
        yield from _term(known)


def _training(known: Known, rules: NudgeRules) -> Iterator[str]:
    rule = rules.training_invitation
    if rule and _between(known, rule.after_days) and untrained(known, rule):
        yield from _term(known)


def _upgrade(known: Known, rules: NudgeRules) -> Iterator[str]:
    rule = rules.upgrade_fits
    if rule and _plan(known) in rule.from_plans and any(outgrown(known)):
        yield from _term(known)


def _spotlight(known: Known, rules: NudgeRules) -> Iterator[str]:
    rule = rules.feature_spotlight
    if rule:
        yield from (each.metric for each in untried(known, rule))


def _champions(known: Known, rules: NudgeRules) -> Iterator[str]:
    rule, since = rules.champion_material, known.assessment.as_of - timedelta(days=_ACTIVE_DAYS)
    here = any(each.last_seen_on >= since for each in known.features.champions)
    if rule and here and known.assessment.band == "healthy" and _between(known, rule.after_days):
        yield from _term(known)


def _expired(known: Known, rules: NudgeRules) -> Iterator[str]:
    if rules.licence_expired:
        yield from map(str, expired(known, rules.licence_expired))


def _term(known: Known) -> Iterator[str]:
    """Yield the term that an account is in, if it is in one: that of its anchor, else the latest begun."""
    begun = [each for each in known.features.terms if each.term_start <= known.assessment.as_of]
    if known.assessment.term:
        yield known.assessment.term
    elif begun:
        yield term_key(max(begun, key=lambda each: each.term_start))


def _plan(known: Known) -> str:
    """Return the plan of that term."""
    terms = set(_term(known))
    return next((each.plan for each in known.features.terms if term_key(each) in terms), "")


_MATTERS: Mapping[str, Callable[[Known, NudgeRules], Iterator[str]]] = {
    EXPIRED: _expired,
    WELCOME: _welcome,
    ACTIVATION: _activation,
    INVITE: _invite,
    UNUSED: _unused,
    TRAINING: _training,
    UPGRADE: _upgrade,
    SPOTLIGHT: _spotlight,
    CHAMPIONS: _champions,
}
"""What each letter is about today, in the order in which they are owed."""
