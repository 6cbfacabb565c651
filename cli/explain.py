"""The command ``explain``: why an account's health is what it is, what changed, what would change it."""

from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from cli.output import answer, complain, say, table, wants_json

if TYPE_CHECKING:
    from health.delta import Delta
    from health.facts import Fact
    from health.family import Kin
    from health.nouns import Assessment
    from health.outlook import Outlook, Way
    from health.policy import Policy
    from store.rescored import Rescored
    from store.verdicts import Verdict
    from worker.explanations import Explanation


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(explain)


def explain(
    account: Annotated[str, typer.Argument(help="An account by its key.")],
    since: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Compare with the verdict of that day.")
    ] = None,
    statement: Annotated[
        bool, typer.Option("--statement", help="Write what `seatsignal verify` checks: a JSON document.")
    ] = False,
) -> None:
    """Say why an account's health is what it is, line by line; the lines sum to the score."""
    from cli.opened import opened  # noqa: PLC0415 - a command loads what it needs
    from store import rescored, verdicts  # noqa: PLC0415 - see above
    from worker.explanations import explained, policy_of  # noqa: PLC0415 - see above
    from worker.families import Families  # noqa: PLC0415 - see above

    with opened() as deployment, deployment.database.read() as connection:
        found = verdicts.verdict(connection, account)
        if found is None:
            complain(f"No verdict on {account!r}: is the key right, and has `seatsignal assess` run?")
            raise typer.Exit(1)
        before = verdicts.before(connection, found, since.date() if since else None)
        policy = policy_of(deployment, connection, found.policy_hash)
        kin = None if statement else Families(connection, deployment.policy).kin(found)
        days = rescored.days(connection, found.assessment.account)
    if statement:
        answer(_stated(found, policy))
        return
    why = explained(found, before, policy) if policy else None
    beside = _Beside(before, why, kin, days)
    if wants_json():
        answer(document(found) | _documented(beside))
    else:
        tell(found, _told(beside))


class _Beside(NamedTuple):
    """What is told beside a verdict."""

    before: "Verdict | None"
    why: "Explanation | None"
    kin: "Kin | None"
    rescored: "list[Rescored]"


def _documented(beside: _Beside) -> dict[str, object]:
    return {
        "kin": asdict(beside.kin) if beside.kin else None,
        "rescored": [_again(each) for each in beside.rescored],
        **(_why(beside.why, beside.before) if beside.why else {}),
    }


def _again(day: "Rescored") -> dict[str, object]:
    return {
        "as_of": day.as_of,
        "run": day.run,
        "by_run": day.by_run,
        "told": {"health": day.told_points / 100, "band": day.told_band},
        "known": {"health": day.known_points / 100, "band": day.known_band},
    }


def _told(beside: _Beside) -> list[str]:
    from templates.families import told as kin_told  # noqa: PLC0415 - see above

    return [
        *(kin_told(beside.kin) if beside.kin else ()),
        *(_sentences(beside.why, beside.before) if beside.why else []),
        *(
            f"Of {day.as_of} was told: {day.told_points / 100:g}, {day.told_band}. Re-scored by run "
            f"{day.by_run} with facts that came late: {day.known_points / 100:g}, {day.known_band}."
            for day in beside.rescored
        ),
    ]


def _stated(found: "Verdict", policy: "Policy | None") -> dict[str, object]:
    from worker.statement import Unreadable  # noqa: PLC0415 - see above
    from worker.statement import statement as stated  # noqa: PLC0415 - see above

    if policy is None:
        raise Unreadable(f"policy {found.policy_hash} is not kept: nothing to state of run {found.run}")
    return stated(found, policy)


def document(found: "Verdict") -> dict[str, object]:
    """Return a verdict as ``--json`` gives it; points are of 100."""
    from health.reasons import reasons  # noqa: PLC0415 - see above

    assessment, override = found.assessment, found.override
    score = assessment.score
    return {
        "account": found.key,
        "as_of": assessment.as_of,
        "band": found.shown.band,
        "computed_band": assessment.band,
        "override": {"reason": override.reason, "until": override.until} if override else None,
        "health": score.points / 100,
        "interval": [score.low / 100, score.high / 100],
        "coverage": score.coverage,
        "contributions": [
            {"name": c.name, "points": c.points / 100, "reason": c.reason} for c in score.contributions
        ],
        "reasons": list(reasons(score)),
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


def _why(why: "Explanation", before: "Verdict | None") -> dict[str, object]:
    return {
        "delta": _delta(why, why.delta, before) if why.delta and before else None,
        "outlook": _outlook(why.outlook),
    }


def _delta(why: "Explanation", delta: "Delta", before: "Verdict") -> dict[str, object]:
    from templates.explained import changes  # noqa: PLC0415 - see above

    then = before.assessment
    return {
        "since": {
            "run": before.run,
            "as_of": then.as_of,
            "band": then.band,
            "health": then.score.points / 100,
        },
        "points": delta.points / 100,
        "same_rules": why.same_rules,
        "changes": [
            {
                "name": change.name,
                "points": change.points / 100,
                "moves": [move._asdict() for move in change.moves],
            }
            for change in delta.changes
        ],
        "words": list(changes(delta)),
    }


def _outlook(outlook: "Outlook") -> dict[str, object]:
    from templates.explained import ahead  # noqa: PLC0415 - see above

    return {
        "better": outlook.better or None,
        "worse": outlook.worse or None,
        "up": [_way(each) for each in outlook.up],
        "down": [_way(each) for each in outlook.down],
        "held_by": [
            {"cap": each.cap.name, "at": each.cap.at / 100, "why": dict(each.why)} for each in outlook.held
        ],
        "largest": [_way(each) for each in outlook.largest],
        "unknown": list(outlook.unknown),
        "words": list(ahead(outlook)),
    }


def _way(each: "Way") -> dict[str, object]:
    return {
        "measure": each.measure,
        "change": each.change,
        "moves": [move._asdict() for move in each.moves],
        "health": each.points / 100,
        "band": each.band,
    }


def _sentences(why: "Explanation", before: "Verdict | None") -> list[str]:
    """Return what changed and what would change it, a line each under its heading."""
    from templates.explained import ahead, changes, points  # noqa: PLC0415 - see above

    told = []
    if why.delta and before:
        then = before.assessment
        told.append(
            f"Since {then.as_of} (run {before.run}, health {then.score.points / 100:g}, {then.band}): "
            f"{points(why.delta.points)}"
        )
        if not why.same_rules:
            told.append("  judged by another policy or engine then")
        told += [f"  {line}" for line in changes(why.delta, most=len(why.delta.changes))]
    if outlook := ahead(why.outlook):
        told += ["What would change it:", *(f"  {line}" for line in outlook)]
    return told


def _foretold(assessment: "Assessment", likely: "Fact") -> str:
    """Say what a fitted model foretells, and what is usual."""
    told = assessment.facts
    what = str(told.get("likelihood_of")).replace("_", " ")
    usual = told.get("likelihood_usual_pct")
    return f"Likely {what} within {told.get('likelihood_days')} days: {likely} % (of all: {usual} %)."


def tell(found: "Verdict", why: list[str]) -> None:
    """Tell a person a verdict, and ``why`` beside its own lines."""
    from templates.explained import commitment, likely, set_by_hand  # noqa: PLC0415 - see above

    assessment, score = found.assessment, found.assessment.score
    say(f"{assessment.facts.get('name')} ({found.key}) as of {assessment.as_of}: {found.shown.band}")
    if by_hand := set_by_hand(found.shown):
        say(f"The band was {by_hand}.")
    say(
        f"Health {score.points / 100:g} of 100, between {score.low / 100:g} and {score.high / 100:g}; "
        f"{score.coverage:.0%} of the weight is known."
    )
    lines = [("100", "start", "")]
    lines += [(f"{c.points / 100:+g}", c.name, c.reason) for c in score.contributions]
    table(("points", "what", "why"), [*lines, (f"{score.points / 100:g}", "health", "")])
    if (foretold := assessment.facts.get("likelihood_pct")) is not None:
        say(_foretold(assessment, foretold))
    if distrusted := assessment.facts.get("distrusted"):
        say(f"not counted: {distrusted}.")
    if stale := assessment.facts.get("stale"):
        say(f"stale: this rests on {stale}.")
    for signal in assessment.signals:
        held = f" [held by the {signal.gate} gate]" if signal.gate else ""
        say(f"{signal.group}: {signal.kind}: {signal.evidence}{held}")
    if sure := likely(assessment.facts):
        say(sure)
    if leads := commitment(assessment.facts):
        say(leads)
    for line in why:
        say(line)
    if profile := assessment.facts.get("profile"):
        say(f"Judged by the profile {profile}.")
    say(f"Run {found.run}, policy {found.policy_hash}, engine {found.engine_version}, known {found.known}.")
