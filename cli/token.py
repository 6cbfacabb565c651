"""The commands ``token``: by which programs ask the analytics API."""

import getpass
from typing import TYPE_CHECKING, Annotated

import typer

from cli.output import answer, complain, table, tell, wants_json

if TYPE_CHECKING:
    from dashboard.api.callers import Scope
    from store.tokens import Token

token = typer.Typer(help="Tokens by which programs ask the analytics API.", no_args_is_help=True)
NAME_LIMIT = 100
SCOPES = ("accounts", "figures", "experiments", "operations")


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(token, name="token")


Name = Annotated[str, typer.Argument(metavar="NAME", help="What it is for; it stands in the audit record.")]


@token.command()
def add(
    name: Name,
    scope: Annotated[list[str], typer.Option(help=f"What it may ask for, of {', '.join(SCOPES)}; again.")],
    days: Annotated[int, typer.Option(min=1, max=366, help="After how many days it ends.")],
) -> None:
    """Make a token. It is shown this once: only its hash is kept."""
    from cli.opened import opened  # noqa: PLC0415 - a command loads what it needs
    from dashboard.api.callers import issue  # noqa: PLC0415 - see above

    if not 0 < len(name) <= NAME_LIMIT:
        raise typer.BadParameter(f"needed, in at most {NAME_LIMIT} characters", param_hint="NAME")
    scopes = _scopes(scope)
    with opened() as deployment, deployment.database.write() as connection:
        made = issue(connection, name, scopes, days, getpass.getuser())
    if made is None:
        complain(f"There is a token {name!r} already; `seatsignal token revoke` ends it.")
        raise typer.Exit(1)
    document = {"name": name, "scopes": scopes, "days": days, "token": made}
    tell(document, f"{name} may ask for {', '.join(scopes)} for {days} days. Token, shown this once: {made}")


@token.command("list")
def list_() -> None:
    """List the tokens there are, and when each was used."""
    from cli.opened import opened  # noqa: PLC0415 - see above
    from store import tokens  # noqa: PLC0415 - see above

    with opened() as deployment, deployment.database.read() as connection:
        rows = [_row(each) for each in tokens.everyone(connection)]
    if wants_json():
        answer(rows)
    else:
        headings = ("token", "scopes", "made by", "made", "ends", "last used", "state")
        table(headings, [tuple(row.values()) for row in rows])


@token.command()
def revoke(name: Name) -> None:
    """End a token at once."""
    from cli.opened import opened  # noqa: PLC0415 - see above
    from store import audit, tokens  # noqa: PLC0415 - see above

    with opened() as deployment, deployment.database.write() as connection:
        if not tokens.revoke(connection, name):
            complain(f"There is no token {name!r} that still counts.")
            raise typer.Exit(1)
        audit.record(connection, "token_revoked", name, actor=getpass.getuser())
    tell({"name": name}, f"{name} is asked by no more.")


def _scopes(given: list[str]) -> "list[Scope]":
    from dashboard.api.callers import Scope  # noqa: PLC0415 - see above

    for each in given:
        if each not in SCOPES:
            raise typer.BadParameter(f"{each!r} is none of {', '.join(SCOPES)}", param_hint="--scope")
    return sorted({Scope(each) for each in given})


def _row(of: "Token") -> dict[str, object]:
    return {
        "name": of.name,
        "scopes": " ".join(of.scopes),
        "made_by": of.actor,
        "made_on": _day(of.made_ms),
        "ends_on": _day(of.ends_ms),
        "seen_on": _day(of.seen_ms),
        "state": "revoked" if of.revoked_ms else "counts" if of.counts else "ended",
    }


def _day(ms: int | None) -> str | None:
    from health.figures.days import day_of  # noqa: PLC0415 - see above

    return None if ms is None else day_of(ms).isoformat()
