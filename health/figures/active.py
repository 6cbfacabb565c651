"""Active: named, versioned definitions of an active user, and two of them side by side.

They are told from what each user did, which only files with a ``user_id`` state.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from health.figures.days import last_days
from health.figures.share import Share, share

Person = tuple[str, str]
"""An account's id and a user's id: the same id in two accounts is two people."""


class Act(NamedTuple):
    """How often a user did something on a day: a row of the usage file that names its user.

    ``feature`` is the metric's name, such as ``sign_ins`` or ``core:send_invoice``.
    """

    account_id: str
    user_id: str
    day: date
    feature: str
    times: float = 1.0
    role: str = ""
    department: str = ""


class Definition(NamedTuple):
    """Who is active: whoever did any of ``features`` at least ``times`` within ``days``.

    Without features anything done counts. ``roles`` asks other roles for something else, by role.
    """

    name: str
    version: int
    days: int = 30
    features: tuple[str, ...] = ()
    times: float = 1.0
    roles: Mapping[str, "Definition"] = {}


class SideBySide(NamedTuple):
    """The same people by two definitions, as shares of the same users, and who is active by only one."""

    first: str
    second: str
    by_first: Share
    by_second: Share
    only_first: int
    only_second: int


def active_users(acts: Iterable[Act], definition: Definition, as_of: date) -> frozenset[Person]:
    """Return the people who are active over the days before ``as_of``, each once however many days."""
    done: dict[Person, float] = defaultdict(float)
    asked: dict[Person, Definition] = {}
    for act in acts:
        rule = definition.roles.get(act.role, definition)
        if _counts(act, rule, as_of):
            who = act.account_id, act.user_id
            done[who] += act.times
            asked[who] = rule
    return frozenset(who for who, times in done.items() if times >= asked[who].times)


def _counts(act: Act, rule: Definition, as_of: date) -> bool:
    wanted = not rule.features or act.feature in rule.features
    return wanted and act.times > 0 and last_days(as_of, rule.days).has(act.day)


def side_by_side(
    acts: Sequence[Act], users: Collection[Person], first: Definition, second: Definition, as_of: date
) -> SideBySide:
    """Return how many of ``users`` are active by each definition, and by only one of them."""
    one, other = (active_users(acts, each, as_of) & set(users) for each in (first, second))
    return SideBySide(
        _named(first),
        _named(second),
        share(len(one), len(users)),
        share(len(other), len(users)),
        len(one - other),
        len(other - one),
    )


def _named(definition: Definition) -> str:
    return f"{definition.name} v{definition.version}"
