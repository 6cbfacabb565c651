"""The command ``contact``: let no nudge leave to an account, until a day or until somebody resumes it."""

import getpass
from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from cli.output import answer, complain, table, tell, wants_json

if TYPE_CHECKING:
    from store.database import Database

REASON_LIMIT = 200


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(contact)


def contact(
    account: Annotated[
        str, typer.Argument(help="An account by its key; without one, list the stopped.")
    ] = "",
    stop: Annotated[bool, typer.Option("--stop", help="Send no nudge to it; notices go on.")] = False,
    reason: Annotated[str, typer.Option(help="Why: people read it in the list.")] = "",
    until: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The last day; for good without one.")
    ] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Let nudges leave again.")] = False,
) -> None:
    """Stop nudges and surveys to an account by hand, with a reason, or let them leave again."""
    from contextlib import closing  # noqa: PLC0415 - a command loads what it needs

    from config.settings import settings  # noqa: PLC0415 - see above
    from store.database import Database  # noqa: PLC0415 - see above
    from store.schema import require  # noqa: PLC0415 - see above

    why = " ".join(reason.split())
    _check(account, why, stop=stop, resume=resume, dated=until is not None)
    with closing(Database(settings().database_url)) as database:
        require(database)
        if stop:
            _stop(database, account, why, until.date() if until else None)
        elif resume:
            _resume(database, account)
        else:
            _list(database)


def _check(account: str, why: str, *, stop: bool, resume: bool, dated: bool) -> None:
    """Raise `typer.BadParameter` for options that do not go together."""
    if bool(account) != (stop or resume):
        raise typer.BadParameter("an account is given with one of them", param_hint="--stop, --resume")
    if stop and resume:
        raise typer.BadParameter("give --stop or --resume, not both", param_hint="--resume")
    if (why or dated) and not stop:
        raise typer.BadParameter("only with --stop", param_hint="--reason, --until")
    if stop and not 0 < len(why) <= REASON_LIMIT:
        raise typer.BadParameter(f"needed, in at most {REASON_LIMIT} characters", param_hint="--reason")


def _stop(database: "Database", account: str, why: str, until: date | None) -> None:
    from store import audit, stops  # noqa: PLC0415 - see above
    from store.installation import business_day  # noqa: PLC0415 - see above

    actor, how_long = getpass.getuser(), f"until {until}" if until else "until it is resumed"
    with database.write() as connection:
        today = business_day(connection)
        if until is not None and until < today:
            raise typer.BadParameter(f"today ({today}) or later", param_hint="--until")
        if not stops.put(connection, account, stops.Stop(why, until), actor):
            complain(f"There is no account {account!r}.")
            raise typer.Exit(1)
        audit.record(connection, "contact_stopped", account, how_long, actor)
    tell(
        {"account": account, "stopped": True, "reason": why, "until": until},
        f"No nudge leaves to {account} {how_long}; notices do, such as a failed payment.",
    )


def _resume(database: "Database", account: str) -> None:
    from store import audit, stops  # noqa: PLC0415 - see above
    from store.installation import business_day  # noqa: PLC0415 - see above

    with database.write() as connection:
        lifted = stops.lift(connection, account)
        if lifted:
            audit.record(connection, "contact_resumed", account, actor=getpass.getuser())
        left = [stop for key, stop in stops.standing(connection, business_day(connection)) if key == account]
    marked = f"It is {' and '.join(stop.reason for stop in left)}: clear it there."
    if not lifted:
        complain(f"Nobody stopped nudges to {account!r}.{f' {marked}' if left else ''}")
        raise typer.Exit(1)
    said = f"No nudge leaves to {account} yet. {marked}" if left else f"Nudges leave to {account} again."
    tell({"account": account, "stopped": bool(left)}, said)


def _list(database: "Database") -> None:
    from store import stops  # noqa: PLC0415 - see above
    from store.installation import business_day  # noqa: PLC0415 - see above

    with database.read() as connection:
        found = stops.standing(connection, business_day(connection))
    rows = [(key, str(stop.until or ""), stop.reason, stop.source) for key, stop in found]
    names = ("account", "until", "reason", "source")
    if wants_json():
        answer({"stopped": [dict(zip(names, row, strict=True)) for row in rows]})
        return
    table(names, rows)
