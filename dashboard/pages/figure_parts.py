"""The parts of pages of figures: a figure as a table with its range and what it is of, and as a headline."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple
from urllib.parse import quote, urlencode

from config.metrics import Entry, entries, load_metrics
from health.figures.book import ALL
from health.figures.segments import UNKNOWN
from templates.views import Cell, Column, Figure, Lines, Part, Row, Table
from worker.figured import Figured, FigureRow, Worst

LINKED = {"plan": "plan", "customer_type": "customer_type"}
"""Filters of the list of accounts by the segment that they narrow it down to."""
MOST_ROWS = 40
"""Rows that are shown; all of them are in CSV."""


class Look(NamedTuple):
    """How a figure is shown: under another title, and what its parts are, as `LINKED` names it.

    ``values`` is the heading of its values, where their unit says too little.

    ``bars`` draw the values, where they are of one kind; ``split`` is what CSV has to be asked by to hold the
    same, where it is not what the figure says. ``then`` are headings of further columns, and ``beside`` what
    stands in them, by part.
    """

    title: str = ""
    about: str = ""
    of: str = ""
    values: str = ""
    bars: bool = True
    split: str = ""
    then: tuple[str, ...] = ()
    beside: Mapping[str, tuple[Cell, ...]] = {}


def entry_of(name: str) -> Entry:
    """Return the entry of a figure."""
    return entries(load_metrics())[name]


def told(found: Figured, look: Look | None = None) -> Part:
    """Return a figure as a part: a table of its values, or a sentence that says why there are none."""
    look = look or Look()
    entry = entry_of(found.name)
    title = look.title or entry.title
    if not found.rows:
        return Lines(
            title=title, lines=(_nothing(found),), link="What it means", href=f"/metrics/{found.name}"
        )
    shape = _Shape.of(found, look)
    rows = found.rows[:MOST_ROWS]
    return Table(
        title=title,
        about=" ".join(filter(None, (look.about or entry.definition, covered(found), _cut(found)))),
        columns=tuple(shape.columns(found, look)),
        rows=tuple(Row(cells=tuple(shape.cells(row, found, look))) for row in rows),
        csv=csv(found, look.split),
    )


def csv(found: Figured, split: str = "") -> str:
    """Return where a figure is to be had as CSV."""
    by = split or found.by
    params = {"name": found.name} | ({"by": by} if by else {})
    return f"/figures.csv?{urlencode(params)}"


def covered(found: Figured) -> str:
    """Say of how many accounts a figure is told, as of when, and why others do not tell."""
    others = ", ".join(f"{count} {state}" for state, count in found.states.items() if count)
    known = "all" if found.covered == found.accounts else f"{found.covered:,}"
    said = f"As of {found.as_of}, from {known} of {found.accounts:,} accounts"
    return f"{said} ({others})." if others else f"{said}."


def _cut(found: Figured) -> str:
    more = len(found.rows) - MOST_ROWS
    return f"{more} rows more are in CSV." if more > 0 else ""


def _nothing(found: Figured) -> str:
    if found.needs:
        return f"Nothing is told: it needs {found.needs}."
    return f"Nothing is known of it: none of {found.accounts:,} accounts tells."


class _Shape(NamedTuple):
    """Which columns a figure has."""

    segments: bool
    parts: bool
    bars: bool
    ranges: bool
    portions: bool
    says: bool
    top: float

    @classmethod
    def of(cls, found: Figured, look: Look) -> "_Shape":
        """Return the columns that say anything."""
        rows = found.rows
        return cls(
            segments=any(row.segment != ALL for row in rows) or not any(row.part for row in rows),
            parts=any(row.part != row.currency for row in rows),
            bars=look.bars and len(rows) > 1,
            ranges=any(row.low is not None for row in rows),
            portions=any(row.whole is not None for row in rows),
            says=any(row.says for row in rows),
            top=max((abs(row.value) for row in rows if row.value is not None), default=0.0),
        )

    def columns(self, found: Figured, look: Look) -> Iterator[Column]:
        """Yield the headings."""
        if self.segments:
            yield Column(label=found.by.replace("_", " ").capitalize() if found.by else "Of")
        if self.parts:
            yield Column(label=look.of.capitalize() if look.of else "What")
        label = look.values or unit(found)
        yield Column(label=label, is_number=True, explained=f"/metrics/{found.name}")
        if self.bars:
            yield Column(label="Beside the others")
        if self.ranges:
            yield Column(label="Middle half" if _is_spread(found) else "Likely", is_number=True)
        if self.portions:
            yield Column(label="How many" if _is_spread(found) else "From", is_number=True)
        if self.says:
            yield Column(label="Target")
        for at, label in enumerate(look.then):
            yield Column(label=label, is_number=_is_number(look.beside, at))

    def cells(self, row: FigureRow, found: Figured, look: Look) -> Iterator[Cell]:
        """Yield the cells of a row."""
        if self.segments:
            yield Cell(text=_spoken(row.segment), href=_accounts(found.by, row.segment))
        if self.parts:
            yield Cell(text=_part(row.part), href=_accounts(look.of, row.part))
        yield value(row, found)
        if self.bars:
            yield Cell(kind="meter", number=_width(row.value or 0.0, self.top))
        if self.ranges:
            yield Cell(kind="range", number=row.low, upper=row.high, note="not told")
        if self.portions:
            yield _portion(row)
        if self.says:
            yield Cell(text=row.says)
        none = (_none(look.beside, at) for at in range(len(look.then)))
        yield from look.beside.get(row.part or row.segment, none)


def _width(value_: float, top: float) -> float:
    return round(100 * abs(value_) / top, 1) if top else 0.0


def _none(beside: Mapping[str, tuple[Cell, ...]], at: int) -> Cell:
    """Return a cell that says that there is nothing, where the others of its column stand."""
    return Cell(kind="tenths" if _is_number(beside, at) else "text", note="none")


def _is_number(beside: Mapping[str, tuple[Cell, ...]], at: int) -> bool:
    return any(cells[at].number is not None for cells in beside.values())


def unit(found: Figured) -> str:
    """Return the heading of a figure's values: its unit."""
    words = entry_of(found.name).unit.removeprefix("minor units").strip()
    return (words or "amount")[:1].upper() + (words or "amount")[1:]


def _is_spread(found: Figured) -> bool:
    return not any(row.is_share for row in found.rows)


def value(row: FigureRow, found: Figured) -> Cell:
    """Return the value of a row."""
    if row.currency:
        return Cell(kind="money", number=row.value, currency=row.currency)
    per_cent = row.is_share or entry_of(found.name).unit == "%"
    return Cell(kind="percent" if per_cent else "tenths", number=row.value, note="nothing to tell of")


def _portion(row: FigureRow) -> Cell:
    if row.part_of is None:
        return Cell(kind="number", number=row.whole)
    currency = row.part.removeprefix("revenue in ") if row.part.startswith("revenue in ") else ""
    return Cell(kind="portion", number=row.part_of, upper=row.whole, currency=currency)


def _spoken(name: str) -> str:
    return "all accounts" if name == ALL else name.replace("_", " ")


def _part(name: str) -> str:
    return _spoken(name) or "all"


def _accounts(by: str, value_: str) -> str:
    """Return where the accounts of a segment are listed, if they can be."""
    if by not in LINKED or value_ in {ALL, UNKNOWN, ""}:
        return ""
    return f"/accounts?{LINKED[by]}={quote(value_)}"


# -- headlines ---------------------------------------------------------------------------------------


def headlines(found: Sequence[Figured], titles: Mapping[str, str]) -> Iterator[Figure]:
    """Yield figures as headlines: one for each part of it, over all accounts."""
    for each in found:
        title = titles.get(each.name) or entry_of(each.name).title
        explained, href = f"/metrics/{each.name}", f"/metrics/{each.name}"
        rows = [row for row in each.rows if row.value is not None]
        if not rows:
            yield Figure(label=title, cell=Cell(note="not known"), explained=explained, note=_nothing(each))
        for row in rows:
            label = f"{title}, {_spoken(row.part)}" if row.part and not row.currency else title
            yield Figure(label=label, cell=value(row, each), note=_basis(row), href=href, explained=explained)


def _basis(row: FigureRow) -> str:
    if row.part_of is None or row.whole is None:
        return ""
    return f"{row.part_of:,.0f} of {row.whole:,.0f}"


# -- accounts ----------------------------------------------------------------------------------------


def worst(found: Figured, title: str, about: str = "") -> Part:
    """Return the accounts at the worse end of a figure, each leading to its page."""
    entry = entry_of(found.name)
    parts = any(each.part for each in found.worst)
    columns = [Column(label="Account")]
    columns += [Column(label="What")] if parts else []
    columns.append(Column(label=unit(found), is_number=True, explained=f"/metrics/{found.name}"))
    rows = [_account(each.part if parts else None, each, entry) for each in found.worst]
    return Table(
        title=title,
        about=about,
        columns=tuple(columns),
        rows=tuple(rows),
        csv=f"/worst.csv?{urlencode({'name': found.name})}" if rows else "",
        empty=_nothing(found) if not found.rows else "None.",
    )


def _account(part: str | None, worst_: Worst, entry: Entry) -> Row:
    cells = [Cell(text=worst_.name, href=f"/accounts/{quote(worst_.account, safe='')}")]
    cells += [] if part is None else [Cell(text=_part(part))]
    kind = "money" if worst_.currency else "percent" if entry.unit == "%" else "tenths"
    return Row(cells=(*cells, Cell(kind=kind, number=worst_.value, currency=worst_.currency)))


def read(found: Figured) -> Iterator[Part]:
    """Yield how many values read each word of the catalogue's bands."""
    if not found.reads:
        return
    several = any(each.part for each in found.reads)
    rows = [
        Row(
            cells=(
                Cell(text=each.word),
                *([Cell(text=_part(each.part))] if several else []),
                Cell(kind="number", number=each.accounts),
                Cell(kind="percent", number=each.pct),
                Cell(kind="meter", number=round(each.pct or 0.0, 1)),
            )
        )
        for each in found.reads
    ]
    headings = ["Reads", *(["What"] if several else []), "Values", "Share", "Beside the others"]
    columns = tuple(Column(label=each, is_number=each in {"Values", "Share"}) for each in headings)
    yield Table(title="How values read", columns=columns, rows=tuple(rows))
