"""What a replay comes to, as sections of words and tables: for a terminal, or in Markdown."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from babel.numbers import get_currency_precision

from cli.output import say, table

MOST = 10
"""Alerts that are listed; ``--json`` has them all."""
Document = dict[str, Any]


class Section(NamedTuple):
    """A heading, a table and what is said beneath it; any may be empty."""

    title: str
    headings: Sequence[str] = ()
    rows: Sequence[Sequence[object]] = ()
    notes: Sequence[str] = ()


def as_tables(document: Document) -> None:
    """Print the sections for a terminal."""
    for at, section in enumerate(_sections(document)):
        say(f"\n{section.title}" if at else section.title)
        if section.rows:
            table(section.headings, section.rows)
        for note in section.notes:
            say(note)


def as_markdown(document: Document) -> str:
    """Return the sections in Markdown, for the comment on a change."""
    parts = []
    for at, section in enumerate(_sections(document)):
        parts.append(f"{'###' if at else '##'} {section.title}")
        if section.rows:
            lines = [section.headings, ["---"] * len(section.headings), *section.rows]
            parts.append("\n".join(f"| {' | '.join(map(_plain, line))} |" for line in lines))
        parts += section.notes
    return "\n\n".join(parts)


def _plain(cell: object) -> str:
    """Return a cell that ends no column: names are not ours."""
    text = "" if cell is None else str(cell)
    return "".join(f"\\{char}" if char in "\\|`*_<>[]" else " " if char in "\r\n" else char for char in text)


def _sections(document: Document) -> Iterator[Section]:
    title = f"Policy {document['proposed']} instead of {document['policy']}"
    if document["nothing_changes"]:
        yield Section(
            title, notes=["Nothing changes: both policies are the same, whatever their files look like."]
        )
        return
    yield Section(title, notes=[_replayed(document)])
    yield Section("Accounts that somebody is told of", *_rows(document["alerts"], _ALERTS))
    yield from (_list(document, name) for name in ("gained", "lost") if document[name])
    yield Section("Revenue of the accounts they are about", *_revenue(document["revenue"]))
    yield _bands(document["bands"])
    yield _volume(document)
    yield _foresight(document)
    yield Section("What history cannot know", notes=[*_unknown(document["unknown"])])


def _replayed(document: Document) -> str:
    return (
        f"{document['accounts']} accounts, judged every {document['every_days']} days from "
        f"{document['from']} to {document['to']} ({document['days']} times), as known then. "
        "Both policies begin with nothing standing: what they say on the first day stood then, and counts in "
        "no CSM's volume."
    )


_ALERTS = ("audience", "kind", "in_force", "proposed", "gained", "lost")
_LISTED = ("account", "name", "audience", "kind", "on", "severity", "csm")


def _rows(documents: Sequence[Document], names: Sequence[str]) -> tuple[list[str], list[list[object]]]:
    return [_heading(name) for name in names], [[each[name] for name in names] for each in documents]


def _heading(name: str) -> str:
    return name.replace("_", " ")


def _list(document: Document, name: str) -> Section:
    told: Sequence[Document] = document[name]
    headings, rows = _rows(told[:MOST], _LISTED)
    for row, each in zip(rows, told, strict=False):
        row.append(_money(each["mrr_minor"], each["currency"]))
    more = [f"and {len(told) - MOST} more: `--json` lists all."] if len(told) > MOST else []
    return Section(f"Alerts {name}, the most revenue first", [*headings, "MRR"], rows, more)


def _revenue(revenue: Document) -> tuple[list[str], list[list[object]]]:
    rows = [
        [name, each["accounts"], *(_money(each[field], each["currency"]) for field in _MONEY)]
        for name, sums in revenue.items()
        for each in sums
    ]
    return ["alerts", "accounts", "MRR", "ARR"], rows


_MONEY = ("mrr_minor", "arr_minor")


def _money(minor: int, currency: str) -> str | None:
    """Return an amount in whole units; nothing where no currency is stated."""
    return f"{minor / 10 ** get_currency_precision(currency):,.0f} {currency}" if currency else None


def _bands(bands: Document) -> Section:
    names = sorted({*bands["in_force"], *bands["proposed"]})
    rows = [[name, bands["in_force"].get(name, 0), bands["proposed"].get(name, 0)] for name in names]
    moved = f"{bands['moved']} accounts are in another band"
    pairs = [f"{each['accounts']} from {each['in_force']} to {each['proposed']}" for each in bands["moves"]]
    notes = [f"{moved}: {', '.join(pairs)}." if pairs else f"{moved}."]
    return Section("Bands on the last day", ["band", "in force", "proposed"], rows, notes)


def _volume(document: Document) -> Section:
    rows = [
        [
            each["csm"] or "(no CSM)",
            *(each[side][field] for field in ("per_week", "worst") for side in ("in_force", "proposed")),
        ]
        for each in document["volume"]
    ]
    worst = f"worst {document['every_days']} days"
    headings = ["CSM", "a week", "a week, proposed", worst, f"{worst}, proposed"]
    notes = [] if rows else ["No CSM is told anything after the first day."]
    return Section("Messages to each CSM", headings, rows, notes)


_FORESIGHT = ("alerts", "closed", "right", "precision", "left", "foreseen", "recall")


def _foresight(document: Document) -> Section:
    sides = document["at_risk"]
    rows = [[name, *(_share(sides[side], name) for side in sides)] for name in _FORESIGHT]
    days = document["horizon_days"]
    notes = [
        f"Right: the account left within {days} days. Foreseen: its CSM was told within {days} days before."
    ]
    notes += sorted(
        {
            side["why_not"][:1].upper() + side["why_not"][1:] + "."
            for side in sides.values()
            if side["why_not"]
        }
    )
    return Section(
        "At-risk alerts to CSMs against what became of the accounts",
        ["figure", "in force", "proposed"],
        rows,
        notes,
    )


def _share(side: Document, name: str) -> object:
    value = side[name]
    if name not in {"precision", "recall"} or value is None:
        return value
    return f"{value:.0%} ({side[f'{name}_low']:.0%} to {side[f'{name}_high']:.0%})"


def _unknown(unknown: Document) -> Iterator[str]:
    if unknown["sources"]:
        said = "; ".join(f"{kind}: {', '.join(columns)}" for kind, columns in unknown["columns"].items())
        yield (
            f"Read after days that are replayed: {', '.join(unknown['sources'])}. What they state of the "
            f"present is unknown then ({said}), and alerts that rest on it are missing on both sides."
        )
    yield (
        "What people did (acknowledged, snoozed, closed by hand), the brake, and what flares up and settles "
        "between two days that are judged."
    )
