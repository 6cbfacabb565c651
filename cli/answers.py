"""The command ``answer``: what a person says to an account's open alert, where they have no button for it."""

import getpass
from datetime import timedelta
from enum import StrEnum
from typing import Annotated

import typer

from cli.output import tell

REASON_LIMIT = 200


class Said(StrEnum):
    """What a person says."""

    ACKNOWLEDGE = "acknowledge"
    SNOOZE = "snooze"
    NOT_A_RISK = "not-a-risk"


_KINDS = {Said.NOT_A_RISK: "dismiss"}
_WORDS = {
    Said.ACKNOWLEDGE: "taken on.",
    Said.SNOOZE: "silent until {until}, unless it gets worse.",
    Said.NOT_A_RISK: "closed for this term.",
}


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(answer)


def answer(
    account: Annotated[str, typer.Argument(help="An account by its key.")],
    said: Annotated[Said, typer.Argument(metavar="ANSWER", help="acknowledge, snooze or not-a-risk.")],
    *,
    reason: Annotated[str, typer.Option(help="Why snooze, or why it is no risk: others read it.")] = "",
    days: Annotated[int, typer.Option(min=1, max=90, help="How long a snooze lasts.")] = 7,
    growth: Annotated[bool, typer.Option("--growth", help="Answer its room to grow instead.")] = False,
) -> None:
    """Answer an account's open alert: take it on, silence it for a while, or say that it is no risk.

    What is no risk closes for its term, and counts against its rules.
    """
    from cli.opened import opened  # noqa: PLC0415 - a command loads what it needs
    from health.answers import Answer  # noqa: PLC0415 - see above
    from store.answers import ALERT, EXPANSION  # noqa: PLC0415 - see above
    from store.installation import business_day  # noqa: PLC0415 - see above
    from worker.answers import answer as take  # noqa: PLC0415 - see above

    why, kind = " ".join(reason.split()), _KINDS.get(said, said.value)
    if said is not Said.ACKNOWLEDGE and not 0 < len(why) <= REASON_LIMIT:
        raise typer.BadParameter(f"needed, in at most {REASON_LIMIT} characters", param_hint="--reason")
    with opened() as deployment, deployment.database.write() as connection:
        today = business_day(connection)
        until = today + timedelta(days=days) if said is Said.SNOOZE else None
        given = Answer(kind, getpass.getuser(), today, until, why)
        matter = EXPANSION if growth else ALERT
        taken = take(deployment, connection, account, given, matter)
    tell(
        {"account": account, "answer": said.value, "reason": why, "until": until, "rules": taken.rules},
        f"{account}: {', '.join(taken.rules)} {_WORDS[said].format(until=until)}",
    )
