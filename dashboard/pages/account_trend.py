"""How the score of an account went, on its page and as a chart; and which days were judged again."""

from collections.abc import Iterator, Sequence
from urllib.parse import quote

from dashboard.pictures import picture
from store.rescored import Rescored
from store.scores import Scored
from templates import charts
from templates.charts import Spec
from templates.views import Cell, Column, Lines, Part, Row, Table, Trend

_FULL = 100


def spec(history: Sequence[Scored], edges: Sequence[float]) -> Spec | None:
    """Return how the score went as a chart, with the bands' ``edges`` across."""
    days = {each.as_of: each.points / 100 for each in history}
    return charts.trend(days, edges, _FULL) if len(days) > 1 else None


def parts(key: str, history: Sequence[Scored], again: Sequence[Rescored]) -> Iterator[Part]:
    """Yield how the score went, day by day."""
    days = list(reversed(history))
    if len(days) > 1:
        span = (days[-1].as_of - days[0].as_of).days or 1
        points = " ".join(
            f"{_FULL * (each.as_of - days[0].as_of).days / span:.2f},{40 - 40 * each.points / 10_000:.2f}"
            for each in days
        )
        words = f"from {days[0].points / 100:g} to {days[-1].points / 100:g}, of 100"
        yield Trend(
            title="Score over time",
            words=words,
            points=points,
            first=str(days[0].as_of),
            last=str(days[-1].as_of),
            picture=picture(
                f"/accounts/{quote(key, safe='')}/score.svg", f"Score over time: {words}", is_narrow=True
            ),
            numbers=_scores(history),
        )
    if again:
        yield Lines(
            title="Days judged again",
            lines=tuple(
                f"{each.as_of}: {each.told_points / 100:g} was told; with facts that came late it is "
                f"{each.known_points / 100:g}, {each.known_band.replace('_', ' ')}."
                for each in again
            ),
        )


def _scores(history: Sequence[Scored]) -> Table:
    rows = (
        Row(
            cells=(
                Cell(kind="day", day=each.as_of),
                Cell(kind="points", number=each.points / 100),
                Cell(kind="band", text=each.band),
            )
        )
        for each in history
    )
    columns = (Column(label="Day"), Column(label="Score", is_number=True), Column(label="Health"))
    return Table(title="Score over time, as a table", columns=columns, rows=tuple(rows))
