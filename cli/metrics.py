"""``seatsignal metrics``: what every figure means, how it is read, and what to do about it."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from cli.output import answer, complain, table, wants_json

if TYPE_CHECKING:
    from config.metrics import Catalogue, Entry

WIDTH = 100
LABEL = 15


def register(app: typer.Typer) -> None:
    """Add the command of this module."""
    app.command()(metrics)


def metrics(  # noqa: PLR0917 - options, which are given by name
    name: Annotated[str, typer.Argument(help="A figure or a measure; all by family without one.")] = "",
    value: Annotated[
        bool, typer.Option("--value", help="What it comes to today, over all accounts.")
    ] = False,
    by: Annotated[str, typer.Option(help="With --value: a segment, such as plan or industry.")] = "",
    spread: Annotated[
        bool, typer.Option("--spread", help="With --value: how it lies over accounts: median, quartiles.")
    ] = False,
    worst: Annotated[
        bool, typer.Option("--worst", help="With --value: the ten accounts at the worse end, by name.")
    ] = False,
    markdown: Annotated[bool, typer.Option("--markdown", help="The whole catalogue as a page.")] = False,
) -> None:
    """Say what a figure or a measure means, how it is read, and what to do about it."""
    from config.metrics import entries, load_metrics  # noqa: PLC0415 - a command loads what it needs

    catalogue = load_metrics()
    if markdown:
        from cli.catalogue import page  # noqa: PLC0415 - see above

        print(page(catalogue), end="")
    elif not name:
        _list(catalogue)
    elif name not in (known := entries(catalogue)):
        from config.files import nearest  # noqa: PLC0415 - see above

        complain(f"No figure or measure is called {name!r}{nearest(name, list(known))}")
        raise typer.Exit(1)
    elif value or by or spread or worst:
        from cli.present import tell  # noqa: PLC0415 - see above
        from worker.gathered import Asked  # noqa: PLC0415 - see above

        tell(Asked(name, known[name], by, spread, worst))
    else:
        _tell(name, known[name])


def kind(entry: "Entry") -> str:
    """Say whether an entry is a figure of the book, or a measure of one account."""
    return "figure" if entry.function else "measure"


def _list(catalogue: "Catalogue") -> None:
    rows = [
        {
            "family": family,
            "name": name,
            "kind": kind(entry),
            "unit": entry.unit,
            "owner": entry.owner,
            "title": entry.title,
        }
        for family, known in catalogue.items()
        for name, entry in known.entries.items()
    ]
    if wants_json():
        answer(rows)
    else:
        table(("family", "name", "kind", "unit", "owner", "title"), [tuple(row.values()) for row in rows])


def _tell(name: str, entry: "Entry") -> None:
    from config.worked import plain, worked  # noqa: PLC0415 - see above

    found = worked(name, entry)
    if wants_json():
        told = entry.model_dump(mode="json", exclude={"example"})
        example = {"given": plain(entry.example.given), "gives": found}
        answer({"name": name, "kind": kind(entry), **told, "example": example})
        return
    print(f"{name}: {entry.title} ({kind(entry)}, {entry.unit})")
    for label, text in parts(entry):
        _say(label, text)
    _show("given", entry.example.given)
    _show("gives", found)


def parts(entry: "Entry") -> Iterator[tuple[str, str]]:
    """Yield label and text of all that is said of a figure but its example, in the order people ask."""
    yield "what it is", entry.definition
    yield "tells", entry.tells
    yield "formula", entry.formula
    yield "owner", entry.owner
    yield "measured from", ", ".join(entry.inputs)
    yield "trend", entry.trend
    for scale, bands in entry.bands.items():
        words = "; ".join(f"from {band.at:g} {band.word}" for band in sorted(bands, key=lambda each: each.at))
        yield ("bands" if scale == "default" else f"bands, {scale}"), words
    if entry.worse:
        yield "worse", f"the {entry.worse} end"
    if entry.no_value:
        yield "no value", entry.no_value
    yield "target", entry.target
    yield "ask", " ".join(entry.questions)
    yield "do", " ".join(entry.actions)
    for outcome, step in entry.next_steps.items():
        yield f"on {outcome}", f"{step.to_do} ({step.recipient})"
    yield "chart", entry.chart
    yield "tools", ", ".join(entry.tools)
    yield "pitfalls", " ".join(entry.pitfalls)
    yield "connects to", ", ".join(entry.connects)
    yield "changes", entry.changes
    if entry.function:
        yield "computed by", entry.function


def _say(label: str, text: str) -> None:
    import textwrap  # noqa: PLC0415 - see above

    indent = " " * LABEL
    lines = textwrap.wrap(text, WIDTH, initial_indent=indent, subsequent_indent=indent)
    if len(label) >= LABEL - 1:
        print(label)
    else:
        lines[0] = label.ljust(LABEL) + lines[0][LABEL:]
    print("\n".join(lines))


def _show(label: str, value: object) -> None:
    from cli.catalogue import yaml_of  # noqa: PLC0415 - see above

    print(f"\nexample, {label}:")
    print("\n".join(f"    {line}" for line in yaml_of(value).splitlines()))
