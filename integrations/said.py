"""What vendors say, as a record can hold it."""

from datetime import date

DAY_S = 86_400
_EPOCH = date(1970, 1, 1).toordinal()


def day(at_s: int) -> date:
    """Return the day of an instant in UTC, in which billing systems report."""
    return date.fromordinal(_EPOCH + at_s // DAY_S)


def text(value: str | None) -> str | None:
    """Return text that a database can hold, or `None` where there is none."""
    return (value or "").replace("\0", "").strip() or None
