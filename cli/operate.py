"""Commands that keep running: up, web, demo."""

from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command()(demo)
    app.command()(up)
    app.command()(web)
    app.command()(doctor)
    app.command("new-integration")(new_integration)


def demo(
    once: Annotated[bool, typer.Option("--once", help="End by itself when the stories are told.")] = False,
) -> None:
    """Rehearse the whole job on an invented company: alerts in Slack, mails in an inbox."""
    from cli.demo import run  # noqa: PLC0415 - a command loads what it needs

    raise typer.Exit(run(once=once))


def up() -> None:
    """Run worker, beat and web in one process on SQLite; Ctrl-C ends it."""
    from cli.supervisor import supervise  # noqa: PLC0415 - see above

    raise typer.Exit(supervise())


def web(
    public: Annotated[
        bool, typer.Option("--public", help="Only what the outside must reach, to be put behind a proxy.")
    ] = False,
) -> None:
    """Serve the web app alone, on loopback: the dashboard, the API, and what the outside must reach."""
    from cli.embedded import serve  # noqa: PLC0415 - see above

    serve(public=public)


def doctor() -> None:
    """Ask every system that is set up whether it answers, and say what to change where it does not."""
    from cli.doctor import examine  # noqa: PLC0415 - see above

    examine()


def new_integration(name: Annotated[str, typer.Argument(help="The vendor, as a Python module.")]) -> None:
    """Write the files that a vendor's folder begins with, in a checkout of ours."""
    from pathlib import Path  # noqa: PLC0415 - see above

    from cli.new_integration import make, next_steps  # noqa: PLC0415 - see above
    from cli.output import tell  # noqa: PLC0415 - see above

    here = Path.cwd()
    made = [str(path.relative_to(here)) for path in make(here, name)]
    tell({"made": made}, "\n".join([*made, "", next_steps(name)]))
