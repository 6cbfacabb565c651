"""Views: the dashboard's pages as frozen values, made of a few kinds of parts.

Whoever makes a page chooses parts; how a part looks stands once, in ``site/parts.html.j2``. Words are in
English; figures, money and days are written as the reader's language does.
"""

from datetime import date
from functools import cache
from hashlib import sha256
from typing import NamedTuple

from msgspec import Struct

from health.languages import LANGUAGES
from templates.environment import FOLDER, Environment, filled
from templates.locales import locale
from templates.plain import values

ASSETS = {"style": "site.css", "script": "htmx.min.js", "icon": "icon.svg"}
"""Files that every page asks for, by the name that ``site/page.html.j2`` has for them."""
STEPS = 60_000
"""Cells of the longest page: some lists of a hundred rows."""


class Cell(Struct, frozen=True, kw_only=True):
    """A value and how it is written.

    ``kind`` is text, number, tenths, percent, money (whole), exact (money to the cent), day, instant and
    prose (texts as `templates.prose` reads them), band, points, change, spark, range (``number`` to
    ``upper``), portion (``number`` of ``upper``) or meter (``number`` per cent of the longest); a value that
    is `None` is written as a dash, with ``note`` saying why. With ``href`` it leads somewhere.
    """

    kind: str = "text"
    text: str = ""
    number: float | None = None
    upper: float | None = None
    currency: str = ""
    day: date | None = None
    series: tuple[float | None, ...] = ()
    href: str = ""
    note: str = ""


class Picture(Struct, frozen=True, kw_only=True):
    """A chart that is asked for by itself: its address, which has a query, and ``words`` that say the same.

    The look that is wanted (`templates.charts.Look`) is added to the query.
    """

    src: str
    words: str
    is_narrow: bool = False


class Column(Struct, frozen=True, kw_only=True):
    """A column: its heading, where it is explained, and what sorts by it; ``sorted`` is as ARIA has it."""

    label: str
    is_number: bool = False
    sort: str = ""
    sorted: str = ""
    explained: str = ""


class Row(Struct, frozen=True, kw_only=True):
    """Cells, the first of them what the row is called; with ``pick`` it can be ticked, which sends this."""

    cells: tuple[Cell, ...]
    pick: str = ""


class Table(Struct, frozen=True, kw_only=True):
    """Rows under columns; where there are none, ``empty`` says why.

    ``csv`` and ``more`` are links. Rows that can be ticked are sent with the form named ``form``. A
    ``picture`` above it shows what it says.
    """

    kind: str = "table"
    title: str = ""
    about: str = ""
    picture: Picture | None = None
    columns: tuple[Column, ...] = ()
    rows: tuple[Row, ...] = ()
    form: str = ""
    more: str = ""
    csv: str = ""
    empty: str = "Nothing here yet."


class Figure(Struct, frozen=True, kw_only=True):
    """A figure with its label; ``note`` below it, ``href`` to its rows, ``explained`` to its definition."""

    label: str
    cell: Cell
    note: str = ""
    href: str = ""
    explained: str = ""


class Figures(Struct, frozen=True, kw_only=True):
    """Figures side by side."""

    kind: str = "figures"
    title: str = ""
    items: tuple[Figure, ...] = ()


class Lines(Struct, frozen=True, kw_only=True):
    """Sentences; ``tone`` is plain, note, good or bad."""

    kind: str = "lines"
    title: str = ""
    lines: tuple[str, ...] = ()
    tone: str = "plain"
    link: str = ""
    href: str = ""


class Bar(Struct, frozen=True, kw_only=True):
    """A value beside its words, with its share of the longest, 0 to 100; ``href`` leads to its rows."""

    label: str
    value: Cell
    width: float
    is_loss: bool = False
    href: str = ""


class Bars(Struct, frozen=True, kw_only=True):
    """Values drawn beside their words."""

    kind: str = "bars"
    title: str = ""
    about: str = ""
    explained: str = ""
    items: tuple[Bar, ...] = ()
    total: str = ""


class Trend(Struct, frozen=True, kw_only=True):
    """A line over time, 0 to 100 wide and 0 to 40 high, as points of SVG; ``words`` say the same.

    At ``level`` a line is drawn across: what it is to be. ``picture`` is shown in place of the line, where
    there is one; ``numbers`` are its days as a table, folded.
    """

    kind: str = "trend"
    title: str = ""
    words: str = ""
    points: str = ""
    level: float | None = None
    low: str = ""
    high: str = ""
    first: str = ""
    last: str = ""
    picture: Picture | None = None
    numbers: Table | None = None


class Choice(Struct, frozen=True, kw_only=True):
    """One of several, by its value."""

    value: str
    label: str
    is_chosen: bool = False


class Field(Struct, frozen=True, kw_only=True):
    """Something to fill in; ``kind`` is as HTML has it, or select, area or hidden."""

    name: str
    label: str = ""
    kind: str = "text"
    value: str = ""
    choices: tuple[Choice, ...] = ()
    hint: str = ""
    is_required: bool = False
    is_ticked: bool = False
    autocomplete: str = ""
    limit: int = 200


class Form(Struct, frozen=True, kw_only=True):
    """Something to do, folded under its title until it is wanted; ``tone`` is bad of what nobody can undo."""

    kind: str = "form"
    title: str = ""
    about: str = ""
    action: str = ""
    name: str = ""
    fields: tuple[Field, ...] = ()
    submit: str = "Save"
    tone: str = "plain"
    is_folded: bool = False


class Item(Struct, frozen=True, kw_only=True):
    """A line of the menu; ``count`` of what waits there."""

    label: str
    href: str
    is_here: bool = False
    count: int = 0


class Links(Struct, frozen=True, kw_only=True):
    """Ways to go from a page, side by side."""

    kind: str = "links"
    title: str = ""
    items: tuple[Item, ...] = ()


class Way(Struct, frozen=True, kw_only=True):
    """The first thing to do on a page, where it is to go somewhere else; it looks like a button."""

    kind: str = "way"
    label: str = ""
    href: str = ""


class Filters(Struct, frozen=True, kw_only=True):
    """What a list can be narrowed down by."""

    kind: str = "filters"
    action: str = ""
    fields: tuple[Field, ...] = ()


class Text(Struct, frozen=True, kw_only=True):
    """A text as it stands, its lines kept."""

    kind: str = "letter"
    title: str = ""
    lines: tuple[str, ...] = ()


class Pair(Struct, frozen=True, kw_only=True):
    """A term and what is said of it."""

    term: str
    cell: Cell


class Pairs(Struct, frozen=True, kw_only=True):
    """Terms and what is said of each."""

    kind: str = "pairs"
    title: str = ""
    items: tuple[Pair, ...] = ()


class Tile(Struct, frozen=True, kw_only=True):
    """A country: its code, where it stands in a grid of tiles of ten by ten, and ``shade`` from 0 to 4."""

    code: str
    x: int
    y: int
    shade: int = 0


class World(Struct, frozen=True, kw_only=True):
    """A map of the world, a tile a country, stronger where there is more; ``words`` say the same."""

    kind: str = "world"
    title: str = ""
    about: str = ""
    words: str = ""
    width: int
    height: int
    tiles: tuple[Tile, ...]


Part = Figures | Table | Lines | Bars | Trend | Form | Filters | Text | Pairs | World | Links | Way


class Menu(Struct, frozen=True, kw_only=True):
    """A part of the menu."""

    title: str
    items: tuple[Item, ...]


class View(Struct, frozen=True, kw_only=True):
    """A page: its title, where it stands in the menu, what it says first, and its parts.

    Below ``parts`` those of ``main`` stand beside those of ``aside`` where there is room; ``asks``, what
    can be done here, comes before both and stands above ``aside``.
    """

    title: str
    here: str = ""
    lead: str = ""
    trail: tuple[Item, ...] = ()
    done: str = ""
    wrong: str = ""
    parts: tuple[Part, ...] = ()
    asks: tuple[Part, ...] = ()
    main: tuple[Part, ...] = ()
    aside: tuple[Part, ...] = ()


class Frame(Struct, frozen=True, kw_only=True):
    """What surrounds a page: whose it is, who reads it, and the seal of their forms."""

    company_name: str
    email: str = ""
    role: str = ""
    seal: str = ""
    menu: tuple[Menu, ...] = ()
    banner: str = ""


class Asset(NamedTuple):
    """A file that every page asks for: its path, which holds its hash, its type and its bytes."""

    path: str
    media_type: str
    body: bytes


def view(frame: Frame, content: View, language: str) -> str:
    """The HTML of a page for a reader of a language."""
    spoken = locale(language, LANGUAGES)
    made = {**values(frame), "view": values(content)}
    made |= {name: asset(file).path for name, file in ASSETS.items()}
    return filled(_environment().get_template("site/page.html.j2"), made, spoken, STEPS)


@cache
def asset(name: str) -> Asset:
    """A file of the folder ``site``."""
    body = (FOLDER / "site" / name).read_bytes()
    kinds = {"css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}
    return Asset(f"/static/{sha256(body).hexdigest()[:16]}/{name}", kinds[name.rpartition(".")[2]], body)


@cache
def _environment() -> Environment:
    return Environment(autoescape=True)
