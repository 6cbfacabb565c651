"""Commands about verdicts: assess, sweep, accounts."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from cli.output import answer, table, tell, wants_json

if TYPE_CHECKING:
    from health.family import Kin
    from store.verdicts import Verdict


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command()(assess)
    app.command()(sweep)
    app.command()(accounts)


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
    from worker.families import Families  # noqa: PLC0415 - see above

    if band and band not in BANDS:
        raise typer.BadParameter(f"{band!r} is none of {', '.join(BANDS)}", param_hint="--band")
    with opened() as deployment, deployment.database.read() as connection:
        found = sorted(book(connection, band), key=lambda v: -float(v.assessment.facts.get("priority") or 0))
        kin = Families(connection, deployment.policy).of(found)
    if wants_json():
        answer(
            [
                _listed(verdict) | {"computed_band": _computed(verdict)} | _kin(kin.get(verdict.key))
                for verdict in found
            ]
        )
    else:
        table(*_columns(found, kin))


def _kin(kin: "Kin | None") -> dict[str, object]:
    """Return an account's parent, and what it comes to with those below it."""
    from dataclasses import asdict  # noqa: PLC0415 - see above

    family = asdict(kin.family) if kin and kin.family else None
    return {"parent": kin.parent or None if kin else None, "family": family}


def _rolled_up(kin: "Kin | None") -> str | None:
    from templates.families import in_short  # noqa: PLC0415 - see above

    return in_short(kin.family) if kin and kin.family else None


_HEADINGS = {
    "account": "account",
    "name": "name",
    "band": "band",
    "health": "health",
    "anchor": "anchor_on",
    "days": "days_to_anchor",
    "revenue at risk": "revenue_at_risk",
}
"""What a person reads of each account: headings, and the fields they are of."""


def _columns(found: Sequence["Verdict"], kin: Mapping[str, "Kin"]) -> tuple[list[str], list[list[object]]]:
    """Return what a person reads; what few have (stale, set by hand, a family) has a column where any has."""
    columns: dict[str, list[object]] = {
        heading: [_listed(verdict)[name] for verdict in found] for heading, name in _HEADINGS.items()
    }
    optional: dict[str, list[object]] = {
        "stale": [_listed(verdict)["stale"] for verdict in found],
        "computed": [_computed(verdict) for verdict in found],
        "with those below": [_rolled_up(kin.get(verdict.key)) for verdict in found],
    }
    columns |= {heading: cells for heading, cells in optional.items() if any(cells)}
    return list(columns), [list(row) for row in zip(*columns.values(), strict=True)]


def _computed(verdict: "Verdict") -> str | None:
    """Return the band that was computed where a person has set another."""
    return verdict.assessment.band if verdict.override else None


def _listed(verdict: "Verdict") -> dict[str, object]:
    facts = verdict.assessment.facts
    return {
        "account": verdict.key,
        "name": facts.get("name"),
        "band": verdict.shown.band,
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
