"""Commands about what delivery could not settle: notices, replay, settle."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from cli.output import answer, complain, say, table, tell, wants_json

if TYPE_CHECKING:
    from store.unsettled import Standing

ACTOR = "operator"


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command()(notices)
    app.command()(replay)
    app.command()(settle)
    app.command()(balance)


def notices(
    status: Annotated[
        list[str] | None,
        typer.Option(help="unknown, quarantined, held, or any other; these three if left out."),
    ] = None,
) -> None:
    """List notices by where they stand; without --status those that wait for a person."""
    from cli.opened import opened  # noqa: PLC0415 - a command loads what it needs
    from store import unsettled  # noqa: PLC0415 - see above

    asked = status or unsettled.UNSETTLED
    for name in asked:
        _known(name, unsettled.STATUSES, "--status")
    with opened() as deployment, deployment.database.read() as connection:
        found = [_shown(one) for one in unsettled.listed(connection, asked)]
    if wants_json():
        answer(found)
        return
    table(HEADINGS, [tuple(one[name] for name in HEADINGS) for one in found])
    for name in dict.fromkeys(str(one["status"]) for one in found):
        if name in HINTS:
            say(HINTS[name])


HEADINGS = ("status", "key", "destination", "template", "account", "reason", "attempts", "since", "remote")
HINTS = {
    "unknown": "Unknown: look whether it arrived, then `seatsignal settle KEY --sent` or `--not-sent`.",
    "quarantined": "Quarantined: mend the reason, then `seatsignal replay KEY` or `--all`.",
    "held": "Held: `seatsignal plan` names the runs; `seatsignal release RUN` approves one, or discards it.",
}


def _shown(one: "Standing") -> dict[str, object]:
    since = datetime.fromtimestamp(one.since_ms / 1000, UTC).isoformat(timespec="seconds")
    shown = asdict(one) | {"since": since.replace("+00:00", "Z")}
    return {name: shown[name] for name in HEADINGS}


def _known(name: str, known: Sequence[str], option: str) -> None:
    from config.files import nearest  # noqa: PLC0415 - see above

    if name not in known:
        hint = nearest(name, known)
        raise typer.BadParameter(f"{name!r} is none of {', '.join(known)}{hint}", param_hint=option)


def replay(
    keys: Annotated[list[str] | None, typer.Argument(help="Quarantined notices by key.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="Every quarantined notice.")] = False,
    destination: Annotated[str, typer.Option(help="With --all: of this destination alone.")] = "",
) -> None:
    """Owe quarantined notices again, once what kept them is mended. Doing it twice does it once."""
    from cli.opened import opened  # noqa: PLC0415 - see above
    from store import unsettled  # noqa: PLC0415 - see above

    keys = keys or []
    _checked(keys, destination, everything=everything)
    with opened() as deployment, deployment.database.write() as connection:
        found = unsettled.statuses(connection, keys)
        again = unsettled.replay(connection, None if everything else keys, destination, actor=ACTOR)
    _tell_replayed(again, {key: where for key, where in found.items() if key not in again})
    _all_there(keys, found)


def _checked(keys: Sequence[str], destination: str, *, everything: bool) -> None:
    from integrations.registry import DESTINATIONS  # noqa: PLC0415 - see above

    if bool(keys) == everything:
        raise typer.BadParameter("name notices by KEY, or all of them by --all", param_hint="KEY")
    if destination and not everything:
        raise typer.BadParameter("goes with --all", param_hint="--destination")
    if destination:
        _known(destination, sorted(DESTINATIONS), "--destination")


def _tell_replayed(again: Mapping[str, str], left: Mapping[str, str]) -> None:
    due = sorted(key for key, where in again.items() if where == "due")
    replaced = sorted(again.keys() - set(due))
    lines = [f"{len(due)} notices are due again."]
    lines += [f"{key} is replaced: a newer one has overtaken it." for key in replaced]
    lines += [f"{key} is {where}: nothing to replay." for key, where in left.items()]
    tell({"due": due, "replaced": replaced, "left": left}, "\n".join(lines))


def _all_there(keys: Sequence[str], found: Mapping[str, str]) -> None:
    absent = [key for key in keys if key not in found]
    for key in absent:
        complain(f"There is no notice {key!r}; `seatsignal notices` lists those that wait for a person.")
    if absent:
        raise typer.Exit(1)


def settle(
    key: Annotated[str, typer.Argument(help="A notice whose fate is unknown.")],
    sent: Annotated[
        bool | None, typer.Option("--sent/--not-sent", help="It arrived; or it did not, and is due again.")
    ] = None,
) -> None:
    """Say what became of a notice that may or may not have been sent."""
    from cli.opened import opened  # noqa: PLC0415 - see above
    from store import unsettled  # noqa: PLC0415 - see above

    if sent is None:
        raise typer.BadParameter("say which it is", param_hint="--sent / --not-sent")
    with opened() as deployment, deployment.database.write() as connection:
        found = unsettled.statuses(connection, [key])
        status = unsettled.settle(connection, key, sent=sent, actor=ACTOR)
    _all_there([key], found)
    if not status:
        complain(f"{key} is {found[key]}, not unknown; there is nothing to settle.")
        raise typer.Exit(1)
    tell({"key": key, "status": status}, f"{key} is {status}{'' if sent else ' again'}.")


def balance() -> None:
    """Prove of each run that what it owed was sent, suppressed, put aside, or waits; name what was not."""
    from cli.opened import opened  # noqa: PLC0415 - see above
    from store import balance as work  # noqa: PLC0415 - see above

    with opened() as deployment, deployment.database.read() as connection:
        found, wrong = work.balances(connection), list(work.defects(connection))
    rows = [
        {"run": one.run, "owed": one.owed, "notices": one.told, "adds_up": one.adds_up}
        | {name: one.standing.get(name, 0) for name in (*work.CLOSED, "pending")}
        for one in found
    ]
    if wants_json():
        answer({"runs": rows, "defects": [defect._asdict() for defect in wrong]})
    else:
        headings = ("run", "owed", *work.CLOSED, "pending")
        table(headings, [tuple(row[name] for name in headings) for row in rows])
    for defect in wrong:
        complain(f"{defect.check}: {defect.about}")
    if wrong:
        raise typer.Exit(1)
    say("Everything that was owed is accounted for.")
