"""The commands ``user``: colleagues who may sign in to the dashboard."""

import getpass
from contextlib import closing
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from cli.output import answer, complain, table, tell, wants_json

if TYPE_CHECKING:
    from store.database import Database

user = typer.Typer(help="Colleagues who may sign in to the dashboard.", no_args_is_help=True)


class Role(StrEnum):
    """What a colleague does here."""

    CSM = "csm"
    SALES = "sales"
    SUPPORT = "support"
    MANAGER = "manager"
    ADMIN = "admin"


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(user, name="user")


Address = Annotated[
    str, typer.Argument(metavar="ADDRESS", help="Their e-mail address, by which they sign in.")
]

PasswordFile = Annotated[
    Path | None, typer.Option(exists=True, dir_okay=False, help="A file with the password, in one line.")
]


@user.command()
def add(
    email: Address,
    role: Annotated[Role, typer.Option(help="What they do: it says what they may.")],
    own_only: Annotated[
        bool, typer.Option("--own-only", help="They see the accounts that they look after, and no others.")
    ] = False,
    password_file: PasswordFile = None,
) -> None:
    """Let a colleague in. Without a file the password is asked for; without a terminal one is made up."""
    from dashboard import colleagues  # noqa: PLC0415 - a command loads what it needs

    named, actor = colleagues.address(email), getpass.getuser()
    chosen = _password(named, password_file)
    with closing(_database()) as database, database.write() as connection:
        colleagues.add(connection, named, role.value, chosen.password, actor, own_only=own_only)
    document = {"user": named, "role": role.value, **chosen.shown}
    tell(document, f"{named} may sign in as {role.value}.{chosen.words}")


@user.command("list")
def list_() -> None:
    """List who may sign in."""
    from store import users  # noqa: PLC0415 - see above

    with closing(_database()) as database, database.read() as connection:
        found = users.everyone(connection)
    rows = [
        {
            "user": each.email,
            "role": each.role,
            "sees": "own accounts" if each.own_only else "all accounts",
            "state": "locked out" if each.is_disabled else "may sign in",
        }
        for each in found
    ]
    if wants_json():
        answer(rows)
    else:
        table(("user", "role", "sees", "state"), [tuple(row.values()) for row in rows])


@user.command()
def password(email: Address, password_file: PasswordFile = None) -> None:
    """Give a colleague another password, and end every session of theirs."""
    from dashboard import colleagues  # noqa: PLC0415 - see above

    named = colleagues.address(email)
    chosen = _password(named, password_file)
    with closing(_database()) as database, database.write() as connection:
        known = colleagues.found(connection, named)
        colleagues.renew(connection, known, chosen.password, getpass.getuser())
    words = f"{named} has another password; every session has ended.{chosen.words}"
    tell({"user": named, **chosen.shown}, words)


@user.command()
def remove(email: Address) -> None:
    """Let a colleague in no more, and end every session of theirs; what they did stays on record."""
    from dashboard import colleagues  # noqa: PLC0415 - see above

    named = colleagues.address(email)
    with closing(_database()) as database, database.write() as connection:
        colleagues.lock_out(connection, colleagues.found(connection, named), getpass.getuser())
    tell({"user": named}, f"{named} cannot sign in any more.")


def _database() -> "Database":
    from config.settings import settings  # noqa: PLC0415 - see above
    from store.database import Database  # noqa: PLC0415 - see above
    from store.schema import require  # noqa: PLC0415 - see above

    database = Database(settings().database_url)
    require(database)
    return database


class _Chosen(NamedTuple):
    """A password, and what to tell of it: itself, where we have made it up."""

    password: str
    shown: dict[str, str]
    words: str = ""


def _password(email: str, file: Path | None) -> _Chosen:
    """Return a password: of a file, else asked for, else made up where there is no terminal."""
    import sys  # noqa: PLC0415 - see above

    from dashboard.colleagues import made_up  # noqa: PLC0415 - see above
    from dashboard.passwords import wrong  # noqa: PLC0415 - see above

    if file is None and not sys.stdin.isatty():
        made = made_up()
        return _Chosen(made, {"password": made}, f" Password, shown this once: {made}")
    given = file.read_text("utf-8").rstrip("\n") if file else _typed()
    if problem := wrong(given, email):
        complain(problem)
        raise typer.Exit(1)
    return _Chosen(given, {})


def _typed() -> str:
    return str(typer.prompt("Password", hide_input=True, confirmation_prompt=True))
