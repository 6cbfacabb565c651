"""The command ``override``: a person sets an account's band for a while, and says why."""

import getpass
from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from cli.output import complain, tell

if TYPE_CHECKING:
    from store.database import Database

REASON_LIMIT = 200
BANDS = ("at_risk", "watch", "healthy")


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(override)


def override(
    account: Annotated[str, typer.Argument(help="An account by its key.")],
    band: Annotated[str, typer.Option(help="at_risk, watch or healthy.")] = "",
    reason: Annotated[str, typer.Option(help="Why you know better: people read it beside the band.")] = "",
    until: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The last day that it counts.")
    ] = None,
    clear: Annotated[bool, typer.Option("--clear", help="Let the computed band count again.")] = False,
) -> None:
    """Set an account's band by hand, with a reason and a last day, or clear it; the computed one goes on."""
    from contextlib import closing  # noqa: PLC0415 - a command loads what it needs

    from config.settings import settings  # noqa: PLC0415 - see above
    from store.database import Database  # noqa: PLC0415 - see above

    if clear and (band or reason or until):
        raise typer.BadParameter("it takes nothing beside it", param_hint="--clear")
    with closing(Database(settings().database_url)) as database:
        if clear:
            _clear(database, account)
        else:
            _put(database, account, band, reason, until.date() if until else None)


def _put(database: "Database", account: str, band: str, reason: str, until: date | None) -> None:
    from health.overrides import Override  # noqa: PLC0415 - see above
    from store import audit, overrides  # noqa: PLC0415 - see above
    from store.installation import business_day  # noqa: PLC0415 - see above

    actor, why = getpass.getuser(), " ".join(reason.split())
    with database.write() as connection:
        last = _checked(band, why, until, business_day(connection))
        if not overrides.put(connection, account, Override(band, why, last), actor):
            complain(f"There is no account {account!r}.")
            raise typer.Exit(1)
        audit.record(connection, "band_set", account, f"{band} until {last}", actor)
    tell(
        {"account": account, "band": band, "reason": why, "until": last},
        f"{account} is {band} until {last}; alerts follow from the next assessment on.",
    )


def _checked(band: str, why: str, until: date | None, today: date) -> date:
    """Return the last day. Raises `typer.BadParameter` for what cannot be an override."""
    if band not in BANDS:
        raise typer.BadParameter(f"one of {', '.join(BANDS)}, or --clear", param_hint="--band")
    if not 0 < len(why) <= REASON_LIMIT:
        raise typer.BadParameter(f"needed, in at most {REASON_LIMIT} characters", param_hint="--reason")
    if until is None or until < today:
        raise typer.BadParameter(f"needed, today ({today}) or later", param_hint="--until")
    return until


def _clear(database: "Database", account: str) -> None:
    from store import audit, overrides  # noqa: PLC0415 - see above

    actor = getpass.getuser()
    with database.write() as connection:
        if not overrides.clear(connection, account):
            complain(f"No band of {account!r} is set by hand.")
            raise typer.Exit(1)
        audit.record(connection, "band_cleared", account, actor=actor)
    tell(
        {"account": account, "band": None},
        f"{account} has its computed band again; alerts follow from the next assessment on.",
    )
