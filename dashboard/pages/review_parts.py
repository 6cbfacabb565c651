"""The parts of a review: its lines of figures, and what became of accounts, alerts and plays."""

from collections.abc import Iterator, Sequence
from datetime import date
from urllib.parse import quote

from health.review import Line, Mover, Review
from templates.views import Cell, Column, Figure, Figures, Lines, Part, Row, Table

NUMBERS = {"count": "tenths", "pct": "percent", "points": "tenths", "days": "tenths"}


def parts(made: Review) -> Iterator[Part]:
    """Yield a review as parts of a page."""
    if made.notes:
        yield Lines(title="Before you read on", lines=made.notes, tone="note")
    yield figures("Licences", made.licences)
    yield figures("Revenue", made.revenue)
    yield figures("Use", made.use)
    yield figures("Renewals", made.renewals)
    yield figures("Over a year", made.over_a_year)
    yield _outcomes(made)
    yield _bands(made)
    yield from _movements(made)
    yield from _alerts(made)
    yield risks(made)
    yield _growth(made)
    yield _ranked(made)
    yield figures("What tickets are about, per 100 accounts", made.friction)
    yield _sources(made)
    yield _withheld(made)


def figures(title: str, lines: Sequence[Line]) -> Table:
    """Return lines as a table: now, before, the change, a year ago, and what a share is of."""
    columns = (
        Column(label="Figure"),
        *(Column(label=each, is_number=True) for each in ("Value", "Before", "Change", "A year ago")),
        Column(label="Of what", is_number=True),
        Column(label="Target"),
    )
    rows = tuple(Row(cells=tuple(_cells(line))) for line in lines)
    return Table(title=title, columns=columns, rows=rows, empty="No source tells of it.")


def _cells(line: Line) -> Iterator[Cell]:
    name = f"{line.title}, {line.of}" if line.of else line.title
    yield Cell(text=name, href=f"/metrics/{line.figure}")
    yield _amount(line, line.value, line.unknown or "nothing tells")
    yield _amount(line, line.before)
    yield Cell(kind="change", number=line.change, note="not known")
    yield _amount(line, line.year_ago)
    yield _basis(line)
    yield Cell(text=f"{line.standing}: {line.to_do}" if line.standing else "", note="none")


def _amount(line: Line, value: float | None, note: str = "not known") -> Cell:
    if line.unit == "money" and line.currency:
        return Cell(kind="money", number=value, currency=line.currency, note=note)
    return Cell(kind=NUMBERS.get(line.unit, "tenths"), number=value, note=note)


def _basis(line: Line) -> Cell:
    if line.part is None or line.whole is None:
        return Cell(kind="tenths", number=line.whole, note="all")
    currency = line.currency if line.unit == "pct" else ""
    return Cell(kind="portion", number=line.part, upper=line.whole, currency=currency)


def _table(title: str, labels: str, rows: Sequence[tuple[Cell, ...]], empty: str) -> Table:
    """Return rows under headings that are parted by commas; those of numbers begin with ``#``."""
    columns = tuple(
        Column(label=label.removeprefix("#"), is_number=label.startswith("#")) for label in labels.split(", ")
    )
    return Table(title=title, columns=columns, rows=tuple(Row(cells=row) for row in rows), empty=empty)


def _number(value: float | None, kind: str = "number") -> Cell:
    return Cell(kind=kind, number=value)


def _money(minor: int | None, currency: str) -> Cell:
    return Cell(kind="money", number=minor, currency=currency) if currency else Cell(note="no currency")


def _account(key: str, name: str) -> Cell:
    return Cell(text=name, href=f"/accounts/{quote(key, safe='')}")


def _outcomes(made: Review) -> Table:
    rows = [
        (
            Cell(text=each.window),
            Cell(text=each.outcome),
            Cell(text=each.reason, note="none"),
            _number(each.terms),
        )
        for each in made.outcomes
    ]
    labels = "Days before the end, Outcome, Reason, #Terms"
    return _table("What became of terms, and why", labels, rows, "No term that ended has an outcome.")


def _bands(made: Review) -> Table:
    rows = [
        (Cell(kind="band", text=each.band), _number(each.accounts), _number(each.before))
        for each in made.bands
    ]
    return _table("Accounts by health", "Health, #At the end, #At the start", rows, "Nothing was judged.")


def _movements(made: Review) -> Iterator[Part]:
    found = made.movements
    if found.unknown:
        yield Lines(title="Who entered and left at risk", lines=(f"Not known: {found.unknown}.",))
        return
    labels = "Account, Health, #Score, #Before, Main reason, Owner"
    for title, rows, more in (
        ("Entered at risk", found.entered, found.entered_more),
        ("Left at risk", found.left, found.left_more),
    ):
        about = f"{title}, and {more} more, less urgent" if more else title
        yield _table(about, labels, [_moved(each) for each in rows], "Nobody.")


def _moved(each: Mover) -> tuple[Cell, ...]:
    return (
        _account(each.key, each.name),
        Cell(kind="band", text=each.band),
        _number(each.health, "points"),
        Cell(kind="points", number=each.health_before, note="new"),
        Cell(text=each.reason, note="none"),
        Cell(text=each.csm, note="nobody"),
    )


def _alerts(made: Review) -> Iterator[Part]:
    found = made.alerts
    said = {
        "Alerts sent": found.sent,
        "Accounts they spoke of": found.accounts,
        "Plays done": found.done,
        "Accounts recovered": found.recovered,
        "With an open risk today": found.still_open,
    }
    items = tuple(Figure(label=label, cell=_number(number)) for label, number in said.items())
    yield Figures(title="Alerts, and what came of them", items=items)
    rows = [
        (
            Cell(text=f"{each.play}, {each.signal.replace('_', ' ')}"),
            _number(each.done),
            _number(each.kept_pct, "percent"),
            _number(each.median_days, "tenths"),
            Cell(text=", ".join(f"{one.times} {one.outcome.replace('_', ' ')}" for one in each.outcomes)),
        )
        for each in made.plays
    ]
    labels = "Play, #Done, #Kept or grown, #Median days, Outcomes"
    yield _table("What came of plays", labels, rows, "Nobody has recorded what came of a play.")


def risks(made: Review) -> Table:
    """Return revenue at risk by reason."""
    rows = [
        (Cell(text=each.reason), _number(each.accounts), _money(each.minor, made.currency))
        for each in made.risks
    ]
    return _table("Revenue at risk by reason", "Reason, #Accounts, #A year", rows, "No account is at risk.")


def _growth(made: Review) -> Table:
    rows = [
        (
            _account(each.key, each.name),
            _number(each.suggested_seats),
            _money(each.uplift_minor, each.currency),
            _number(each.days_until_full),
            Cell(text="; ".join(each.evidence)),
        )
        for each in made.growth
    ]
    title = f"Upgrade pipeline, and {made.growth_more} more" if made.growth_more else "Upgrade pipeline"
    labels = "Account, #Seats to add, #A month, #Days until full, Evidence"
    return _table(title, labels, rows, "No account shows room to grow.")


def _ranked(made: Review) -> Table:
    rows = [
        (
            _account(each.key, each.name),
            Cell(kind="band", text=each.band),
            _number(each.health, "points"),
            Cell(kind="day", day=_day(each.anchor_on), note="none ahead"),
            _money(each.revenue_at_risk_minor, each.currency),
            Cell(text=each.reason, note="none"),
            Cell(text=each.csm, note="nobody"),
        )
        for each in made.ranked
    ]
    labels = "Account, Health, #Score, Act by, #A year, Main reason, Owner"
    return _table("Whom to look at first", labels, rows, "Nobody is at risk or to be watched.")


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _sources(made: Review) -> Table:
    rows = [
        (
            Cell(text=each.source),
            Cell(kind="day", day=each.complete_through, note="states no days"),
            _number(each.match_pct, "percent"),
            Cell(kind="percent", number=each.floor_pct, note="none"),
            Cell(kind="portion", number=each.linked, upper=each.accounts),
            _number(each.odd_facts),
        )
        for each in made.sources
    ]
    labels = "Source, Complete through, #Match rate, #Floor, #Accounts, #Facts that cannot be so"
    return _table("Quality of the data", labels, rows, "No source was ever read.")


def _withheld(made: Review) -> Table:
    rows = [
        (Cell(text=each.what.replace("_", " ")), Cell(text=each.why.replace("_", " ")), _number(each.times))
        for each in made.withheld
    ]
    return _table("What was not sent, and why", "What, Why, #Times", rows, "Nothing was withheld.")
