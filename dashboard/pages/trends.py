"""Trends: how MRR and active licences went, day by day as they were told, against what they are to be."""

from collections.abc import Iterator, Mapping
from datetime import date

from babel.numbers import get_currency_precision
from msgspec.structs import replace

from config.targets import TargetRule, load_targets
from dashboard.access import Viewer
from dashboard.pages.figure_parts import entry_of
from dashboard.pictures import picture
from templates import charts
from templates.charts import Spec
from templates.views import Cell, Column, Lines, Part, Row, Table, Trend
from worker.deployment import Deployment
from worker.figured import TRENDS, trend

HIGH = 40.0


def trends(deployment: Deployment, viewer: Viewer) -> Iterator[Part]:
    """Yield a line for each of them and each currency; they are of all accounts."""
    if viewer.owners is not None:
        return
    targets = load_targets(deployment.settings.targets)
    for name in TRENDS:
        title = entry_of(name).title
        parts = {part: days for part, days in trend(deployment, name).items() if len(days) >= _LEAST}
        if not parts:
            said = "A line is drawn from the second day on: each day is kept as it was told."
            yield Lines(title=f"{title} over time", lines=(said,))
        for part, days in parts.items():
            drawn = line(f"{title} over time", part, days, _target(name, part, targets))
            image = picture(f"/charts/{name}.svg", f"{title} over time: {drawn.words}", part)
            yield replace(drawn, picture=image)


def spec(name: str, deployment: Deployment, viewer: Viewer, of: str) -> Spec | None:
    """Return one of `TRENDS` in a currency as a chart; nothing to whoever does not see all accounts."""
    days = trend(deployment, name).get(of, {}) if viewer.owners is None else {}
    if len(days) < _LEAST:
        return None
    target = _target(name, of, load_targets(deployment.settings.targets))
    values = {day: value / _whole(of) for day, value in days.items()}
    return charts.trend(values, () if target is None else (target,))


_LEAST = 2
"""Days of a line."""


def _target(name: str, part: str, targets: tuple[TargetRule, ...]) -> float | None:
    return next(
        (each.value for each in targets if (each.figure, each.by, each.currency) == (name, "", part)), None
    )


def line(title: str, currency: str, days: Mapping[date, float], target: float | None) -> Trend:
    """Return values of days as a line, from nothing up; ``target`` and amounts are in whole units."""
    values = {day: value / _whole(currency) for day, value in sorted(days.items())}
    first, last = min(values), max(values)
    top = max(*values.values(), target or 0.0) or 1.0
    span = (last - first).days
    points = (
        f"{100 * (day - first).days / span:.2f},{HIGH - HIGH * max(value, 0.0) / top:.2f}"
        for day, value in values.items()
    )
    unit = f" {currency}" if currency else ""
    aim = f", to be {target:,.0f}{unit}" if target is not None else ""
    return Trend(
        title=title,
        words=f"from {values[first]:,.0f} to {values[last]:,.0f}{unit}{aim}",
        points=" ".join(points),
        level=None if target is None else round(HIGH - HIGH * target / top, 2),
        first=str(first),
        last=str(last),
        numbers=_numbers(title, currency, days),
    )


def _whole(currency: str) -> int:
    return 10 ** get_currency_precision(currency) if currency else 1


def _numbers(title: str, currency: str, days: Mapping[date, float]) -> Table:
    kind = "money" if currency else "number"
    rows = (
        Row(cells=(Cell(kind="day", day=day), Cell(kind=kind, number=value, currency=currency)))
        for day, value in sorted(days.items(), reverse=True)
    )
    columns = (Column(label="Day"), Column(label="Value", is_number=True))
    return Table(title=f"{title}, as a table", columns=columns, rows=tuple(rows))
