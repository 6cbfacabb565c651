"""Workdays: which days a customer works. `config.calendars` knows; `health` only asks."""

from datetime import date
from typing import Protocol


class Workdays(Protocol):
    """The working days of countries and their regions. Immutable."""

    def __hash__(self) -> int:
        """Serve as a cache key."""

    def is_workday(self, day: date, country: str, region: str) -> bool:
        """Say whether people there work on ``day``. An unknown country has weekends only."""

    def mask(self, first: date, days: int, country: str, region: str) -> tuple[bool, ...]:
        """Answer `is_workday` for ``days`` days from ``first`` on. Cheap when asked again."""
