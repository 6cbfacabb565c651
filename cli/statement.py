"""The command ``verify``: does a statement hold?"""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.output import answer, say, wants_json

if TYPE_CHECKING:
    from worker.statement import Checked


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(verify)


def verify(
    statement: Annotated[Path, typer.Argument(help="A file that `explain ACCOUNT --statement` has written.")],
) -> None:
    """Judge again what a statement states, and say whether it holds; needs no database."""
    from config.errors import Actionable  # noqa: PLC0415 - a command loads what it needs
    from worker.statement import Unreadable, check  # noqa: PLC0415 - see above

    try:
        found = check(statement.read_bytes())
    except OSError as error:
        raise Actionable(f"{statement}: {error.strerror}") from None
    except Unreadable as error:
        raise Actionable(f"{statement}: {error}") from None
    if wants_json():
        answer(_document(found))
    else:
        for line in _lines(found):
            say(line)
    if found.differences:
        raise typer.Exit(1)


def _document(found: "Checked") -> dict[str, object]:
    return {
        "account": found.statement.account,
        "as_of": found.statement.as_of,
        "run": found.statement.run,
        "holds": not found.differences,
        "differences": [difference._asdict() for difference in found.differences],
        "note": found.note or None,
    }


def _lines(found: "Checked") -> list[str]:
    read = found.statement
    about = f"{read.account} as of {read.as_of}, run {read.run}"
    told = [f"{difference.at} {difference.says}" for difference in found.differences]
    if told:
        told.insert(0, f"Does not hold: {about}.")
    else:
        verdict = f"{read.verdict.band}, health {read.verdict.points / 100:g} of 100"
        rests_on = f"{len(read.measures)} measures stated, by policy {read.policy.hash}"
        told = [f"Holds: {about}: {verdict}, follows from the {rests_on}."]
    return [*told, *([f"Note: {found.note}."] if found.note else [])]
