"""The command ``rules``: how right each rule was."""

from typing import TYPE_CHECKING

import typer

from cli.output import answer, say, table, wants_json

if TYPE_CHECKING:
    from health.chance import Share
    from health.ledger import Entry
    from health.policy import LedgerRules

_DIGITS = 4


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(rules)


def rules() -> None:
    """Tell how right each rule of risk was: by who left, and by what people answered."""
    from cli.opened import opened  # noqa: PLC0415 - a command loads what it needs
    from store import ledger  # noqa: PLC0415 - see above

    with opened() as deployment, deployment.database.read() as connection:
        agreed = deployment.policy.ledger
        found = ledger.entries(connection, agreed)
    if wants_json():
        answer({"window_days": agreed.window_days, "rules": [_document(entry) for entry in found]})
    else:
        _tell(found, agreed)


def _document(entry: "Entry") -> dict[str, object]:
    return {
        "rule": entry.rule,
        "alerts": entry.flags,
        "dismissed": entry.dismissed,
        "closed": entry.precision.of,
        "right": entry.precision.hits,
        **_figures("precision", entry.precision),
        "left": entry.recall.of,
        "foreseen": entry.recall.hits,
        **_figures("recall", entry.recall),
        "lead_days": entry.lead_days,
        "agreed": entry.agreed,
        "demoted": entry.demoted,
    }


def _figures(name: str, share: "Share") -> dict[str, float | None]:
    low, high = share.interval or (None, None)
    figures = {name: share.rate, f"{name}_low": low, f"{name}_high": high}
    return {key: None if rate is None else round(rate, _DIGITS) for key, rate in figures.items()}


_HEADINGS = (
    *("rule", "alerts", "dismissed", "closed", "precision", "likely", "left", "recall", "lead days"),
    *("agreed", "told"),
)


def _tell(found: list["Entry"], agreed: "LedgerRules") -> None:
    table(_HEADINGS, [_row(entry) for entry in found])
    say(f"Right: the account left within {agreed.window_days} days. Recall is of the accounts that left.")
    for entry in found:
        if entry.demoted:
            say(f"{entry.rule} is under its agreed precision: it is told in a digest, and alerts nobody.")


def _row(entry: "Entry") -> list[object]:
    likely = entry.precision.interval
    return [
        entry.rule,
        entry.flags,
        entry.dismissed,
        entry.precision.of,
        _percent(entry.precision.rate),
        f"{likely[0]:.0%} to {likely[1]:.0%}" if likely else None,
        entry.recall.of,
        _percent(entry.recall.rate),
        entry.lead_days,
        _percent(entry.agreed),
        "in the digest" if entry.demoted else "at once",
    ]


def _percent(rate: float | None) -> str | None:
    return None if rate is None else f"{rate:.0%}"
