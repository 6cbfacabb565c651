"""Use: what an account's track says, up to the last complete day."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import NamedTuple

from health.commitment import NONE as UNCOMMITTED
from health.cuts import weighed
from health.features import SERIES_DAYS, ChampionFact, Features, LastSeen, Pulse
from health.nouns import NOT_APPLICABLE, Input
from health.peers import adoption
from health.policy import Active, Policy, Windows
from health.rules import UseMeasures
from health.track import Track

CONSUMPTION, VALIDATIONS = "consumption", "validations"
MISMATCHES = ("validation:domain_mismatch", "validation:fingerprint_mismatch")
"""Daily counts of validations that a licence was refused for being elsewhere."""

_WEEK = 7
_BLOCK = 28  # days: each weekday as often
_SILENT_DAYS = 14
_TRUSTED_DAYS = 56
_MONTH_STEPS = 3  # a series of 92 days holds three falls from month to month

UNKNOWN = UseMeasures(*[None] * len(UseMeasures._fields))
"""What is known where no source states use."""


class Trend(NamedTuple):
    """Use of the recent days, and what the own baseline expects for them."""

    recent: float
    expected: float


class Validated(NamedTuple):
    """Daily active validations: licences found good per day, over four weeks and the four before."""

    dav: Input
    before: Input
    trend_pct: Input
    falls: Input
    idle_days: Input


class Users(NamedTuple):
    """Who left, who is still seen, and what is left of the trend without the one who left."""

    departed: Input
    seen: Input
    trend_beyond_pct: Input


_NOT_VALIDATED = Validated(*[None] * len(Validated._fields))
_NO_USERS = Users(*[None] * len(Users._fields))


def use_measures(  # noqa: PLR0917 - one caller, which has them all at hand
    features: Features, track: Track, as_of: date, started: date | None, policy: Policy, pulse: Pulse
) -> UseMeasures:
    """Return the use measures of an account whose use is known. ``started``: its first term or use."""
    metric = track.first_of(policy.use_metrics)
    windows, last_used_on, end = policy.windows, features.last_used_on, track.end
    never_used: Input = 1.0 if last_used_on is None else 0.0
    if last_used_on is not None and last_used_on > end:
        last_used_on = last_use(track, metric)
        started = None if last_used_on is None else started
    elif last_used_on is None and used_some_day(track, policy.use_metrics):
        never_used, started = 0.0, None
    idle = idle_days(last_used_on, started, end)
    found = trend(track, metric, windows)
    recent, expected = found or (NOT_APPLICABLE, NOT_APPLICABLE)
    change = 100.0 * found.recent / found.expected - 100.0 if found else NOT_APPLICABLE
    fleet = fleet_of(metric, policy.use_metrics, pulse)
    return UseMeasures(
        idle,
        never_used,
        idle_beyond_fleet_days(idle, track.rests, end),
        recent,
        expected,
        change,
        change if track.rests else beyond_fleet(change, fleet),
        week_ratio_pct(track, metric),
        months_down(track, policy.active[0], windows),
        *adoption(track, policy, pulse),
        count(track, "rate_limit_hits", windows.count_days),
        count(track, "locked_feature_attempts", windows.count_days),
        float((as_of - end).days - 1),
        None if fleet is None else 100.0 * fleet,
        consumption_pace_pct(track),
        *UNCOMMITTED,
        key_mismatches(track, windows.count_days),
        champions_silent(features.champions, end),
        *(validated(track, windows) if VALIDATIONS in track.values else _NOT_VALIDATED),
        *(users(features.last_seen, track, windows, change) if features.last_seen else _NO_USERS),
    )


def last_use(track: Track, metric: str | None) -> date | None:
    """Return the last day of use in the series; `None` where it holds none.

    Asked where the stated last day lies after the series' end: tomorrow's use says nothing of yesterday.
    """
    days = track.tail(metric, SERIES_DAYS) if metric else ()
    return next((track.end - timedelta(back) for back, use in enumerate(reversed(days)) if use > 0), None)


def used_some_day(track: Track, use_metrics: Sequence[str]) -> bool:
    """Say whether anything tells of use beside what tells its days: a snapshot of a month, say."""
    dated = {*use_metrics, *MISMATCHES}
    return any(any(daily) for name, daily in track.values.items() if name not in dated)


def idle_days(last_used_on: date | None, started: date | None, end: date) -> Input:
    """Return days without use up to ``end``; 0 if that day had use, from the start if there was none."""
    since = last_used_on or started
    return None if since is None else float(max(0, (end - since).days))


def idle_beyond_fleet_days(idle: Input, rests: Sequence[date], end: date) -> Input:
    """Return the days without use on which the fleet did not rest."""
    if not rests or not isinstance(idle, float):
        return idle
    since = end - timedelta(idle)
    return idle - sum([since < day <= end for day in rests])


def trend(track: Track, metric: str | None, windows: Windows) -> Trend | None:
    """Return recent and expected use; `None` without a baseline of the least weeks, or without any use.

    `None` too where a day has less use than none.

    The baseline is the same weekdays of the weeks before; holidays are left out on both sides.
    """
    history = (track.end - track.since).days + 1 - windows.recent_days - track.cuts.back
    weeks = min(windows.baseline_weeks, history // _WEEK)
    if metric is None or weeks < windows.baseline_weeks_min:
        return None
    split = _WEEK * weeks
    days = track.tail(metric, split + windows.recent_days, track.cuts.back)
    if min(days) < 0:
        return None
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


def fleet_of(metric: str | None, use_metrics: Sequence[str], pulse: Pulse) -> float | None:
    """Return the trend of the fleet that the same metric tells of; without any use, of the first there is."""
    told = metric_of_fleet(metric, use_metrics, pulse)
    return None if told is None else pulse.fleet_trends.get(told)


def metric_of_fleet(metric: str | None, use_metrics: Sequence[str], pulse: Pulse) -> str | None:
    """Return the metric that the fleet of an account is told by: its own, else the first there is."""
    if metric is not None:
        return metric
    return next((each for each in use_metrics if each in pulse.fleet_trends), None)


def consumption_pace_pct(track: Track) -> Input:
    """Return this month's consumption up to ``end`` ÷ that of as many days of the month before, times 100.

    Never a whole month against a part of one: on its first days a month has no pace yet.
    """
    if CONSUMPTION not in track.values:
        return NOT_APPLICABLE
    days = track.end.day
    last_of_month_before = track.end - timedelta(days)
    same = min(days, last_of_month_before.day)
    before = sum(track.tail(CONSUMPTION, same, days + last_of_month_before.day - same))
    if days < _WEEK or track.since > last_of_month_before.replace(day=1) or not before:
        return NOT_APPLICABLE
    return 100.0 * sum(track.tail(CONSUMPTION, days)) / before * same / days


def key_mismatches(track: Track, days: int) -> Input:
    """Return the validations of the last ``days`` days from where the licence is not for.

    Unknown where no validation is stated, good or of these.
    """
    told = [name for name in MISMATCHES if name in track.values]
    if not told and VALIDATIONS not in track.values:
        return None
    return float(sum(sum(track.tail(name, days)) for name in told))


def validated(track: Track, windows: Windows) -> Validated:
    """Return daily active validations; what needs more history than there is does not apply."""
    blocks = [sum(track.tail(VALIDATIONS, _BLOCK, back)) / _BLOCK for back in range(0, 3 * _BLOCK, _BLOCK)]
    whole = ((track.end - track.since).days + 1) // _BLOCK
    falls = 0
    while falls + 1 < min(whole, len(blocks)) and blocks[falls] < blocks[falls + 1] * (1 - windows.dav_flat):
        falls += 1
    before: Input = blocks[1] if whole > 1 else NOT_APPLICABLE
    change = 100.0 * blocks[0] / blocks[1] - 100.0 if whole > 1 and blocks[1] else NOT_APPLICABLE
    return Validated(
        blocks[0], before, change, float(falls) if whole > 1 else NOT_APPLICABLE, _days_without(track)
    )


def _days_without(track: Track) -> float:
    """Return days since the last validation; as many as the series holds if there was none in it."""
    days = track.tail(VALIDATIONS, SERIES_DAYS)
    return next((float(back) for back, value in enumerate(reversed(days)) if value), float(SERIES_DAYS))


def users(last_seen: Sequence[LastSeen], track: Track, windows: Windows, change_pct: Input) -> Users:
    """Return who left and who is still seen; a user's share of use is taken to be the mean of them all."""
    recent = track.end - timedelta(windows.recent_days)
    before = recent - timedelta(_WEEK * windows.baseline_weeks)
    departed = sum([day.users for day in last_seen if before < day.on <= recent])
    seen = sum([day.users for day in last_seen if day.on > recent])
    beyond = change_pct
    if departed == 1 and isinstance(change_pct, float):
        beyond = change_pct + 100.0 / (departed + seen)
    return Users(float(departed), float(seen), beyond)


def champions_silent(champions: Sequence[ChampionFact], end: date) -> Input:
    """Return how many champions nobody has seen for two weeks; unknown where none is named."""
    if not champions:
        return None
    return float(
        sum(
            (end - each.last_seen_on).days >= _SILENT_DAYS
            and (each.last_seen_on - each.since).days >= _TRUSTED_DAYS
            for each in champions
        )
    )


def count(track: Track, metric: str, days: int) -> Input:
    """Return the sum of the last ``days`` days, or unknown where no source states the metric."""
    return float(sum(track.tail(metric, days))) if metric in track.values else None
