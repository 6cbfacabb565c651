"""Adoption: which features are used, by how many, and who carries the use."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, timedelta
from math import ceil
from typing import NamedTuple

from health.figures.active import Act, Person
from health.figures.days import Span, last_days
from health.figures.share import Mean, Share, mean, share


class ChampionRules(NamedTuple):
    """Who is a champion: in the account's top decile over ``days``, and active on ``active_days`` of them.

    One is lost after ``silent_days`` without an act, if there were acts in ``weeks`` weeks or more before.
    """

    days: int = 90
    active_days: int = 20
    decile: float = 0.1
    silent_days: int = 14
    weeks: int = 8


CHAMPIONS = ChampionRules()


def feature_adoption(acts: Iterable[Act], feature: str, as_of: date, days: int = 30) -> Share:
    """Return the users of a feature ÷ all active users of the days before ``as_of``."""
    active: set[Person] = set()
    using: set[Person] = set()
    for act in _within(acts, last_days(as_of, days)):
        active.add(_who(act))
        if act.feature == feature:
            using.add(_who(act))
    return share(len(using), len(active))


def breadth(acts: Iterable[Act], core: Collection[str], as_of: date, days: int = 30) -> Mapping[str, Share]:
    """Return core features used ÷ core features, by account with any use in the days before ``as_of``."""
    used: dict[str, set[str]] = defaultdict(set)
    for act in _within(acts, last_days(as_of, days)):
        used[act.account_id].add(act.feature)
    return {account: share(len(used[account] & set(core)), len(core)) for account in sorted(used)}


def depth(acts: Iterable[Act], core: Collection[str], as_of: date, days: int = 30) -> Mean:
    """Return core acts per active user of the days before ``as_of``."""
    done = 0.0
    active: set[Person] = set()
    for act in _within(acts, last_days(as_of, days)):
        active.add(_who(act))
        done += act.times if act.feature in core else 0.0
    return mean(done, len(active))


def champions(acts: Iterable[Act], as_of: date, rules: ChampionRules = CHAMPIONS) -> frozenset[Person]:
    """Return the champions of each account: one place for every ten users or part of ten.

    Ranked by days with an act, then by how much was done.
    """
    days: dict[Person, set[date]] = defaultdict(set)
    done: dict[Person, float] = defaultdict(float)
    for act in _within(acts, last_days(as_of, rules.days)):
        days[_who(act)].add(act.day)
        done[_who(act)] += act.times
    by_account: dict[str, list[Person]] = defaultdict(list)
    for who in sorted(days, key=lambda who: (-len(days[who]), -done[who], who)):
        by_account[who[0]].append(who)
    return frozenset(
        who
        for people in by_account.values()
        for who in people[: ceil(len(people) * rules.decile)]
        if len(days[who]) >= rules.active_days
    )


def lost_champions(acts: Sequence[Act], as_of: date, rules: ChampionRules = CHAMPIONS) -> frozenset[Person]:
    """Return who was a champion when the silent days began, over enough weeks, and did nothing since."""
    silent = last_days(as_of, rules.silent_days)
    heard = {_who(act) for act in _within(acts, silent)}
    before = champions(acts, silent.first, rules)
    weeks = _weeks(acts, silent.first, before)
    return frozenset(who for who in before - heard if weeks[who] >= rules.weeks)


def _weeks(acts: Iterable[Act], until: date, people: Collection[Person]) -> Mapping[Person, int]:
    """Return in how many weeks before ``until`` each of these people did anything."""
    weeks: dict[Person, set[int]] = defaultdict(set)
    for act in acts:
        if act.day < until and act.times > 0 and _who(act) in people:
            weeks[_who(act)].add((until - act.day - timedelta(days=1)).days // 7)
    return {who: len(weeks[who]) for who in people}


def _within(acts: Iterable[Act], span: Span) -> Iterable[Act]:
    return (act for act in acts if act.times > 0 and span.has(act.day))


def _who(act: Act) -> Person:
    return act.account_id, act.user_id
