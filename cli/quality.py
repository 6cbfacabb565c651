"""``seatsignal quality``: what the sources state that cannot be so, and what is made of it."""

from typing import TYPE_CHECKING, Annotated

import typer

from cli.output import answer, say, table, wants_json

if TYPE_CHECKING:
    from health.quality import Oddity


def register(app: typer.Typer) -> None:
    """Add the command of this module."""
    app.command()(quality)


def quality(source: Annotated[str, typer.Argument(help="A source; all by default.")] = "") -> None:
    """Count by source the facts that cannot be so, and say what is made of them."""
    from cli.opened import opened  # noqa: PLC0415 - a command loads what it needs
    from store.installation import business_day  # noqa: PLC0415 - see above
    from store.quality import oddities  # noqa: PLC0415 - see above

    with opened() as deployment, deployment.database.read() as connection:
        found = oddities(connection, business_day(connection))
    found = [each for each in found if source in {"", each.source}]
    if wants_json():
        answer([{name: getattr(each, name) for name in each.__slots__} for each in found])
        return
    if not found:
        say("Nothing that cannot be so.")
        return
    headings = ("source", "what", "rows", "accounts", "such as", "what is made of it")
    table(headings, [_row(each) for each in found])


def _row(found: "Oddity") -> tuple[object, ...]:
    from health.quality import TREATMENTS  # noqa: PLC0415 - see above

    treatment = TREATMENTS[found.kind]
    return found.source, found.kind, found.rows, found.accounts, found.example, treatment
