"""Periods: months and quarters by their names, as people review them."""

import re
from datetime import date
from typing import NamedTuple

from health.figures.days import Span, months_on

_NAME = re.compile(r"((?:19|2\d)\d\d)-(?:(0[1-9]|1[0-2])|Q([1-4]))", re.ASCII)
_QUARTER = 3


class Period(NamedTuple):
    """A month (``2026-05``) or a quarter (``2026-Q2``), and its days."""

    name: str
    span: Span

    @property
    def before(self) -> Span:
        """The days of the period before, which is as many months."""
        first, until = self.span
        return Span(months_on(first, -_months(self.span)), months_on(until, -_months(self.span)))


def _months(span: Span) -> int:
    return (span.until.year - span.first.year) * 12 + span.until.month - span.first.month


def period(name: str) -> Period:
    """Return a period by its name. Raises `ValueError` for what names none."""
    found = _NAME.fullmatch(name)
    if found is None:
        raise ValueError(f"{name!r} is neither a month such as 2026-05 nor a quarter such as 2026-Q2")
    year, month, quarter = found.groups()
    first = date(int(year), int(month) if month else _QUARTER * int(quarter) - 2, 1)
    return Period(name, Span(first, months_on(first, 1 if month else _QUARTER)))
