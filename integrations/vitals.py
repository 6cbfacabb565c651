"""Vitals: what the headers of a vendor's answer tell beside the point."""

import re
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from typing import NamedTuple

RETRY_AFTER_LIMIT_S = 3_600.0
"""The longest a vendor may put us off at once; the outbox asks again after that."""


class Vitals(NamedTuple):
    """What a vendor's last answer told beside the point; `None` where it told nothing.

    ``clock_skew_s`` is its clock minus ours in seconds, to the second; ``calls_left`` what its rate limit
    leaves us in the current window, and ``calls_allowed`` how many that window has, where it says so.
    ``calls_left_today`` is what a limit of the day leaves beside it.
    """

    clock_skew_s: float | None = None
    calls_left: int | None = None
    calls_allowed: int | None = None
    calls_left_today: int | None = None


_CALLS_LEFT = (
    "X-RateLimit-Remaining",
    "X-Rate-Limit-Remaining",
    "RateLimit-Remaining",
    "X-HubSpot-RateLimit-Remaining",
)

_LEFT_TODAY = "X-HubSpot-RateLimit-Daily-Remaining"

_USED = re.compile(r"api-usage=(\d{1,12})/(\d{1,12})")
"""How ``Sforce-Limit-Info`` tells of the calls of a day: those that were made, of those there are."""


def vitals(headers: Mapping[str, str], now: float) -> Vitals:
    """Vitals from an answer's headers, received at ``now`` in seconds since 1970."""
    date_s = _date_s(headers)
    today = headers.get(_LEFT_TODAY, "")
    return Vitals(
        None if date_s is None else float(round(date_s - now)),
        *_calls(headers),
        int(today) if today.isdecimal() else None,
    )


def _calls(headers: Mapping[str, str]) -> tuple[int | None, int | None]:
    """The calls that are left and those that are allowed, as far as it is told."""
    if told := _USED.search(headers.get("Sforce-Limit-Info", "")):
        used, allowed = map(int, told.groups())
        return max(allowed - used, 0), allowed
    left = next((headers[name] for name in _CALLS_LEFT if headers.get(name, "").isdecimal()), None)
    return None if left is None else int(left), None


def retry_after(headers: Mapping[str, str], now: float) -> float:
    """Seconds that ``Retry-After`` asks for, as a number or an HTTP date; 0 without one, at most an hour.

    A date is the vendor's, and so is the ``Date`` that it is measured from; ``now``, in seconds since 1970,
    stands in where there is none.
    """
    wish = headers.get("Retry-After", "").strip()
    if wish.isascii() and wish.isdigit():
        return min(float(wish[:9]), RETRY_AFTER_LIMIT_S)
    try:
        wait_s = parsedate_to_datetime(wish).timestamp() - (_date_s(headers) or now)
    except (ValueError, OverflowError):
        return 0.0
    return min(max(wait_s, 0.0), RETRY_AFTER_LIMIT_S)


def _date_s(headers: Mapping[str, str]) -> float | None:
    """The instant that an answer gives itself, in seconds since 1970."""
    try:
        return parsedate_to_datetime(headers.get("Date", "")).timestamp()
    except (ValueError, OverflowError):
        return None
