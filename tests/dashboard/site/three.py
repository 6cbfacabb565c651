"""Three ways to ask for the same: a page, the API, and CSV."""

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from babel.numbers import get_currency_precision

from dashboard.listing import MOST, Shown
from dashboard.lists.registry import EXPORTS, LISTINGS
from tests.dashboard.api.conftest import Program
from tests.dashboard.site.conftest import Browser, Desk
from tests.dashboard.site.reader import Page, read

Values = Mapping[str, Any]


@dataclass
class Three:
    """The three ways to ask; each is asked once for the same."""

    desk: Desk
    browser: Browser
    program: Program

    def __post_init__(self) -> None:
        self.page, self.csv, self.rows = cache(self._page), cache(self._csv), cache(self._rows)

    def _page(self, path: str) -> Page:
        answer = self.browser.get(path)
        assert answer.status_code == 200, path
        return read(answer.text)

    def _csv(self, path: str) -> list[dict[str, str]]:
        answer = self.browser.get(path)
        assert answer.headers["content-type"].startswith("text/csv"), path
        return list(csv.DictReader(io.StringIO(answer.text)))

    def _rows(self, path: str) -> list[dict[str, Any]]:
        """Every row of a collection of the API, and that CSV has the very same."""
        parts = urlsplit(path)
        asked = dict(parse_qsl(parts.query))
        found: list[dict[str, Any]] = self.program.rows(parts.path, **asked, limit=str(MOST))
        query = f"?{parts.query}" if parts.query else ""
        told = self.csv(f"{parts.path}.csv{query}")
        assert len(found) == len(told), path
        for row, line in zip(found, told, strict=True):
            wrong = {name: (row[name], line[name]) for name in line if not same(row, name, line[name])}
            assert not wrong, path
            assert list(row) == list(line), path
        return found

    def one(self, path: str, **params: str) -> Any:
        answer = self.program.get(path, **params)
        assert answer.status_code == 200, path
        return answer.json()


def same(row: Values, name: str, text: str) -> bool:
    """Whether CSV says what the API does: money in major units, and no text that begins like a formula."""
    match row[name]:
        case None:
            return text == ""
        case bool() as value:
            return text == str(value).lower()
        case int() as value if _column(row, name).kind in {"money", "exact"}:
            digits = get_currency_precision(str(row["currency"]))
            return Decimal(text).scaleb(digits) == value
        case int() | float() as value:
            return float(text) == value
        case value:
            return text.removeprefix("'") == value.removeprefix("'")


def _column(row: Values, name: str) -> Shown:
    known = next(
        each for each in (*LISTINGS.values(), *EXPORTS.values()) if [c.name for c in each.columns] == [*row]
    )
    return next(column for column in known.columns if column.name == name)


def said(name: str | None) -> str:
    """A name of ours as a page says it."""
    return (name or "").replace("_", " ")
