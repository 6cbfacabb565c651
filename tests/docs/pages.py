"""The pages of docs/, read as a person reads them: headings, tables, fenced blocks."""

import re
from functools import cache
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PRODUCT = ("health", "config", "integrations", "store", "templates", "worker", "dashboard", "sandbox", "cli")

_HEADING = re.compile(r"#{1,6} (.+)")
_FENCE = "```"
_BLOCK = re.compile(r"^ *```.*?^ *```", re.DOTALL | re.MULTILINE)
_CODE = re.compile(r"`([^`]+)`")


class Table(NamedTuple):
    """A table under its heading; cells without backticks."""

    section: str
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def column(self, heading: str) -> list[str]:
        return [row[self.headings.index(heading)] for row in self.rows]

    def pairs(self, key: str, value: str) -> dict[str, str]:
        return dict(zip(self.column(key), self.column(value), strict=True))


class Block(NamedTuple):
    """A fenced block under its heading; ``language`` is what stands after the fence."""

    section: str
    language: str
    text: str


class Page(NamedTuple):
    name: str
    text: str
    headings: tuple[str, ...]
    tables: tuple[Table, ...]
    blocks: tuple[Block, ...]

    def table(self, section: str, *headings: str) -> Table:
        """The only table of a section, or the only one with these headings among its own."""
        (found,) = (
            table for table in self.tables if table.section == section and {*headings} <= {*table.headings}
        )
        return found

    def code(self) -> list[str]:
        """What stands in backticks outside of blocks."""
        return _CODE.findall(_BLOCK.sub("", self.text))

    def words(self) -> str:
        """The text with every run of white space as one space."""
        return " ".join(self.text.split())


@cache
def page(name: str) -> Page:
    """A page by its path under docs/."""
    text = (DOCS / name).read_text(encoding="utf-8")
    headings, tables, blocks = [""], [], []
    lines = iter(re.sub(r"^ *(?=```)", "", text, flags=re.MULTILINE).splitlines())
    for line in lines:
        if line.startswith(_FENCE):
            inside = [*iter(lambda: next(lines), _FENCE)]
            blocks.append(Block(headings[-1], line.removeprefix(_FENCE), "\n".join(inside)))
        elif found := _HEADING.fullmatch(line):
            headings.append(found[1])
        elif line.startswith("|"):
            tables.append(_table(headings[-1], line, [*iter(lambda: next(lines, ""), "")]))
    return Page(name, text, tuple(headings[1:]), tuple(tables), tuple(blocks))


def _table(section: str, head: str, below: list[str]) -> Table:
    rows = tuple(_cells(line) for line in below[1:])
    heading = _cells(head)
    uneven = [row for row in rows if len(row) != len(heading)]
    assert not uneven, f"{section}: {uneven}"
    return Table(section, heading, rows)


def _cells(line: str) -> tuple[str, ...]:
    return tuple(cell.strip().replace("`", "") for cell in line.strip().strip("|").split("|"))


def names() -> list[str]:
    """Every page, decisions included."""
    return sorted(str(path.relative_to(DOCS)) for path in DOCS.rglob("*.md"))


def sources() -> list[Path]:
    """Every file of the product's code."""
    return [path for folder in PRODUCT for path in sorted((ROOT / folder).rglob("*.py"))]
