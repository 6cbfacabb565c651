"""Peers: how broadly and how deeply an account uses the product, beside the others on the same day."""

from datetime import timedelta
from typing import NamedTuple

from health.features import Pulse
from health.nouns import NOT_APPLICABLE, Input
from health.policy import Policy
from health.track import Track

USERS, ACTIONS = "active_users", "events"
"""The daily metrics that depth is told by where the policy names no core features."""
CORE, IN_USE = "core features", "the features in use at the broadest tenth of accounts"
"""What breadth is a share of."""

_FEATURE_WINDOW = 30
_DEPTH_DAYS = 28
_WEEK = 7
_WEEKS = 4


class Adoption(NamedTuple):
    """How much of the product is used, and how deeply (per cent each), and weeks of four with core use."""

    breadth_pct: Input
    core_weeks: Input
    depth_pct: Input


def adoption(track: Track, policy: Policy, pulse: Pulse) -> Adoption:
    """Return breadth, steadiness of core use, and depth.

    Where the policy names no core features, breadth is beside what the broadest accounts use.
    """
    weeks: Input = NOT_APPLICABLE
    breadth: Input = NOT_APPLICABLE
    if policy.core_features:
        weeks, breadth = _core(track, policy.core_features)
    elif track.feature_days and pulse.fleet_breadth:
        breadth = 100.0 * features_used(track) / pulse.fleet_breadth
    fleet = pulse.fleet_depth
    actions = actions_per_user(track, policy) if fleet else None
    return Adoption(
        breadth, weeks, 100.0 * actions / fleet if fleet and actions is not None else NOT_APPLICABLE
    )


def features_used(track: Track) -> int:
    """Return how many features were used within 30 days."""
    return track.features_used(_window(track))


def _window(track: Track) -> int:
    """Return the days in which features are looked for: 30, and one more for each of rest."""
    if not track.rests:
        return _FEATURE_WINDOW
    since = track.end - timedelta(_FEATURE_WINDOW)
    return _FEATURE_WINDOW + sum([since < day <= track.end for day in track.rests])


def of_breadth(breadth: Input, policy: Policy) -> str | None:
    """Say what breadth is a share of, where it has a value."""
    if not isinstance(breadth, float):
        return None
    return CORE if policy.core_features else IN_USE


def actions_per_user(track: Track, policy: Policy) -> float | None:
    """Return actions ÷ active users over four weeks, each user counted on each of their days.

    Actions are the uses of core features, else all events. `None` without a user, or without either metric.
    """
    counted = [each for each in policy.core_features or (ACTIONS,) if each in track.values]
    if not counted or USERS not in track.values:
        return None
    users = sum(track.tail(USERS, _DEPTH_DAYS))
    return sum([sum(track.tail(each, _DEPTH_DAYS)) for each in counted]) / users if users > 0 else None


def _core(track: Track, features: tuple[str, ...]) -> tuple[float, float]:
    used, window = 0, _window(track)
    weeks = [False] * _WEEKS
    for feature in features:
        if feature in track.values and any(track.tail(feature, window)):
            used += 1
            days = track.tail(feature, _WEEK * _WEEKS)
            weeks = [had or any(days[_WEEK * i : _WEEK * (i + 1)]) for i, had in enumerate(weeks)]
    return float(sum(weeks)), 100.0 * used / len(features)
