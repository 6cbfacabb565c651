"""The command ``rekey``: secrets in the database get the newest key."""

import getpass

import typer

from cli.output import tell


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(rekey)


def rekey() -> None:
    """Encrypt every secret in the database with the first of SEATSIGNAL_ENCRYPTION_KEYS."""
    from contextlib import closing  # noqa: PLC0415 - a command loads what it needs

    from config.settings import settings  # noqa: PLC0415 - see above
    from store import audit, credentials  # noqa: PLC0415 - see above
    from store.database import Database  # noqa: PLC0415 - see above
    from store.schema import require  # noqa: PLC0415 - see above

    with closing(Database(settings().database_url)) as database:
        require(database)
        with database.write() as connection:
            number = credentials.rekey(connection)
            audit.record(connection, "rekeyed", "secrets", str(number), actor=getpass.getuser())
    tell({"encrypted": number}, f"{number} secrets are encrypted with the first key; others may go.")
