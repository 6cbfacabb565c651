"""Commands about verdicts: assess, accounts, explain."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from cli.output import answer, complain, say, table, tell, wants_json

if TYPE_CHECKING:
    from store.verdicts import Verdict


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command()(assess)
    app.command()(sweep)
    app.command()(accounts)
    app.command()(explain)


def assess() -> None:
    """Judge every account as of the business day."""
    from cli.opened import judge_waiting, opened  # noqa: PLC0415 - a command loads what it needs
    from store import runs  # noqa: PLC0415 - see above
    from worker.pipeline import open_run  # noqa: PLC0415 - see above

    with opened() as deployment:
        run = open_run(deployment, runs.FULL)
        judge_waiting(deployment)
        with deployment.database.read() as connection:
            found = runs.load(connection, run)
            judged = runs.assessed(connection, run)
    tell(
        {"run": run, "as_of": found.as_of, "status": found.status, "assessed": judged},
        f"Run {run} as of {found.as_of}: {judged} accounts judged, {found.status}.",
    )


def sweep() -> None:
    """Finish what a process that died left behind: lapsed claims, unjudged chunks, unreleased runs."""
    from cli.opened import judge_waiting, opened  # noqa: PLC0415 - see above
    from store import outbox  # noqa: PLC0415 - see above
    from worker.tick import sweep as work  # noqa: PLC0415 - see above

    with opened() as deployment:
        work(deployment, after_ms=0)
        judge_waiting(deployment)
        work(deployment)
        with deployment.database.read() as connection:
            standing = outbox.account_of(connection)
    counted = ", ".join(f"{count} {status}" for status, count in sorted(standing.items()))
    tell({"notices": standing}, f"Swept. Notices: {counted or 'none'}.")


def accounts(
    band: Annotated[str, typer.Option(help="at_risk, watch, healthy or unknown.")] = "",
) -> None:
    """List accounts, the most urgent first."""
    from cli.opened import opened  # noqa: PLC0415 - see above
    from health.nouns import BANDS  # noqa: PLC0415 - see above
    from store.verdicts import book  # noqa: PLC0415 - see above

    if band and band not in BANDS:
        raise typer.BadParameter(f"{band!r} is none of {', '.join(BANDS)}", param_hint="--band")
    with opened() as deployment, deployment.database.read() as connection:
        found = sorted(book(connection, band), key=lambda v: -float(v.assessment.facts.get("priority") or 0))
    if wants_json():
        answer([_listed(verdict) for verdict in found])
    else:
        table(*_columns(found))


def _columns(found: Sequence["Verdict"]) -> tuple[tuple[str, ...], list[tuple[object, ...]]]:
    """Return what a person reads: headings and rows; what is stale has a column only where anything is."""
    headings = ("account", "name", "band", "health", "anchor", "days", "revenue at risk", "stale")
    rows = [tuple(_listed(verdict).values()) for verdict in found]
    shown = len(headings) if any(row[-1] for row in rows) else len(headings) - 1
    return headings[:shown], [row[:shown] for row in rows]


def _listed(verdict: "Verdict") -> dict[str, object]:
    facts = verdict.assessment.facts
    return {
        "account": verdict.key,
        "name": facts.get("name"),
        "band": verdict.assessment.band,
        "health": facts.get("health"),
        "anchor_on": facts.get("anchor_on"),
        "days_to_anchor": facts.get("days_to_anchor"),
        "revenue_at_risk": _money(facts.get("revenue_at_risk_minor"), facts.get("currency")),
        "stale": facts.get("stale"),
    }


def _money(minor: object, currency: object) -> str | None:
    from babel.numbers import get_currency_precision  # noqa: PLC0415 - see above

    if not isinstance(minor, int) or not currency:
        return None
    return f"{minor / 10 ** get_currency_precision(str(currency)):,.0f} {currency}"


def explain(account: Annotated[str, typer.Argument(help="An account by its key.")]) -> None:
    """Say why an account's health is what it is, line by line; the lines sum to the score."""
    from cli.opened import opened  # noqa: PLC0415 - see above
    from store.verdicts import verdict as stored  # noqa: PLC0415 - see above

    with opened() as deployment, deployment.database.read() as connection:
        found = stored(connection, account)
    if found is None:
        complain(f"No verdict on {account!r}: is the key right, and has `seatsignal assess` run?")
        raise typer.Exit(1)
    if wants_json():
        answer(_explained(found))
    else:
        _tell(found)


def _explained(found: "Verdict") -> dict[str, object]:
    assessment = found.assessment
    score = assessment.score
    return {
        "account": found.key,
        "as_of": assessment.as_of,
        "band": assessment.band,
        "health": score.points / 100,
        "interval": [score.low / 100, score.high / 100],
        "coverage": score.coverage,
        "contributions": [
            {"name": c.name, "points": c.points / 100, "reason": c.reason} for c in score.contributions
        ],
        "inputs": dict(assessment.inputs),
        "signals": [
            {"kind": s.kind, "group": s.group, "severity": s.severity, "gate": s.gate, "evidence": s.evidence}
            for s in assessment.signals
        ],
        "facts": dict(assessment.facts),
        "run": found.run,
        "policy": found.policy_hash,
        "engine": found.engine_version,
        "known": found.known,
    }


def _tell(found: "Verdict") -> None:
    assessment, score = found.assessment, found.assessment.score
    say(f"{assessment.facts.get('name')} ({found.key}) as of {assessment.as_of}: {assessment.band}")
    say(
        f"Health {score.points / 100:g} of 100, between {score.low / 100:g} and {score.high / 100:g}; "
        f"{score.coverage:.0%} of the weight is known."
    )
    lines = [("100", "start", "")]
    lines += [(f"{c.points / 100:+g}", c.name, c.reason) for c in score.contributions]
    table(("points", "what", "why"), [*lines, (f"{score.points / 100:g}", "health", "")])
    if distrusted := assessment.facts.get("distrusted"):
        say(f"not counted: {distrusted}.")
    if stale := assessment.facts.get("stale"):
        say(f"stale: this rests on {stale}.")
    for signal in assessment.signals:
        held = f" [held by the {signal.gate} gate]" if signal.gate else ""
        say(f"{signal.group}: {signal.kind}: {signal.evidence}{held}")
    if (low := assessment.facts.get("utilisation_low_pct")) is not None:
        high = assessment.facts.get("utilisation_high_pct")
        say(f"Of so few seats utilisation is likely between {low} and {high} %.")
    if profile := assessment.facts.get("profile"):
        say(f"Judged by the profile {profile}.")
    say(f"Run {found.run}, policy {found.policy_hash}, engine {found.engine_version}, known {found.known}.")
