"""``seatsignal drift``: fields of ours that people changed elsewhere, and giving them back."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from cli.output import answer, complain, say, table, tell, wants_json

if TYPE_CHECKING:
    from store.edits import Drifted

HEADINGS = ("account", "destination", "field", "ours", "theirs", "since")


def register(app: typer.Typer) -> None:
    """Add the command of this module."""
    app.command()(drift)


def drift(
    account: Annotated[str, typer.Argument(help="An account by its key; else all.")] = "",
    field: Annotated[str, typer.Option(help="One field, by its name there.")] = "",
    look: Annotated[
        bool, typer.Option("--look", help="Look at every record first, as is done daily.")
    ] = False,
    take: Annotated[bool, typer.Option("--take", help="Give them back: we write them again.")] = False,
) -> None:
    """List the fields of ours that people changed, which we leave alone; or give them back to us."""
    from cli.opened import opened  # noqa: PLC0415 - a command loads what it needs
    from store import audit, edits  # noqa: PLC0415 - see above
    from worker import drift as records  # noqa: PLC0415 - see above

    if take and not (account or field):
        raise typer.BadParameter("name an ACCOUNT or a --field: what people wrote is overwritten")
    with opened() as deployment:
        if look:
            records.look(deployment)
        with deployment.database.write() as connection:
            if take:
                given = edits.take(connection, account, field)
                audit.record(connection, "edits_taken", account or field, f"{given} fields", actor="operator")
            else:
                found = edits.drifted(connection, account, field)
    if not take:
        _show(found)
    elif given:
        tell({"taken": given}, f"{given} fields are ours again, and written with what is due.")
    else:
        complain("Nobody changed such a field, or it is given back already; `seatsignal drift` lists them.")
        raise typer.Exit(1)


def _show(found: "list[Drifted]") -> None:
    rows = [each._asdict() | {"since": _instant(each.since_ms)} for each in found]
    if wants_json():
        named = (*HEADINGS, "given_back")
        answer([{name: row[name] for name in named} for row in rows])
        return
    table(HEADINGS, [tuple(row[name] for name in HEADINGS) for row in rows])
    if rows:
        say("Left as people made them. `seatsignal drift ACCOUNT --take` gives an account's back to us.")


def _instant(instant_ms: int) -> str:
    at = datetime.fromtimestamp(instant_ms / 1000, UTC).isoformat(timespec="seconds")
    return at.replace("+00:00", "Z")
