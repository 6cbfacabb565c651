"""The command ``move``: an installation changes its database."""

import getpass
from typing import Annotated

import typer

from cli.output import answer, say, table, wants_json


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(move)


def move(
    to: Annotated[str, typer.Option(help="The new database: empty, and migrated if it is PostgreSQL.")],
) -> None:
    """Move everything to another database, SQLite or PostgreSQL. Stop every process first."""
    from contextlib import closing  # noqa: PLC0415 - a command loads what it needs

    from config.settings import settings  # noqa: PLC0415 - see above
    from store import move as work  # noqa: PLC0415 - see above
    from store.database import Database  # noqa: PLC0415 - see above
    from store.schema import require  # noqa: PLC0415 - see above

    with closing(Database(settings().database_url)) as source, closing(Database(to)) as target:
        require(source)
        require(target)
        moved = work.move(source, target, getpass.getuser())
    if wants_json():
        answer({"moved": moved})
        return
    table(("table", "rows"), list(moved.items()))
    say(
        "Every table is equal. Set SEATSIGNAL_DATABASE_URL to the new one; nothing leaves from the old again."
    )
