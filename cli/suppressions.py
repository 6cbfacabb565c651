"""The command ``suppressions``: who is not written to because letters came back."""

import getpass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from cli.output import answer, complain, table, tell, wants_json

if TYPE_CHECKING:
    from store.database import Database


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(suppressions)


def suppressions(
    lift: Annotated[str, typer.Option(help="An address that may be written to again.")] = "",
    reason: Annotated[str, typer.Option(help="Why it may: the audit log keeps it.")] = "",
) -> None:
    """List the people that no letter is sent to since one bounced or was marked as spam; or lift one."""
    from contextlib import closing  # noqa: PLC0415 - a command loads what it needs

    from config.settings import settings  # noqa: PLC0415 - see above
    from store.database import Database  # noqa: PLC0415 - see above
    from store.schema import require  # noqa: PLC0415 - see above

    why = " ".join(reason.split())
    if bool(lift) != bool(why):
        raise typer.BadParameter("they are given together", param_hint="--lift, --reason")
    with closing(Database(settings().database_url)) as database:
        require(database)
        if lift:
            _lift(database, lift, why)
        else:
            _list(database)


def _lift(database: "Database", address: str, reason: str) -> None:
    from store import returns  # noqa: PLC0415 - see above

    with database.write() as connection:
        lifted = returns.lift(connection, address, getpass.getuser(), reason)
    if not lifted:
        complain("Nothing is against writing to that address.")
        raise typer.Exit(1)
    tell({"lifted": lifted}, "It may be written to again.")


def _list(database: "Database") -> None:
    from store import returns  # noqa: PLC0415 - see above

    with database.read() as connection:
        found = returns.suppressions(connection)
    rows = [(each.email or each.subject, each.kind, _day(each.at_ms)) for each in found]
    if wants_json():
        answer({"suppressions": [dict(zip(("person", "kind", "since"), row, strict=True)) for row in rows]})
        return
    table(("person", "kind", "since"), rows)


def _day(at_ms: int) -> str:
    return datetime.fromtimestamp(at_ms / 1000, UTC).date().isoformat()
