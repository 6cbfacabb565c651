"""Figures on pages, held against the API and CSV: tables, headlines, the accounts at the worse end."""

from collections import Counter
from collections.abc import Callable
from urllib.parse import parse_qsl, urlsplit

import pytest

from dashboard.pages.figures import A_WEEK
from health.nouns import BANDS
from tests.dashboard.site.reader import Cell, Page, Table, number, shows
from tests.dashboard.site.three import Three, Values, said

NARROWED = {"Gone quiet: to interview": A_WEEK, "Late to pay: to interview": 0}
"""Tables of the accounts at a worse end that show those above a value alone."""
WORDS = {"Next step", "For whom", "Beside the others"}
"""Columns without a figure: words of the catalogue, and bars."""


def figures_of(*paths: str) -> Callable[[Three], None]:
    """Return what compares a page of figures, as it is asked for in some ways."""

    def compare(three: Three) -> None:
        for path in paths:
            page = three.page(path)
            assert page.tables, path
            for table in page.tables:
                _figure_table(three, path, table)
            _headlines(three, page)

    return compare


def _figure_table(three: Three, path: str, table: Table) -> None:
    asked = dict(parse_qsl(urlsplit(table.csv).query))
    if table.csv.startswith("/figures.csv"):
        _told(three, table, asked)
    elif table.csv.startswith("/worst.csv"):
        _worst(three, table, asked["name"])
    elif path.startswith("/metrics/"):
        _in_words(three, path, table)
    else:
        DRAWN[table.title](three, table, dict(parse_qsl(urlsplit(path).query)).get("by", ""))


def _told(three: Three, table: Table, asked: dict[str, str]) -> None:
    rows = three.rows(table.csv.replace(".csv", ""))
    by = asked.get("by", "")
    split = {"spread": "yes"} if by == "spread" else {"by": by} if by else {}
    found = three.one(f"/figures/{asked['name']}", **split)["value"]["found"]
    at = next(at for at, href in enumerate(table.explained) if href)
    assert rows
    assert len(table.rows) == min(len(rows), 40)
    for cells, row in zip(table.rows, rows, strict=False):
        labels = {each.text for each in cells[:at]}
        known = {"all accounts", "all"} | {said(row[name]) for name in ("segment", "part")}
        assert labels <= known, row
        _value(cells[at], row)
        _beside(three, table, cells, row)
        told = found[row["segment"]][row["part"] or ""]
        value = row["amount"] if row["currency"] else row["value"]
        assert _plain(told) == pytest.approx(value, abs=0.0051), row


def _value(cell: Cell, row: Values) -> None:
    kind = "money" if row["currency"] else "percent" if "%" in cell.text else "tenths"
    value = row["amount"] if row["currency"] else row["value"]
    assert shows(cell.text, kind, value, str(row["currency"] or "")), (cell, row)


def _plain(told: object) -> float | None:
    """The value of a figure as the API has it: a number, a share, a spread, a mean, how far from an aim."""
    names = ("pct", "median", "mean", "difference")
    value = next(told[name] for name in names if name in told) if isinstance(told, dict) else told
    return value if isinstance(value, int | float) else None


def _beside(three: Three, table: Table, cells: list[Cell], row: Values) -> None:
    for heading, cell in list(zip(table.headings, cells, strict=True))[1:]:
        match heading:
            case "Middle half" | "Likely":
                low, _, high = cell.text.partition(" to ")
                kind = "tenths"
                assert shows(low, kind, row["low"]), (cell, row)
                assert shows(high, kind, row["high"]), (cell, row)
            case "How many" | "From":
                _portion(cell.text, row)
            case "Target":
                assert cell.text == (row["says"] or "not known")
            case "Activation rate":
                rates = three.rows("/figures?name=activation_rate_by_plan")
                rate = {each["part"]: each["value"] for each in rates}
                assert shows(cell.text, "percent", rate.get(row["part"] or row["segment"]))
            case _:
                assert heading in WORDS or cell in cells[:3], heading


def _portion(text: str, row: Values) -> None:
    part, of, whole = text.partition(" of ")
    if row["whole"] is None:
        assert number(text) is None
        return
    in_money = str(row["part"] or "").startswith("revenue in ")
    scale = 100 if in_money else 1
    precision = 0.501 if in_money else 0.0501
    shown = [number(part), number(whole)] if of else [number(part)]
    is_ = [row["part_of"], row["whole"]] if of else [row["whole"]]
    assert [each * scale for each in shown] == pytest.approx(is_, abs=precision * scale), (text, row)


def _worst(three: Three, table: Table, name: str) -> None:
    rows = three.rows(f"/worst?name={name}")
    told = three.one(f"/figures/{name}", spread="yes", worst="yes")["value"]["worst"]
    assert [(each["account"], each["value"]) for each in told] == [
        (row["account"], pytest.approx(row["amount"] if row["currency"] else row["value"], abs=0.0051))
        for row in rows
    ]
    least = NARROWED.get(table.title, float("-inf"))
    shown = [row for row in rows if row["currency"] or row["value"] > least]
    assert len(table.rows) == len(shown)
    for cells, row in zip(table.rows, shown, strict=True):
        assert (cells[0].text, cells[0].href) == (row["name"], f"/accounts/{row['account']}")
        if len(cells) > 2:
            assert cells[1].text == (said(row["part"]) or "all")
        _value(cells[-1], row)


def _headlines(three: Three, page: Page) -> None:
    """Each headline is a value of the figure that it leads to, in its order."""
    shown: dict[str, list[str]] = {}
    for each in page.figures:
        if each.href.startswith("/metrics/"):
            shown.setdefault(each.href.removeprefix("/metrics/"), []).append(each.text)
    for name, texts in shown.items():
        rows = [row for row in three.rows(f"/figures?name={name}") if _has_value(row)]
        for text, row in zip(texts, rows, strict=True):
            _value(Cell(text), row)


def _has_value(row: Values) -> bool:
    return row["value"] is not None or row["amount"] is not None


def _scores(three: Three, table: Table, _by: str) -> None:
    known = [row for row in three.rows("/accounts") if row["band"] != "unknown"]
    found = Counter(min(int(row["health"] // 5 * 5), 95) for row in known)
    assert {int(row[0].text.partition(" ")[0]): number(row[1].text) for row in table.rows} == found
    for _, accounts, share in table.rows:
        assert shows(share.text, "percent", 100 * (number(accounts.text) or 0) / len(known))


def _bands(three: Three, table: Table, by: str) -> None:
    found = Counter((row[by] or "not known", row["band"]) for row in three.rows("/accounts"))
    for cells in table.rows:
        assert [number(cell.text) for cell in cells[1:]] == [found[cells[0].text, band] for band in BANDS]


DRAWN = {"How scores lie": _scores, "Bands of each cohort": _bands}
"""Tables of what is drawn, which are counted from the list of accounts."""
MEANT = {"Next steps", "Read it beside"}
"""Tables of an entry that say what it means."""


def _in_words(three: Three, path: str, table: Table) -> None:
    """How values read is in the API; what an entry means is in its page alone."""
    if table.title in MEANT:
        return
    assert table.title == "How values read"
    bands = three.one(f"/figures/{path.partition('?')[0].rpartition('/')[2]}", spread="yes")["value"]["bands"]
    parts = [words for parts in bands.values() for words in parts.values()]
    told = [(word, each) for words in parts for word, each in words.items()]
    values, shares = table.column("Values"), table.column("Share")
    assert table.column("Reads") == [word for word, _ in told]
    for (_, each), value, share in zip(told, values, shares, strict=True):
        assert shows(value, "number", each["part"])
        assert shows(share, "percent", each["pct"])
