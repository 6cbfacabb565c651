"""Use: what an account's track says, up to the last complete day."""

from datetime import date
from typing import NamedTuple

from health.cuts import weighed
from health.features import Features, Pulse
from health.nouns import NOT_APPLICABLE, Input
from health.policy import Active, Policy, Windows
from health.rules import UseMeasures
from health.track import Track

_WEEK = 7
_MONTH_STEPS = 3  # a series of 92 days holds three falls from month to month

UNKNOWN = UseMeasures(*[None] * len(UseMeasures._fields))
"""What is known where no source states use."""


class Trend(NamedTuple):
    """Use of the recent days, and what the own baseline expects for them."""

    recent: float
    expected: float


class Core(NamedTuple):
    """Core features used lately, as a share of all (per cent), and weeks of the last four with any."""

    breadth_pct: Input
    weeks: Input


_NO_CORE = Core(NOT_APPLICABLE, NOT_APPLICABLE)


def use_measures(  # noqa: PLR0917 - one caller, which has them all at hand
    features: Features, track: Track, as_of: date, started: date | None, policy: Policy, pulse: Pulse
) -> UseMeasures:
    """Return the use measures of an account whose use is known. ``started``: its first term or use."""
    metric = track.first_of(policy.use_metrics)
    windows, last_used_on, end = policy.windows, features.last_used_on, track.end
    found = trend(track, metric, windows)
    recent, expected = found or (NOT_APPLICABLE, NOT_APPLICABLE)
    change = 100.0 * found.recent / found.expected - 100.0 if found else NOT_APPLICABLE
    fleet = pulse.fleet_trend
    return UseMeasures(
        idle_days(last_used_on, started, end),
        1.0 if last_used_on is None else 0.0,
        recent,
        expected,
        change,
        beyond_fleet(change, fleet),
        week_ratio_pct(track, metric),
        months_down(track, policy.active[0], windows),
        *core_use(track, policy),
        count(track, "rate_limit_hits", windows.count_days),
        count(track, "locked_feature_attempts", windows.count_days),
        float((as_of - end).days - 1),
        None if fleet is None else 100.0 * fleet,
    )


def idle_days(last_used_on: date | None, started: date | None, end: date) -> Input:
    """Return days without use up to ``end``; 0 if that day had use, from the start if there was none."""
    since = last_used_on or started
    return None if since is None else float(max(0, (end - since).days))


def trend(track: Track, metric: str | None, windows: Windows) -> Trend | None:
    """Return recent and expected use; `None` without a baseline of the least weeks, or without any use.

    The baseline is the same weekdays of the weeks before; holidays are left out on both sides.
    """
    history = (track.end - track.since).days + 1 - windows.recent_days
    weeks = min(windows.baseline_weeks, history // _WEEK)
    if metric is None or weeks < windows.baseline_weeks_min:
        return None
    split = _WEEK * weeks
    days = track.tail(metric, split + windows.recent_days)
    expected = weighed(days[:split], track.cuts.baselines[weeks])
    return Trend(weighed(days[split:], track.cuts.recent), expected) if expected > 0 else None


def beyond_fleet(change_pct: Input, fleet_trend: float | None) -> Input:
    """Return what is left of a change when a fall of the whole fleet is divided out."""
    if not isinstance(change_pct, float) or fleet_trend is None or not 0 < fleet_trend < 1:
        return change_pct
    return (100.0 + change_pct) / fleet_trend - 100.0


def week_ratio_pct(track: Track, metric: str | None) -> Input:
    """Return the last 7 days ÷ the 7 before times 100; not applicable after a week of nothing."""
    if metric is None:
        return NOT_APPLICABLE
    days = track.tail(metric, 2 * _WEEK)
    before = sum(days[:_WEEK])
    return 100.0 * sum(days[_WEEK:]) / before if before else NOT_APPLICABLE


def months_down(track: Track, active: Active, windows: Windows) -> Input:
    """Return how many times in a row active users fell from month to month, 0 to 3.

    Each month is told by the largest snapshot of its last week, since sources may skip quiet days. Only
    a definition that takes snapshots has months.
    """
    if active.take != "last" or active.metric not in track.values:
        return NOT_APPLICABLE
    now = max(track.tail(active.metric, _WEEK))
    falls = 0.0
    for month in range(1, _MONTH_STEPS + 1):
        before = max(track.tail(active.metric, _WEEK, month * windows.month_days))
        if now > before * (1 - windows.month_fall) or not before:
            break
        now = before
        falls += 1
    return falls


def core_use(track: Track, policy: Policy) -> Core:
    """Return breadth and steadiness of core features; not applicable where the policy names none."""
    if not policy.core_features:
        return _NO_CORE
    used = 0
    weeks = [False] * 4
    for feature in policy.core_features:
        if feature in track.values and any(track.tail(feature, 30)):
            used += 1
            days = track.tail(feature, 28)
            weeks = [had or any(days[7 * i : 7 * i + 7]) for i, had in enumerate(weeks)]
    return Core(100.0 * used / len(policy.core_features), float(sum(weeks)))


def count(track: Track, metric: str, days: int) -> Input:
    """Return the sum of the last ``days`` days, or unknown where no source states the metric."""
    return float(sum(track.tail(metric, days))) if metric in track.values else None
