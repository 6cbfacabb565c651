"""Commands about facts: migrate, import, pull, backup, restore."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.output import REJECTS, answer, say, wants_json

if TYPE_CHECKING:
    from worker.pipeline import Pulled


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command()(migrate)
    app.command("import")(import_folder)
    app.command()(pull)
    app.command()(backup)
    app.command()(restore)


def migrate() -> None:
    """Bring the database to the schema of this version."""
    from config.settings import settings  # noqa: PLC0415 - a command loads what it needs
    from store.database import Database  # noqa: PLC0415 - see above
    from store.schema import migrate as work  # noqa: PLC0415 - see above

    database = Database(settings().database_url)
    revision = work(database)
    database.close()
    if wants_json():
        answer({"revision": revision})
    else:
        say(f"The database is at revision {revision}.")


def import_folder(
    folder: Annotated[
        Path, typer.Argument(exists=True, file_okay=False, help="Folder in the import format.")
    ],
) -> None:
    """Read a folder of CSV, gzip'd CSV or Parquet files; bad rows go to reject files beside them."""
    from cli.opened import judge_waiting, opened  # noqa: PLC0415 - see above
    from integrations.files.source import FilesSource  # noqa: PLC0415 - see above
    from worker.pipeline import pull as work  # noqa: PLC0415 - see above

    with opened() as deployment:
        source = FilesSource(folder)
        source.check()
        deployment.use_source("files", source)
        pulled = work(deployment, "files")
        judge_waiting(deployment)
    for remark in source.remarks:
        say(str(remark))
    _report(pulled)


def pull(
    source: Annotated[str, typer.Argument(help="A source by name; all that are set up if left out.")] = "",
) -> None:
    """Pull what the sources have new, then judge the accounts it touches."""
    from cli.opened import judge_waiting, opened  # noqa: PLC0415 - see above
    from worker.pipeline import pull as work  # noqa: PLC0415 - see above
    from worker.process import schedule  # noqa: PLC0415 - see above

    with opened() as deployment:
        for name in [source] if source else schedule().pull:
            pulled = work(deployment, name)
            judge_waiting(deployment)
            _report(pulled)


def _report(pulled: "Pulled") -> None:
    if wants_json():
        answer({name: getattr(pulled, name) for name in pulled.__struct_fields__})
    else:
        say(f"{pulled.source}: {pulled.rows} rows read, {pulled.rejects} rejected.")
    if pulled.failure:
        say(f"{pulled.source}: the pull ended early ({pulled.failure}); it goes on from there next time.")
        raise typer.Exit(1)
    if pulled.rejects:
        raise typer.Exit(REJECTS)


def backup(target: Annotated[Path, typer.Argument(help="A new file.")]) -> None:
    """Copy the database to a file while everything runs."""
    from config.settings import settings  # noqa: PLC0415 - see above
    from store.backup import backup as work  # noqa: PLC0415 - see above
    from store.database import Database  # noqa: PLC0415 - see above

    database = Database(settings().database_url)
    work(database, target)
    database.close()
    say(f"Backed up to {target}.")


def restore(source: Annotated[Path, typer.Argument(help="A file that `backup` made.")]) -> None:
    """Fill a new database from a backup. It starts paused; what was due then is listed as unknown."""
    from config.settings import settings  # noqa: PLC0415 - see above
    from store.backup import restore as work  # noqa: PLC0415 - see above
    from store.database import Database  # noqa: PLC0415 - see above

    database = Database(settings().database_url)
    doubtful = work(database, source)
    database.close()
    say(
        f"Restored and paused. {doubtful} notices may have been sent since and are unknown; `resume` goes on."
    )
