"""A page as its reader has it: tables by title, figures by label, each figure as a number; read once."""

import re
from collections.abc import Mapping
from datetime import date, datetime
from html.parser import HTMLParser
from typing import NamedTuple

from babel.numbers import get_currency_precision, get_currency_symbol

PRECISION = {
    "number": 0.0005,
    "tenths": 0.0501,
    "percent": 0.501,
    "points": 0.1,
    "change": 0.0501,
    "money": 0.501,
    "exact": 0.005,
}
"""How far what is shown may lie from what it is, by the kind of cell; of money in major units."""


class Cell(NamedTuple):
    """A cell's words, and where it leads."""

    text: str
    href: str = ""


class Table(NamedTuple):
    """A table under its title; ``explained`` is by column where its heading leads."""

    title: str
    headings: list[str]
    explained: list[str]
    rows: list[list[Cell]]
    csv: str

    def column(self, name: str) -> list[str]:
        return [row[self.headings.index(name)].text for row in self.rows]


class Figure(NamedTuple):
    """A figure with its label, and where it leads."""

    label: str
    text: str
    href: str


class Page(NamedTuple):
    """What a page shows."""

    tables: list[Table]
    figures: list[Figure]

    def table(self, title: str) -> Table:
        (found,) = [each for each in self.tables if each.title == title]
        return found

    def rows(self, title: str) -> list[list[Cell]]:
        """The rows of a table; none where a sentence stands in its place."""
        return [row for each in self.tables if each.title == title for row in each.rows]


def read(html: str) -> Page:
    """Return what a page shows."""
    reader = _Reader()
    reader.feed(html)
    return Page(reader.tables, reader.figures)


_VOID = {"meta", "link", "input", "img", "source", "br"}


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tables: list[Table] = []
        self.figures: list[Figure] = []
        self._title, self._label, self._link, self._href = "", "", "", ""
        self._explained, self._words = "", list[str]()
        self._skipped, self._linked = 0, 0
        self._head, self._is_note = False, False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        if tag in _VOID:
            return
        if self._skipped or said.get("aria-hidden") == "true" or said.get("class") == "why":
            self._skipped += 1
            self._explained = said.get("href", "") if said.get("class") == "why" else self._explained
            return
        match tag:
            case "section":
                self._title = ""
            case "table":
                self.tables.append(Table(self._title, [], [], [], ""))
            case "thead":
                self._head = True
            case "tr" if not self._head:
                self.tables[-1].rows.append([])
            case "a":
                self._link = self._href = said.get("href", "")
                self._linked = len(self._words)
            case "h2" | "th" | "td" | "dt" | "dd":
                self._href, self._explained, self._words = "", "", []
                self._is_note = said.get("class") == "quiet"

    def handle_endtag(self, tag: str) -> None:
        if tag in _VOID:
            return
        if self._skipped:
            self._skipped -= 1
            return
        text = " ".join("".join(self._words).split())
        match tag:
            case "h2":
                self._title = text
            case "thead":
                self._head = False
            case "th" | "td" if self._head:
                self.tables[-1].headings.append(text)
                self.tables[-1].explained.append(self._explained)
            case "th" | "td":
                self.tables[-1].rows[-1].append(Cell(text, self._href))
            case "dt":
                self._label = text
            case "dd" if not self._is_note:
                self.figures.append(Figure(self._label, text, self._href))
            case "a" if self.tables and "".join(self._words[self._linked :]) == "As CSV":
                self.tables[-1] = self.tables[-1]._replace(csv=self._link)

    def handle_data(self, data: str) -> None:
        if not self._skipped:
            self._words.append(data)


# -- what is shown, and what it is -------------------------------------------------------------------


def number(text: str) -> float | None:
    """The number that a text shows; nothing where it shows none."""
    found = re.search(r"\d[\d,]*(\.\d+)?", text)
    if found is None:
        return None
    sign = -1 if {"-", "\N{MINUS SIGN}"} & set(text[: found.start()]) else 1
    return sign * float(found[0].replace(",", ""))


def shows(text: str, kind: str, value: object, currency: str = "") -> bool:
    """Whether a text shows a value, to the place to which its kind is shown."""
    match value:
        case None | "":
            return number(text) is None
        case bool():
            return text == ("yes" if value else "no")
        case int() | float():
            return _shows_number(text, kind, value, currency)
        case str() if kind == "day":
            day = date.fromisoformat(value)
            return text == f"{day:%b} {day.day}, {day.year}"
        case str() if kind == "instant":
            at = datetime.fromisoformat(value)
            return " ".join(text.split()) == f"{at:%b} {at.day}, {at.year}, {at:%-I:%M %p}"
        case _:
            return text == _spoken(str(value), kind)


def _shows_number(text: str, kind: str, value: float, currency: str) -> bool:
    if kind not in {"money", "exact"}:
        return _near(text, kind if kind in PRECISION else "number", value)
    if not currency:
        return number(text) is None
    is_named = get_currency_symbol(currency, "en") in text
    return is_named and _near(text, kind, value / 10 ** get_currency_precision(currency))


def _near(text: str, kind: str, value: float) -> bool:
    shown = number(text)
    return shown is not None and abs(shown - value) <= PRECISION[kind]


def _spoken(value: str, kind: str) -> str:
    return value.replace("_", " ") if kind == "band" else " ".join(value.split())


def amount(row: Mapping[str, object], name: str) -> float:
    """An amount of a row in minor units, nothing where there is none."""
    value = row[name]
    return float(value) if isinstance(value, int | float) else 0.0
