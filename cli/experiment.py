"""The commands ``experiment``: try a nudge, or a variant of it, on accounts that are drawn."""

import getpass
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from cli.output import answer, say, table, tell, wants_json

if TYPE_CHECKING:
    from collections.abc import Mapping

    from health.experiments import Experiment, Reading
    from store.experiments import Begun
    from worker.experiments import Told

app = typer.Typer(help="Try a nudge on accounts that are drawn, and tell what it did.", no_args_is_help=True)
Name = Annotated[str, typer.Argument(help="An experiment by its name.")]
REASON_LIMIT = 200
PACE_DAYS = 90
Document = dict[str, object]


def register(parent: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command()(plan)
    app.command()(start)
    app.command()(stop)
    app.command()(read)
    parent.add_typer(app, name="experiment")


def _planned() -> "Mapping[str, Experiment]":
    from config.experiments import load_experiments  # noqa: PLC0415 - a command loads what it needs
    from config.settings import settings  # noqa: PLC0415 - see above

    return load_experiments(settings().experiments)


def named(name: str) -> "Experiment":
    """Return an experiment that is planned, by its name; ends the command on wrong use."""
    from config.files import nearest  # noqa: PLC0415 - see above

    planned = _planned()
    if name not in planned:
        raise typer.BadParameter(f"no experiment {name!r} is planned{nearest(name, sorted(planned))}")
    return planned[name]


# -- plan --------------------------------------------------------------------------------------------


def plan(
    name: Annotated[str, typer.Argument(help="An experiment by its name; all without one.")] = "",
) -> None:
    """Say what an experiment is to show and how many accounts that takes, before it starts."""
    from cli.opened import opened  # noqa: PLC0415 - see above
    from store import experiments  # noqa: PLC0415 - see above
    from worker.experiments import unchanged  # noqa: PLC0415 - see above

    planned = [named(name)] if name else list(_planned().values())
    with opened() as deployment, deployment.database.read() as connection:
        begun = experiments.begun(connection)
        owed = {each.letter: experiments.owed_lately(connection, each.letter, PACE_DAYS) for each in planned}
    for each in planned if name else ():
        if each.name in begun:
            unchanged(begun[each.name], each)
    documents = [_plan(each, begun.get(each.name), owed[each.letter]) for each in planned]
    if wants_json():
        answer(documents[0] if name else documents)
    elif name:
        _tell_plan(planned[0], documents[0])
    else:
        _tell_plans(documents)


def _plan(planned: "Experiment", begun: "Begun | None", owed: int) -> Document:
    from health.experiments import sample  # noqa: PLC0415 - see above

    needed = sample(planned)
    return {
        **asdict(planned),
        "hash": planned.hash,
        "sample": needed._asdict(),
        f"owed_in_{PACE_DAYS}_days": owed,
        "days_to_fill": round(PACE_DAYS * sum(needed) / owed) if owed else None,
        "state": _state(begun),
    }


def _state(begun: "Begun | None") -> str:
    if begun is None:
        return "planned"
    if begun.reading:
        return "read"
    return "stopped" if begun.stopped_on else "running"


def _tell_plans(documents: list[Document]) -> None:
    rows = [(each["name"], each["letter"], each["metric"], each["state"]) for each in documents]
    table(("experiment", "letter", "metric", "state"), rows)


def _tell_plan(planned: "Experiment", document: Document) -> None:
    from health.experiments import sample  # noqa: PLC0415 - see above

    needed, days = sample(planned), document["days_to_fill"]
    _tell_hypothesis(planned)
    say(
        f"Metric: {planned.metric} within {planned.within_days} days; {planned.baseline_pct:g} % with "
        f"{planned.instead}, {100 * planned.expected:g} % hoped for with {planned.tried}."
    )
    say(
        f"Sample: {needed.held_out} get {planned.instead} ({planned.hold_out_pct:g} %), {needed.written} get "
        f"{planned.tried}: "
        f"an effect of {planned.effect_points:g} points is seen with a likelihood of {planned.power:.0%}, "
        f"one that is not there with {planned.alpha:.1%} at most."
    )
    say(
        f"In the last {PACE_DAYS} days {document[f'owed_in_{PACE_DAYS}_days']} accounts were owed this letter"
        + (f": at that pace it takes {days} days, and {planned.within_days} more." if days else ".")
    )
    say(f"State: {document['state']}. Nothing is said of outcomes before the sample is full.")


def _tell_hypothesis(planned: "Experiment") -> None:
    say(f"{planned.name}: {planned.hypothesis}")


# -- start and stop ----------------------------------------------------------------------------------


def start(name: Name) -> None:
    """Freeze an experiment as it is planned: from now on accounts that the letter is due to are drawn."""
    from cli.opened import opened  # noqa: PLC0415 - see above
    from worker import experiments  # noqa: PLC0415 - see above

    planned = named(name)
    with opened() as deployment, deployment.database.write() as connection:
        begun = experiments.start(connection, planned, getpass.getuser())
    tell(
        {
            "experiment": name,
            "started_on": begun.started_on,
            "hash": begun.hash,
            "hold_out": planned.hold_out_pct,
        },
        f"{name} runs: of the accounts that are owed {planned.letter}, {planned.hold_out_pct:g} % get "
        f"{planned.instead}.",
    )


def stop(
    name: Name, reason: Annotated[str, typer.Option(help="Why; it is kept with the experiment.")] = ""
) -> None:
    """End an experiment: nobody is held out any more."""
    from cli.opened import opened  # noqa: PLC0415 - see above
    from worker import experiments  # noqa: PLC0415 - see above

    why = " ".join(reason.split())
    if not 0 < len(why) <= REASON_LIMIT:
        raise typer.BadParameter(f"needed, in at most {REASON_LIMIT} characters", param_hint="--reason")
    with opened() as deployment, deployment.database.write() as connection:
        experiments.stop(connection, name, why, getpass.getuser())
    tell({"experiment": name, "reason": why}, f"{name} has ended; nobody is held out of its letter any more.")


# -- read --------------------------------------------------------------------------------------------


def read(name: Name) -> None:
    """Say what an experiment told, once its sample is full; before that only how far it is."""
    from cli.opened import opened  # noqa: PLC0415 - see above
    from worker import experiments  # noqa: PLC0415 - see above

    planned_now = _planned().get(name)
    with opened() as deployment, deployment.database.write() as connection:
        told = experiments.told(connection, name, planned_now, getpass.getuser())
    if wants_json():
        answer(_read(told))
        return
    _tell_hypothesis(told.planned)
    _tell_progress(told)
    if told.reading:
        _tell_reading(told, told.reading)


def _read(told: "Told") -> Document:
    from health.experiments import ARMS, TOO_FEW  # noqa: PLC0415 - see above

    reading = told.reading
    return {
        "experiment": told.planned.name,
        "hypothesis": told.planned.hypothesis,
        "metric": told.planned.metric,
        "within_days": told.planned.within_days,
        "state": _state(told.begun),
        "started_on": told.begun.started_on,
        "stopped_on": told.begun.stopped_on,
        "read_on": told.begun.read_on,
        "known_through": told.through,
        "sample": told.needed._asdict(),
        "drawn": {arm: told.drawn.get(arm, 0) for arm in ARMS},
        "days_over": {arm: told.over.get(arm, 0) for arm in ARMS},
        "verdict": reading.verdict if reading else TOO_FEW,
        "reading": asdict(reading) if reading else None,
    }


def _tell_progress(told: "Told") -> None:
    from health.experiments import HELD_OUT, WRITTEN  # noqa: PLC0415 - see above

    drawn, over, needed = told.drawn, told.over, told.needed
    table(
        ("arm", "needed", "drawn", "days over"),
        [
            (told.planned.instead, needed.held_out, drawn.get(HELD_OUT, 0), over.get(HELD_OUT, 0)),
            (told.planned.tried, needed.written, drawn.get(WRITTEN, 0), over.get(WRITTEN, 0)),
        ],
    )
    if told.reading is None:
        say("Too few: nothing is said of outcomes, and nobody has looked at them.")
        say(f"Outcomes are known through {told.through or 'no day'}; {told.planned.within_days} days count.")


def _tell_reading(told: "Told", reading: "Reading") -> None:
    planned, written, held_out = told.planned, reading.written, reading.held_out
    say(
        f"{planned.metric}: {written.pct:.1f} % of {written.accounts} accounts with {planned.tried}, "
        f"{held_out.pct:.1f} % of {held_out.accounts} with {planned.instead}."
    )
    say(
        f"Within strata apart by {reading.points:+.1f} points, likely between {reading.low:+.1f} "
        f"and {reading.high:+.1f}; by chance alone in {reading.chance:.1%}."
    )
    verdict = _VERDICTS[reading.verdict].format(tried=planned.tried)
    say(f"Verdict: {verdict} Read once; it stays as it is.")
    if told.begun.stopped_on is None:
        say("Accounts are held out until you stop it.")


_VERDICTS = {
    "no_evidence": "no evidence that {tried} does anything.",
    "better": "{tried} helps.",
    "worse": "{tried} harms.",
}
