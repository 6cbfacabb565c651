"""The command ``explain``: why an account's health is what it is, what changed, what would change it."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from cli.output import answer, complain, say, table, wants_json

if TYPE_CHECKING:
    from health.facts import Fact
    from health.nouns import Assessment
    from health.policy import Policy
    from store.stops import Stop
    from store.verdicts import Verdict
    from worker.documents import Beside
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
    from store import verdicts  # noqa: PLC0415 - see above
    from worker import documents  # noqa: PLC0415 - see above
    from worker.explanations import policy_of  # noqa: PLC0415 - see above

    with opened() as deployment, deployment.database.read() as connection:
        found = verdicts.verdict(connection, account)
        if found is None:
            complain(f"No verdict on {account!r}: is the key right, and has `seatsignal assess` run?")
            raise typer.Exit(1)
        if statement:
            answer(_stated(found, policy_of(deployment, connection, found.policy_hash)))
            return
        told = documents.beside(deployment, connection, found, since.date() if since else None)
    if wants_json():
        answer(documents.verdict(found) | documents.explanation(told))
    else:
        tell(found, _told(told))


def _told(beside: "Beside") -> list[str]:
    from templates.families import told as kin_told  # noqa: PLC0415 - see above

    return [
        *(kin_told(beside.kin) if beside.kin else ()),
        *(_sentences(beside.why, beside.before) if beside.why else []),
        *(
            f"Of {day.as_of} was told: {day.told_points / 100:g}, {day.told_band}. Re-scored by run "
            f"{day.by_run} with facts that came late: {day.known_points / 100:g}, {day.known_band}."
            for day in beside.rescored
        ),
        *((_stopped(beside.stop),) if beside.stop else ()),
    ]


def _stopped(stop: "Stop") -> str:
    until = f" until {stop.until}" if stop.until else ""
    return f"No nudge leaves to it{until}, {'as it is' if stop.source else 'a person said'}: {stop.reason}."


def _stated(found: "Verdict", policy: "Policy | None") -> dict[str, object]:
    from worker.statement import Unreadable  # noqa: PLC0415 - see above
    from worker.statement import statement as stated  # noqa: PLC0415 - see above

    if policy is None:
        raise Unreadable(f"policy {found.policy_hash} is not kept: nothing to state of run {found.run}")
    return stated(found, policy)


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
