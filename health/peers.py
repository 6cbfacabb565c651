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
    weeks, breadth = (
        _core(track, policy.core_features)
        if policy.core_features
        else (NOT_APPLICABLE, _beside(float(features_used(track)), pulse.fleet_breadth, track))
    )
    return Adoption(breadth, weeks, _depth_pct(actions_per_user(track, policy), pulse.fleet_depth))


def features_used(track: Track) -> int:
    """Return how many features were used within 30 days."""
    return track.features_used(_window(track))


def _window(track: Track) -> int:
    """Return the days in which features are looked for: 30, and one more for each of rest."""
    since = track.end - timedelta(_FEATURE_WINDOW)
    return _FEATURE_WINDOW + sum([since < day <= track.end for day in track.rests])


def of_breadth(policy: Policy) -> str:
    """Say what breadth is a share of under a policy."""
    return CORE if policy.core_features else IN_USE


def actions_per_user(track: Track, policy: Policy) -> float | None:
    """Return actions ÷ active users over four weeks, each user counted on each of their days.

    Actions are the uses of core features, else all events. `None` without a user, or without either metric.
    """
    counted = policy.core_features or (ACTIONS,)
    if USERS not in track.values or not any(metric in track.values for metric in counted):
        return None
    users = sum(track.tail(USERS, _DEPTH_DAYS))
    if users <= 0:
        return None
    return sum([sum(track.tail(each, _DEPTH_DAYS)) for each in counted if each in track.values]) / users


def _depth_pct(actions: float | None, fleet: float | None) -> Input:
    return 100.0 * actions / fleet if actions is not None and fleet else NOT_APPLICABLE


def _beside(features: float, broadest: float | None, track: Track) -> Input:
    return 100.0 * features / broadest if track.feature_days and broadest else NOT_APPLICABLE


def _core(track: Track, features: tuple[str, ...]) -> tuple[float, float]:
    used, window = 0, _window(track)
    weeks = [False] * _WEEKS
    for feature in features:
        if feature in track.values and any(track.tail(feature, window)):
            used += 1
            days = track.tail(feature, _WEEK * _WEEKS)
            weeks = [had or any(days[_WEEK * i : _WEEK * (i + 1)]) for i, had in enumerate(weeks)]
    return float(sum(weeks)), 100.0 * used / len(features)
