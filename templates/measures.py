"""What people call the measures: the nouns that deltas and levers are told in."""

from collections.abc import Mapping
from typing import NamedTuple

from health.delta import Value
from health.nouns import NOT_APPLICABLE

_OF_BASELINE = " % of its own baseline"
_HUNDRED = 100.0
_SMALL = 0.05


class Noun(NamedTuple):
    """A measure's words.

    ``unit`` follows a value. ``base`` is added to it first: a change of -20 % reads as 80 % of before.
    ``one`` is the noun for a single one of what can be counted.
    """

    words: str
    unit: str = ""
    base: float = 0.0
    one: str = ""


NOUNS: Mapping[str, Noun] = {
    "seats": Noun("seats", one="seat"),
    "growth_seats": Noun("growth seats", one="growth seat"),
    "active_users": Noun("active users", one="active user"),
    "utilisation_pct": Noun("utilisation", " %"),
    "committed_utilisation_pct": Noun("utilisation", " %"),
    "assigned_seats": Noun("assigned seats", one="assigned seat"),
    "assigned_pct": Noun("assigned seats", " % of those bought"),
    "adopted_pct": Noun("active users", " % of assigned seats"),
    "idle_days": Noun("days since last use", one="day since last use"),
    "never_used": Noun("never used"),
    "idle_beyond_fleet_days": Noun("days since last use", one="day since last use"),
    "recent_use": Noun("use of the last days"),
    "expected_use": Noun("use expected of the last days"),
    "trend_pct": Noun("use", _OF_BASELINE, _HUNDRED),
    "trend_beyond_fleet_pct": Noun("use", _OF_BASELINE, _HUNDRED),
    "week_ratio_pct": Noun("use this week", " % of last week's"),
    "months_down": Noun("months running of falling use", one="month of falling use"),
    "breadth_pct": Noun("breadth of use", " %"),
    "depth_pct": Noun("actions per active user", " % of the median account's"),
    "core_weeks": Noun("weeks of four with core use", one="week of four with core use"),
    "rate_limit_hits": Noun("rate limits hit", one="rate limit hit"),
    "locked_feature_attempts": Noun("locked features tried", one="locked feature tried"),
    "usage_age_days": Noun("days that use is behind", one="day that use is behind"),
    "fleet_trend_pct": Noun("use of the whole fleet", " % of its baseline"),
    "consumption_pace_pct": Noun("consumption this month", " % of the month before"),
    "commitment_pace_pct": Noun("consumption", " % of what is committed to date"),
    "commitment_end_pct": Noun("consumption by the end of the term", " % of the commitment"),
    "commitment_days_left": Noun("days the commitment lasts", one="day the commitment lasts"),
    "key_mismatches": Noun("validations from elsewhere", one="validation from elsewhere"),
    "champions_silent": Noun("silent champions", one="silent champion"),
    "dav": Noun("licences validated a day", one="licence validated a day"),
    "dav_before": Noun(
        "licences validated a day four weeks ago", one="licence validated a day four weeks ago"
    ),
    "dav_trend_pct": Noun("daily validations", " % of four weeks ago", _HUNDRED),
    "dav_falls": Noun("falls of daily validations in a row", one="fall of daily validations in a row"),
    "dav_idle_days": Noun("days since last validation", one="day since last validation"),
    "departed_users": Noun("users not seen any more", one="user not seen any more"),
    "seen_users": Noun("users seen lately", one="user seen lately"),
    "trend_beyond_user_pct": Noun("use, had nobody left,", _OF_BASELINE, _HUNDRED),
    "known_expected": Noun("expected, says a note"),
    "capacity_pct": Noun("nearest limit in use", " %"),
    "limit_pct": Noun("nearest limit in use", " %"),
    "domain_use_pct": Noun("domains in use", " %"),
    "mean_active": Noun("mean of active users"),
    "growth_per_day": Noun("more active users a day"),
    "days_until_full": Noun("days until full", one="day until full"),
    "nearest_used": Noun("used of the nearest limit"),
    "nearest_allowed": Noun("nearest limit"),
    "open_tickets": Noun("open tickets", one="open ticket"),
    "urgent_tickets": Noun("urgent tickets", one="urgent ticket"),
    "ticket_load": Noun("ticket load"),
    "cancel_tickets": Noun("tickets that speak of cancelling", one="ticket that speaks of cancelling"),
    "failed_payments": Noun("failed payments", one="failed payment"),
    "overdue_days": Noun("days the oldest invoice is overdue", one="day the oldest invoice is overdue"),
    "nps": Noun("NPS answer", " of 10"),
    "renewal_confidence": Noun("renewal confidence", " of 5"),
    "sentiment": Noun("answers to surveys", " of 100"),
    "activation_pct": Noun("licences activated", " %"),
    "downgrade_enquiries": Noun("enquiries about a downgrade", one="enquiry about a downgrade"),
    "api_keys_deleted": Noun("deleted API keys", one="deleted API key"),
    "domains_deactivated": Noun("deactivated domains", one="deactivated domain"),
    "days_to_renewal": Noun("days to renewal", one="day to renewal"),
    "days_into_term": Noun("days into the term", one="day into the term"),
    "mrr_change_pct": Noun("recurring revenue", " % of the term before", _HUNDRED),
    "seats_change_pct": Noun("seats", " % of the term before", _HUNDRED),
    "price_change_pct": Noun("price at renewal", " % of today's", _HUNDRED),
    "account_age_days": Noun("days since the start", one="day since the start"),
    "in_trial": Noun("in trial"),
    "cancelling": Noun("set to cancel"),
    "start_cohort_pct": Noun("those who began together", " % of the lowest of their range"),
    "seat_share_pct": Noun("share of seats in the revenue", " %"),
}
"""By measure. One that has none yet is called by its name."""


def noun(measure: str) -> Noun:
    """Return the words of a measure."""
    return NOUNS.get(measure) or Noun(measure.replace("_", " "))


def moved(measure: str, before: Value, now: Value) -> str:
    """Say in words how a measure moved: ``utilisation 41 → 18 %``.

    Whole numbers where they tell the two apart, else tenths.
    """
    words, unit, base, _ = noun(measure)
    numbers = [value + base for value in (before, now) if isinstance(value, float)]
    tenths = len(numbers) > 1 and round(numbers[0]) == round(numbers[1])
    shown = [_shown(value, base, tenths=tenths) for value in (before, now)]
    return f"{words} {shown[0]} → {shown[1]}{unit if isinstance(now, float) else ''}"


def _shown(value: Value, base: float, *, tenths: bool) -> str:
    if value is None:
        return "not known"
    if value is NOT_APPLICABLE:
        return "does not apply"
    if not isinstance(value, float):
        return str(value)
    return f"{value + base:z.{1 if tenths else 0}f}"


def stood(measure: str, value: Value) -> str:
    """Say in words where a measure stands: ``open tickets: 2``."""
    words, unit, base, _ = noun(measure)
    return f"{words}: {_shown(value, base, tenths=False)}{unit if isinstance(value, float) else ''}"
