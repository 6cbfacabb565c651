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
    facts: Annotated[
        bool, typer.Option("--facts", help="Measure again too, by the facts in our database as known then.")
    ] = False,
) -> None:
    """Judge again what a statement states and say whether it holds; needs no database without --facts."""
    found = _checked(statement)
    if facts:
        found = _measured(found)
    if wants_json():
        answer(_document(found, facts=facts))
    else:
        for line in _lines(found, facts=facts):
            say(line)
    if found.differences:
        raise typer.Exit(1)


def _checked(file: Path) -> "Checked":
    from config.errors import Actionable  # noqa: PLC0415 - a command loads what it needs
    from worker.statement import Unreadable, check  # noqa: PLC0415 - see above

    try:
        return check(file.read_bytes())
    except OSError as error:
        raise Actionable(f"{file}: {error.strerror}") from None
    except Unreadable as error:
        raise Actionable(f"{file}: {error}") from None


def _measured(found: "Checked") -> "Checked":
    """Return what was found with what the facts say; of a policy that cannot be read nothing is measured."""
    from cli.opened import opened  # noqa: PLC0415 - see above
    from store.installation import business_day  # noqa: PLC0415 - see above
    from worker.recompute import by_the_facts, gone  # noqa: PLC0415 - see above

    read = found.statement
    with opened() as deployment, deployment.database.read() as connection:
        more = tuple(by_the_facts(deployment, connection, read)) if found.readable else ()
        lost = gone(deployment.policy, read.as_of, business_day(connection)) if more else ""
    notes = "; ".join(filter(None, (found.note, lost)))
    return found._replace(differences=(*found.differences, *more), note=notes)


def _document(found: "Checked", *, facts: bool) -> dict[str, object]:
    return {
        "account": found.statement.account,
        "as_of": found.statement.as_of,
        "run": found.statement.run,
        "facts": facts,
        "holds": not found.differences,
        "differences": [difference._asdict() for difference in found.differences],
        "note": found.note or None,
    }


def _lines(found: "Checked", *, facts: bool) -> list[str]:
    read = found.statement
    about = f"{read.account} as of {read.as_of}, run {read.run}"
    told = [f"{difference.at} {difference.says}" for difference in found.differences]
    if told:
        told.insert(0, f"Does not hold: {about}.")
    else:
        verdict = f"{read.verdict.band}, health {read.verdict.points / 100:g} of 100"
        rests_on = f"{len(read.measures)} measures stated, by policy {read.policy.hash}"
        told = [f"Holds: {about}: {verdict}, follows from the {rests_on}."]
        told += ["They are those of the facts as known then."] if facts else []
    return [*told, *([f"Note: {found.note}."] if found.note else [])]
