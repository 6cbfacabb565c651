"""``seatsignal simulate``: what another policy would have said of the same past."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.output import answer, wants_json

if TYPE_CHECKING:
    from health.policy import Policy
    from health.simulation import Matter, Side, Told, Volume
    from worker.simulate import Replayed

_DAY = ["%Y-%m-%d"]
_DIGITS = 4
_MONTHS = 12
Document = dict[str, object]


def register(app: typer.Typer) -> None:
    """Add the command of this module."""
    app.command()(simulate)


def simulate(  # noqa: PLR0917 - options, which are given by name
    policy: Annotated[Path, typer.Option(metavar="FILE", help="The policy that is proposed.")],
    since: Annotated[datetime, typer.Option("--from", formats=_DAY, help="The first day to judge as of.")],
    until: Annotated[
        datetime | None, typer.Option("--to", formats=_DAY, help="The last; if left out, where use ends.")
    ] = None,
    every: Annotated[int, typer.Option(min=1, max=31, metavar="DAYS", help="From one day to the next.")] = 7,
    horizon: Annotated[
        int,
        typer.Option(min=1, metavar="DAYS", help="An alert was right if the account left within so many."),
    ] = 90,
    markdown: Annotated[bool, typer.Option("--markdown", help="For the comment on a change.")] = False,
) -> None:
    """Replay days gone by under the policy in force and under another one, and compare what they say."""
    from cli.opened import opened  # noqa: PLC0415 - a command loads what it needs
    from cli.simulated import as_markdown, as_tables  # noqa: PLC0415 - see above
    from config.policy import load  # noqa: PLC0415 - see above
    from worker.simulate import Wanted, question, simulated  # noqa: PLC0415 - see above

    proposed = load(policy)
    wanted = Wanted(since.date(), until.date() if until else None, every, horizon)
    with opened() as deployment, deployment.database.read() as connection:
        policies = deployment.policy, proposed
        document = _head(*policies)
        if not document["nothing_changes"]:
            asked = question(connection, policies[0], wanted)
            document |= _document(simulated(connection, policies, deployment.workdays, asked, _begin))
    if wants_json():
        answer(document)
    elif markdown:
        print(as_markdown(document))
    else:
        as_tables(document)


def _begin(day: date) -> None:
    typer.echo(f"As of {day} …", err=True)


def _head(in_force: "Policy", proposed: "Policy") -> Document:
    same = in_force.hash == proposed.hash
    return {"policy": in_force.hash, "proposed": proposed.hash, "nothing_changes": same}


def _document(found: "Replayed") -> Document:
    """Return all that is told of a replay."""
    from health.simulation import apart  # noqa: PLC0415 - see above

    asked, old, new = found.question, found.in_force, found.proposed
    gained, lost = apart(new, old), apart(old, new)
    return {
        "from": str(asked.since),
        "to": str(asked.last),
        "every_days": asked.every,
        "days": len(asked.days),
        "horizon_days": asked.horizon,
        "accounts": found.moves.total(),
        "alerts": _alerts(old, new, gained, lost),
        "gained": [*_listed(gained)],
        "lost": [*_listed(lost)],
        "revenue": {"gained": _revenue(gained), "lost": _revenue(lost)},
        "bands": _bands(found),
        "volume": _volume(found),
        "at_risk": {"in_force": _foresight(old, found), "proposed": _foresight(new, found)},
        "unknown": _unknown(found.backfilled),
    }


def _alerts(old: "Side", new: "Side", gained: Iterable["Matter"], lost: Iterable["Matter"]) -> list[Document]:
    """Count the alerts of both by who gets them and what they are about."""
    counted = [Counter((each.audience, each.kind) for each in of) for of in _four(old, new, gained, lost)]
    names = ("in_force", "proposed", "gained", "lost")
    return [
        {"audience": key[0], "kind": key[1]}
        | {name: count[key] for name, count in zip(names, counted, strict=True)}
        for key in sorted({key for count in counted for key in count})
    ]


def _four(
    old: "Side", new: "Side", gained: Iterable["Matter"], lost: Iterable["Matter"]
) -> tuple[Iterable["Matter"], ...]:
    return old.matters, new.matters, gained, lost


def _listed(told: Mapping["Matter", "Told"]) -> Iterable[Document]:
    for matter, first in told.items():
        yield {
            "account": first.key,
            "name": first.name,
            "audience": matter.audience,
            "kind": matter.kind,
            "on": str(first.on),
            "severity": first.severity,
            "csm": first.csm,
            "mrr_minor": first.mrr_minor,
            "currency": first.currency,
        }


def _revenue(told: Mapping["Matter", "Told"]) -> list[Document]:
    from health.simulation import revenue  # noqa: PLC0415 - see above

    return [
        {"currency": currency, "accounts": count, "mrr_minor": minor, "arr_minor": _MONTHS * minor}
        for currency, (count, minor) in revenue(told).items()
    ]


def _bands(found: "Replayed") -> Document:
    """Count the accounts by band on the last day, and those that the policies put into different ones."""
    moved = {pair: count for pair, count in sorted(found.moves.items()) if pair[0] != pair[1]}
    return {
        "in_force": dict(sorted(found.in_force.bands.items())),
        "proposed": dict(sorted(found.proposed.bands.items())),
        "moved": sum(moved.values()),
        "moves": [
            {"in_force": old, "proposed": new, "accounts": count} for (old, new), count in moved.items()
        ],
    }


def _volume(found: "Replayed") -> list[Document]:
    from health.simulation import volumes  # noqa: PLC0415 - see above

    by_side = {
        name: volumes(side, found.question)
        for name, side in (("in_force", found.in_force), ("proposed", found.proposed))
    }
    owners = sorted({owner for volume in by_side.values() for owner in volume})
    return [
        {"csm": owner} | {name: _told(volume.get(owner)) for name, volume in by_side.items()}
        for owner in owners
    ]


def _told(volume: "Volume | None") -> Document:
    if volume is None:
        return {"alerts": 0, "per_week": 0.0, "worst": 0, "worst_on": None}
    return volume._asdict() | {"per_week": round(volume.per_week, 2), "worst_on": str(volume.worst_on)}


def _foresight(side: "Side", found: "Replayed") -> Document:
    """Return how right the at-risk alerts were; where nobody knows, `null` and why."""
    precision, recall = side.precision, side.recall
    figures: Document = {"alerts": side.opened, "closed": side.closed, "right": side.right}
    for name, share in (("precision", precision), ("recall", recall)):
        low, high = share.interval or (None, None)
        figures |= {name: _rounded(share.rate), f"{name}_low": _rounded(low), f"{name}_high": _rounded(high)}
    return figures | {"left": side.left, "foreseen": side.foreseen, "why_not": _why_not(side, found)}


def _why_not(side: "Side", found: "Replayed") -> str:
    until = found.question.known_until
    if until is None:
        return "there are no outcomes to compare with: import outcomes"
    if not side.closed:
        return f"no at-risk alert was given {found.question.horizon} days before {until}, where outcomes end"
    return "" if side.left else f"nobody left on the days that were replayed, up to {until}"


def _rounded(rate: float | None) -> float | None:
    return None if rate is None else round(rate, _DIGITS)


def _unknown(backfilled: Iterable[str]) -> Document:
    """Say which sources were read after days that were replayed, and what is unknown of them then."""
    from health.dated import DATING  # noqa: PLC0415 - see above

    sources = sorted(backfilled)
    columns = {kind: list(dating.present) for kind, dating in DATING.items() if dating.present}
    return {"sources": sources, "columns": columns if sources else {}}
