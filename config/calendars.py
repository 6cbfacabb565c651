"""Calendars: working days of the world's countries, from the `holidays` library.

Monday to Friday less the public holidays of the country and its region. An unknown region has its
country's holidays, an unknown country weekends only. The library is loaded at the first question.
"""

from datetime import date, timedelta
from functools import cache, lru_cache

from health.calendars import Workdays

_SATURDAY = 5


class Calendars:
    """`health.calendars.Workdays` for every country that the library knows."""

    def is_workday(self, day: date, country: str, region: str) -> bool:
        """Say whether people there work on ``day``."""
        return day.weekday() < _SATURDAY and day not in _holidays(country.upper(), region.upper(), day.year)

    @lru_cache(maxsize=4096)  # noqa: B019 - lives as long as the process, as does the only instance
    def mask(self, first: date, days: int, country: str, region: str) -> tuple[bool, ...]:
        """Answer `is_workday` for ``days`` days from ``first`` on."""
        return tuple(self.is_workday(first + timedelta(day), country, region) for day in range(days))


@cache
def workdays() -> Workdays:
    """Return the calendars of this process."""
    return Calendars()


@lru_cache(maxsize=2048)
def _holidays(country: str, region: str, year: int) -> frozenset[date]:
    if not country:
        return frozenset()
    import holidays  # noqa: PLC0415 - a tenth of a second that most commands never need

    try:
        return frozenset(holidays.country_holidays(country, subdiv=region or None, years=year))
    except NotImplementedError:
        return _holidays(country, "", year) if region else frozenset()
