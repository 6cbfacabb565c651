"""The command ``erase``: a person leaves every table."""

import getpass
from typing import Annotated

import typer

from cli.output import answer, say, table, wants_json


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(erase)


def erase(email: Annotated[str, typer.Argument(help="The person's address.")]) -> None:
    """Erase a person's address and name wherever they are stored, and let nobody bring them back."""
    from contextlib import closing  # noqa: PLC0415 - a command loads what it needs

    from config.settings import settings  # noqa: PLC0415 - see above
    from store import erasure  # noqa: PLC0415 - see above
    from store.database import Database  # noqa: PLC0415 - see above
    from store.schema import require  # noqa: PLC0415 - see above

    if "@" not in email:
        raise typer.BadParameter("it must be an address", param_hint="EMAIL")
    with closing(Database(settings().database_url)) as database:
        require(database)
        changed = erasure.erase(database, email, getpass.getuser())
    if wants_json():
        answer({"erased": changed})
        return
    table(("table", "rows"), list(changed.items()))
    say("What was sent, and backups made before, still hold what they held.")
