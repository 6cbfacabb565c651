"""Instants as a colleague reads them."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo


def instant(at_ms: int, zone: ZoneInfo) -> str:
    """Return an instant as somebody reads it in their zone: ``2027-03-31 14:02``."""
    return f"{datetime.fromtimestamp(at_ms / 1000, UTC).astimezone(zone):%Y-%m-%d %H:%M}"
