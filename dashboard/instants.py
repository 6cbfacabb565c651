"""Instants as a colleague reads them."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo


def instant(at_ms: int, zone: ZoneInfo) -> str:
    """Return an instant in somebody's zone, as `templates.prose` reads it: ``2027-03-31T14:02+02:00``."""
    return datetime.fromtimestamp(at_ms / 1000, UTC).astimezone(zone).isoformat(timespec="minutes")
