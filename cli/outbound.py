"""Commands about what leaves: plan, release, go-live, pause, resume, deliver."""

from typing import Annotated

import typer

from cli.output import answer, complain, say, table, tell, wants_json


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command()(plan)
    app.command()(release)
    app.command("go-live")(go_live)
    app.command()(pause)
    app.command()(resume)
    app.command()(deliver)


def plan() -> None:
    """Show what would be sent: planned and due notices, and runs that wait for approval."""
    from cli.opened import opened  # noqa: PLC0415 - a command loads what it needs
    from store import runs, unsettled  # noqa: PLC0415 - see above
    from store.installation import is_live  # noqa: PLC0415 - see above

    with opened() as deployment, deployment.database.read() as connection:
        owed = unsettled.owed(connection)
        held = runs.held(connection)
        live = is_live(connection)
    if wants_json():
        answer({"live": live, "held": dict(held), "notices": [row._asdict() for row in owed]})
        return
    for run, reason in held:
        say(f"Run {run} is held: {reason}. `seatsignal release {run}` approves it; --discard closes it.")
    headings = ("run", "status", "to", "template", "account", "key", "reason")
    table(headings, [tuple(row) for row in owed])
    if not live:
        say("Dry-run: nothing leaves until `seatsignal go-live`, and nothing planned before it ever does.")


def release(
    run: Annotated[int, typer.Argument(help="The number of a held run.")],
    discard: Annotated[bool, typer.Option("--discard", help="Close what it planned unsent instead.")] = False,
) -> None:
    """Approve a held run: what it planned becomes due. Or discard it."""
    from cli.opened import opened  # noqa: PLC0415 - see above
    from worker import release as decide  # noqa: PLC0415 - see above

    with opened() as deployment:
        count = (decide.discard if discard else decide.approve)(deployment, run, actor="operator")
    if count is None:
        complain(f"Run {run} is not held; `seatsignal plan` lists the runs that are.")
        raise typer.Exit(1)
    if discard:
        tell({"run": run, "closed": count}, f"Run {run} discarded: {count} notices are closed unsent.")
    else:
        tell({"run": run, "due": count}, f"Run {run} released: {count} notices are due.")


def go_live() -> None:
    """Let notices leave from now on. What was planned in dry-run is closed and never sent."""
    from cli.opened import opened  # noqa: PLC0415 - see above
    from worker.release import go_live as work  # noqa: PLC0415 - see above

    with opened() as deployment:
        closed = work(deployment)
    tell({"closed": closed}, f"Live. {closed} notices planned before are closed unsent.")


def pause() -> None:
    """Stop everything that leaves, at once."""
    from cli.opened import opened  # noqa: PLC0415 - see above
    from worker import stop  # noqa: PLC0415 - see above

    with opened() as deployment:
        stop.pause(deployment, "operator")
    tell({"paused": True}, "Paused: nothing leaves until `seatsignal resume`.")


def resume() -> None:
    """Go on after a pause or a restore, and with destinations that were left alone for a while."""
    from cli.opened import opened  # noqa: PLC0415 - see above
    from worker import stop  # noqa: PLC0415 - see above

    with opened() as deployment:
        stop.resume(deployment, "operator")
    tell({"paused": False}, "Going on.")


def deliver(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show the words; send nothing.")] = False,
) -> None:
    """Send what is due now, and say what was answered."""
    from cli.sending import send, show  # noqa: PLC0415 - see above

    if dry_run:
        show()
    elif not send():
        raise typer.Exit(1)
