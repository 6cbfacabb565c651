"""``seatsignal fit``: learn from past outcomes who leaves or grows, and write the model to a file."""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.output import answer, say, table, wants_json

if TYPE_CHECKING:
    from config.models import ModelData

_DAY = ["%Y-%m-%d"]


def register(app: typer.Typer) -> None:
    """Add the command of this module."""
    app.command()(fit)


def fit(
    horizon: Annotated[int, typer.Option(min=1, metavar="DAYS", help="How far ahead an outcome counts.")],
    train_until: Annotated[datetime, typer.Option(formats=_DAY, help="Learn from what had ended by then.")],
    out: Annotated[Path, typer.Option(metavar="FILE", help="Where the model is written.")],
    target: Annotated[str, typer.Option(help="churned, not_renewed or expanded.")] = "churned",
) -> None:
    """Learn who leaves, or grows, from accounts whose outcomes are known; needs the extra `fit`."""
    from cli.opened import opened  # noqa: PLC0415 - a command loads what it needs
    from config.errors import Actionable  # noqa: PLC0415 - see above
    from health.backtest import TARGETS  # noqa: PLC0415 - see above
    from worker.fit import Wanted, written  # noqa: PLC0415 - see above
    from worker.fit import fit as fitted  # noqa: PLC0415 - see above

    if target not in TARGETS:
        raise typer.BadParameter(f"{target!r} is none of {', '.join(TARGETS)}", param_hint="--target")
    wanted = Wanted(target, horizon, train_until.date())
    with opened() as deployment, deployment.database.read() as connection:
        model = fitted(connection, deployment.policy, deployment.workdays, wanted)
    try:
        out.write_text(written(model), encoding="utf-8")
    except OSError as error:
        raise Actionable(f"{out}: {error.strerror}") from None
    if wants_json():
        answer({"model": str(out), **model.model_dump(exclude={"drivers"}), "drivers": _weights(model)})
    else:
        _tell(model, out)


def _weights(model: "ModelData") -> dict[str, float]:
    """Return by driver how far a usual difference moves the logarithm of the odds, the furthest first."""
    weights = {driver.name: driver.coefficient * driver.sd for driver in model.drivers}
    return dict(sorted(weights.items(), key=lambda item: -abs(item[1])))


def _tell(model: "ModelData", out: Path) -> None:
    table(("driver", "odds"), [(name, f"{weight:+.3f}") for name, weight in _weights(model).items()])
    say("odds: what one standard deviation more adds to their logarithm.")
    say(f"Learned from {model.cases} cases as of {', '.join(model.windows)}.")
    say(f"{model.events} of them met the outcome: {model.target} within {model.horizon_days} days.")
    if not any(driver.coefficient for driver in model.drivers):
        say("Nothing of it foretold anything later: no evidence. The model tells everyone the same.")
    say(f"Wrote {out}. To judge by it: 'engine: fitted' and 'fitted: {{model: {out.name}}}' in your policy.")
