"""The command ``done``: somebody has done the play of an open alert, and says what came of it."""

import getpass
from typing import Annotated

import typer

from cli.output import tell

NOTE_LIMIT = 500


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(done)


def done(
    account: Annotated[str, typer.Argument(help="An account by its key.")],
    *,
    outcome: Annotated[str, typer.Option(help="kept, grown, reduced, lost, no_answer or not_needed.")],
    note: Annotated[str, typer.Option(help="A sentence on what was agreed; nobody is sent it.")] = "",
    signal: Annotated[str, typer.Option(help="Which of the open flags; the weightiest by default.")] = "",
) -> None:
    """Record what came of the play of an account's open alert; `seatsignal report` sums it up by play."""
    from cli.opened import opened  # noqa: PLC0415 - a command loads what it needs
    from health.done import OUTCOMES  # noqa: PLC0415 - see above
    from worker.done import done as record  # noqa: PLC0415 - see above

    said = " ".join(note.split())
    if outcome not in OUTCOMES:
        raise typer.BadParameter(f"{outcome!r} is none of {', '.join(OUTCOMES)}", param_hint="--outcome")
    if len(said) > NOTE_LIMIT:
        raise typer.BadParameter(f"at most {NOTE_LIMIT} characters", param_hint="--note")
    with opened() as deployment, deployment.database.write() as connection:
        actor = getpass.getuser()
        made = record(deployment, connection, account, outcome, signal=signal, note=said, actor=actor)
    tell(
        {"account": account, "signal": made.signal, "play": made.play, "outcome": outcome},
        f"{account}: {made.play}: {outcome.replace('_', ' ')}. The alert closes when its signal ends.",
    )
