"""``seatsignal backtest``: did the score foresee what became of the accounts?"""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.output import answer, say, table, wants_json

if TYPE_CHECKING:
    from health.backtest import Told
    from health.model import Model
    from health.policy import Policy
    from worker.backtest import Answer, Question

_DAY = ["%Y-%m-%d"]
_DIGITS = 4
Document = dict[str, object]


def register(app: typer.Typer) -> None:
    """Add the command of this module."""
    app.command()(backtest)


def backtest(  # noqa: PLR0917 - options are given by name
    as_of: Annotated[list[datetime], typer.Option(formats=_DAY, help="Judge at its start; may be repeated.")],
    horizon: Annotated[int, typer.Option(min=1, metavar="DAYS", help="How far ahead an outcome counts.")],
    target: Annotated[str, typer.Option(help="churned, not_renewed or expanded.")] = "churned",
    engine: Annotated[str, typer.Option(help="Of the score; the policy's own if left out.")] = "",
    train_until: Annotated[
        datetime | None,
        typer.Option(formats=_DAY, help="Calibration, or `fitted`, learns from what had ended by then."),
    ] = None,
    against: Annotated[
        str, typer.Option(metavar="ENGINE|FILE", help="Another engine, or a policy, on the same cases.")
    ] = "",
) -> None:
    """Judge accounts as of days gone by, by what was known then, and compare with what became of them."""
    from cli.opened import opened  # noqa: PLC0415 - see above
    from health.backtest import TARGETS  # noqa: PLC0415 - see above
    from worker.backtest import Question, asked  # noqa: PLC0415 - see above
    from worker.fitted import judging  # noqa: PLC0415 - see above

    if target not in TARGETS:
        raise typer.BadParameter(f"{target!r} is none of {', '.join(TARGETS)}", param_hint="--target")
    days = tuple(sorted({day.date() for day in as_of}))
    question = Question(days, horizon, target, train_until.date() if train_until else days[0])
    train = train_until is not None
    with opened() as deployment, deployment.database.read() as connection:
        policy = judging(deployment, connection, question, engine, train=train)
        other = judging(deployment, connection, question, *_other(against), train=train) if against else None
        found = asked(connection, policy, deployment.workdays, question)
        there = asked(connection, other, deployment.workdays, question) if other else None
    document = _document(_engines(policy), question, found, policy.model)
    if other and there:
        document["against"] = _rounded(_against(against, other, found, there))
    if wants_json():
        answer(document)
    else:
        _tell(document)


def _other(against: str) -> tuple[str, Path | None]:
    """Return the engine and the policy's file that a comparison is asked with."""
    from health.judge import ENGINES  # noqa: PLC0415 - see above

    return (against, None) if against in ENGINES else ("", Path(against))


def _against(named: str, other: "Policy", here: "Answer", there: "Answer") -> Document:
    """Return how far apart two engines are: of the AUC, and of the mean squared error."""
    from health.backtest import learned  # noqa: PLC0415 - see above
    from health.versus import versus  # noqa: PLC0415 - see above

    knots = [learned([case for cases in each.trained.values() for case in cases]) for each in (here, there)]
    found = versus(here.pooled, knots[0], there.pooled, knots[1])
    return {
        "named": named,
        "engine": _engines(other),
        "policy": other.hash,
        "auc": found.auc._asdict(),
        "brier": found.brier._asdict(),
        "verdict": found.verdict,
    }


def _engines(policy: "Policy") -> str:
    if policy.model:
        return "fitted"
    return ", ".join(dict.fromkeys(profile.engine for profile in policy.profiles.values()))


def _document(engine: str, question: "Question", found: "Answer", model: "Model | None") -> Document:
    """Return the one object of all days, with those of each day within."""
    from health.backtest import EXPANDED, gaps, learned, told, triggers  # noqa: PLC0415 - see above

    knots = learned([case for cases in found.trained.values() for case in cases])
    pooled = found.pooled
    document: Document = {"engine": engine, "target": question.target, "horizon_days": question.horizon}
    document |= _figures(told(pooled, knots))
    document["calibration"] = _own(model) if model else _calibration(question, found, learned=bool(knots))
    if question.target == EXPANDED:
        document["triggers"] = {name: each._asdict() for name, each in triggers(pooled).items()}
    document["gaps"] = [gap._asdict() for gap in gaps(pooled, knots)]
    document["unknown_inputs"] = found.unknown_inputs
    document["by_as_of"] = {str(day): _figures(told(cases, knots)) for day, cases in found.cases.items()}
    return {name: _rounded(value) for name, value in document.items()}


def _figures(found: "Told") -> Document:
    figures = asdict(found)
    score: Document = figures.pop("score")
    return {**figures, **score}


def _own(model: "Model") -> Document:
    """Say what probabilities are made from where a model was fitted."""
    drivers = sorted(model.learned, key=lambda each: -each.weight)
    return {
        "from": "the model's own, set right on cases it was not learned from first",
        "as_of": [str(day) for day in model.windows],
        "train_until": str(model.trained_until),
        "model": model.hash,
        "drivers": {each.name: each.coefficient * each.sd for each in drivers},
    }


def _calibration(question: "Question", found: "Answer", *, learned: bool) -> Document:
    """Say what probabilities are made from, or why there are none."""
    windows = [str(day) for day in sorted(found.trained)]
    if learned:
        how = "a rising map from the score to a rate, learned as of earlier days"
    elif windows:
        how = "none: the days before --train-until have too few outcomes"
    else:
        how = "none: use does not reach far enough back before --train-until"
    return {"from": how, "as_of": windows, "train_until": str(question.train_until)}


def _rounded(value: object) -> object:
    if isinstance(value, float):
        return round(value, _DIGITS)
    if isinstance(value, Mapping):
        return {name: _rounded(each) for name, each in value.items()}
    return [_rounded(each) for each in value] if isinstance(value, list) else value


_SHOWN = (
    *("n", "events", "base_rate", "auc", "auc_low", "auc_high", "lift_top_decile", "k", "precision_at_k"),
    *("ece", "brier_skill", "modal_share", "lead_days", "verdict"),
)


_STRENGTH = ("auc", "auc_low", "auc_high", "lift_top_decile", "precision_at_k")


def _tell(document: Document) -> None:
    days: Any = document["by_as_of"]
    columns: list[Any] = [document, *days.values()]
    rows = [(name, *(column[name] for column in columns)) for name in _SHOWN]
    rows += [(f"priority {name}", *(column["priority"][name] for column in columns)) for name in _STRENGTH]
    table(("figure", "all", *days), rows)
    _tell_the_rest(document)


def _tell_the_rest(document: Document) -> None:
    _tell_against(document.get("against"))
    calibration: Any = document["calibration"]
    say(f"Probabilities: {calibration['from']} ({', '.join(calibration['as_of']) or 'no day'}).")
    triggers: Any = document.get("triggers", {})
    for name, trigger in triggers.items():
        likely = f" (likely {trigger['low']} to {trigger['high']})" if trigger["low"] is not None else ""
        say(f"Trigger {name}: met by {trigger['n']}, lift {trigger['lift']}{likely}: {trigger['verdict']}.")
    gaps: Any = document["gaps"]
    for gap in gaps:
        say(
            f"Off by more than 10 points: {gap['figure']} of {gap['by']} {gap['segment']}, "
            f"{gap['here']:.0%} against {gap['overall']:.0%} ({gap['n']} cases)."
        )
    unknown: Any = document["unknown_inputs"]
    if unknown:
        told = ", ".join(f"{name} {share:.0%}" for name, share in unknown.items())
        say(f"Unknown inputs: {told}.")


def _tell_against(found: Any) -> None:  # noqa: ANN401 - a document's part
    if not found:
        return
    say(f"Against {found['named']} on the same cases: {found['verdict']}.")
    for name, what in (("auc", "AUC"), ("brier", "Mean squared error")):
        apart = found[name]
        if apart["by"] is not None:
            say(
                f"{what}: {apart['here']} and {apart['there']}, apart by {apart['by']:+} "
                f"(likely between {apart['low']:+} and {apart['high']:+})."
            )
