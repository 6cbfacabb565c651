"""Public holidays on working days between December 2025 and May 2026, where the company has customers.

Written down rather than looked up, so that the same seed gives the same bytes with any library.
"""

from datetime import date

_EVERYWHERE = ("2025-12-25", "2026-01-01")
_BOXING_DAY = "2025-12-26"
_GOOD_FRIDAY = "2026-04-03"
_EASTER_MONDAY = "2026-04-06"
_LABOUR_DAY = "2026-05-01"
_EARLY_MAY = "2026-05-04"
_WHIT_MONDAY = "2026-05-25"

_DAYS = {
    "US": (*_EVERYWHERE, "2026-01-19", "2026-02-16", "2026-05-25"),
    "GB": (*_EVERYWHERE, _BOXING_DAY, _GOOD_FRIDAY, _EARLY_MAY, "2026-05-25"),
    "IE": (*_EVERYWHERE, _BOXING_DAY, "2026-02-02", "2026-03-17", _EASTER_MONDAY, _EARLY_MAY),
    "DE": (*_EVERYWHERE, _BOXING_DAY, _GOOD_FRIDAY, _EASTER_MONDAY, _LABOUR_DAY, "2026-05-14", _WHIT_MONDAY),
    "AU": (*_EVERYWHERE, _BOXING_DAY, "2026-01-26", _GOOD_FRIDAY, _EASTER_MONDAY, "2026-04-27"),
    "TR": (
        "2026-01-01",
        "2026-03-20",
        "2026-04-23",
        _LABOUR_DAY,
        "2026-05-19",
        "2026-05-27",
        "2026-05-28",
        "2026-05-29",
    ),
}

CLOSED = {country: frozenset(map(date.fromisoformat, days)) for country, days in _DAYS.items()}
"""By country."""
