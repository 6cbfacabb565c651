"""Commands about facts: migrate, import, pull, backup, restore."""

from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.output import REJECTS, answer, complain, say, tell, wants_json

if TYPE_CHECKING:
    from worker.deployment import Deployment
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

    with closing(Database(settings().database_url)) as database:
        revision = work(database)
    tell({"revision": revision}, f"The database is at revision {revision}.")


def import_folder(
    folder: Annotated[
        Path, typer.Argument(exists=True, file_okay=False, help="Folder in the import format.")
    ],
    complete: Annotated[
        list[str] | None,
        typer.Option(metavar="FILE", help="This file lists all there is: retire what it leaves out."),
    ] = None,
    retire_all: Annotated[
        bool, typer.Option("--retire-all", help="With --complete: retire it however much it is.")
    ] = False,
) -> None:
    """Read a folder of CSV, gzip'd CSV or Parquet files; bad rows go to reject files beside them."""
    from cli.opened import judge_waiting, opened  # noqa: PLC0415 - see above
    from integrations.files.source import FilesSource  # noqa: PLC0415 - see above
    from worker.pipeline import pull as work  # noqa: PLC0415 - see above

    source = FilesSource(folder, complete=_complete(folder, complete or [], retire_all=retire_all))
    with opened() as deployment:
        source.check()
        deployment.use_source("files", source)
        pulled = work(deployment, "files", retire_all=retire_all)
        judge_waiting(deployment)
    for remark in source.remarks:
        say(str(remark))
    tell(_answer(pulled), _line(pulled))
    _tell_retired(pulled)
    if complete and pulled.failure:
        complain("Nothing was retired: that needs the whole import; give --complete again.")
    _end([pulled])


def _complete(folder: Path, names: Sequence[str], *, retire_all: bool) -> frozenset[str]:
    """Return the kinds of the files that are vouched for; anything else is wrong use."""
    from integrations.errors import Misconfigured  # noqa: PLC0415 - see above
    from integrations.files.folder import complete_kinds  # noqa: PLC0415 - see above

    if retire_all and not names:
        raise typer.BadParameter("says nothing without --complete FILE", param_hint="--retire-all")
    try:
        return complete_kinds(folder, names)
    except Misconfigured as error:
        raise typer.BadParameter(str(error), param_hint="--complete") from None


_HELD = {
    "rejects": "rows that could not be read must not count as absent; mend them and import again",
    "unfinished": "the end of the listing was not reached",
    "too_many": "more than 10 %; if the file is right, import again with --complete {kind} --retire-all",
}


def _tell_retired(pulled: "Pulled") -> None:
    """Say what complete files leave out, and of what stays because of doubt how to go on."""
    for one in pulled.retired:
        absent = (
            f"{one.absent} of {one.stood} are absent from the file" if one.absent else "nothing is absent"
        )
        if not one.held:
            say(f"{one.kind}: {absent}{' and retired' if one.absent else ''}.")
            continue
        absent = f"{absent}, and " if one.absent else ""
        complain(f"{one.kind}: {absent}nothing was retired: {_HELD[one.held].format(kind=one.kind)}.")


def pull(
    source: Annotated[str, typer.Argument(help="A source by name; all that are set up if left out.")] = "",
    believe: Annotated[
        bool, typer.Option("--believe", help="Store what it says even if it changes everything at once.")
    ] = False,
    preview: Annotated[
        int,
        typer.Option(
            min=0, metavar="N", help="Show N records of each kind as they would be read; store nothing."
        ),
    ] = 0,
) -> None:
    """Pull what the sources have new, then judge the accounts it touches."""
    from cli.opened import opened  # noqa: PLC0415 - see above
    from worker.process import schedule  # noqa: PLC0415 - see above

    if preview:
        _preview(source, preview)
        return
    with opened() as deployment:
        wanted = [source] if source else list(filter(deployment.has_source, schedule().pull))
        if not wanted:
            complain("No source is set up; `seatsignal config example` shows what can be set.")
            raise typer.Exit(1)
        ended = [_pulled(deployment, name, believed=believe) for name in wanted]
    if wants_json():
        answer([_answer(pulled) for pulled in ended])
    _end(ended)


def _preview(source: str, rows: int) -> None:
    from cli.opened import opened  # noqa: PLC0415 - see above
    from cli.sample import show  # noqa: PLC0415 - see above

    if not source:
        raise typer.BadParameter("name the source to look at", param_hint="--preview")
    with opened() as deployment, closing(deployment.source(source)) as looked_at:
        show(looked_at, source, rows)


def _pulled(deployment: "Deployment", name: str, *, believed: bool) -> "Pulled":
    """Pull one source; whatever keeps it from that is said, and does not keep the others."""
    from cli.opened import judge_waiting  # noqa: PLC0415 - see above
    from integrations.errors import IntegrationError  # noqa: PLC0415 - see above
    from worker.pipeline import Pulled  # noqa: PLC0415 - see above
    from worker.pipeline import pull as work  # noqa: PLC0415 - see above

    try:
        deployment.source(name).check()
    except IntegrationError as error:
        complain(str(error), about=name)
        return Pulled(name, 0, 0, error.reason)
    pulled = work(deployment, name, believed=believed)
    judge_waiting(deployment)
    say(_line(pulled))
    return pulled


def _answer(pulled: "Pulled") -> object:
    from msgspec import to_builtins  # noqa: PLC0415 - see above

    return to_builtins(pulled)


def _line(pulled: "Pulled") -> str:
    return f"{pulled.source}: {pulled.rows} rows read, {pulled.rejects} rejected."


def _end(ended: Sequence["Pulled"]) -> None:
    """End with what the pulls ask for, after all of them were tried."""
    failed = [pulled for pulled in ended if pulled.failure]
    for pulled in failed:
        complain(
            f"{pulled.source}: the pull ended early ({pulled.failure}); it goes on from there next time."
        )
    if failed:
        raise typer.Exit(1)
    if any(pulled.rejects or any(one.held for one in pulled.retired) for pulled in ended):
        raise typer.Exit(REJECTS)


def backup(target: Annotated[Path, typer.Argument(help="A new file.")]) -> None:
    """Copy the database to a file while everything runs."""
    from config.settings import settings  # noqa: PLC0415 - see above
    from store.backup import backup as work  # noqa: PLC0415 - see above
    from store.database import Database  # noqa: PLC0415 - see above

    with closing(Database(settings().database_url)) as database:
        work(database, target)
    tell({"target": str(target)}, f"Backed up to {target}.")


def restore(source: Annotated[Path, typer.Argument(help="A file that `backup` made.")]) -> None:
    """Fill a new database from a backup. It starts paused; what was due then is listed as unknown."""
    from config.settings import settings  # noqa: PLC0415 - see above
    from store.backup import restore as work  # noqa: PLC0415 - see above
    from store.database import Database  # noqa: PLC0415 - see above

    with closing(Database(settings().database_url)) as database:
        doubtful = work(database, source)
    tell(
        {"unknown": doubtful},
        f"Restored and paused. {doubtful} notices may have been sent since and are unknown; "
        "`resume` goes on.",
    )
