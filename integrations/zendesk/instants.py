"""Instants as Zendesk writes them: ``2026-05-31T18:42:00Z``."""

from datetime import UTC, date, datetime


def _instant(text: str | None) -> datetime | None:
    try:
        return datetime.fromisoformat(text or "").astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def seconds(text: str | None) -> int | None:
    """Whole seconds since 1970; `None` for what is no instant."""
    instant = _instant(text)
    return None if instant is None else int(instant.timestamp())


def milliseconds(text: str | None) -> int | None:
    """Milliseconds since 1970; `None` for what is no instant."""
    whole = seconds(text)
    return None if whole is None else whole * 1_000


def day(text: str | None) -> date | None:
    """The day in UTC; `None` for what is no instant."""
    instant = _instant(text)
    return None if instant is None else instant.date()
