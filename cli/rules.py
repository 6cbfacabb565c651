"""Commands about rules: how right each was, and the answer that it was wrong about an account."""

import getpass
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from cli.output import answer as print_answer
from cli.output import complain, say, table, tell, wants_json

if TYPE_CHECKING:
    from health.chance import Share
    from health.ledger import Entry
    from health.policy import LedgerRules

REASON_LIMIT = 200
_DIGITS = 4


class Answer(StrEnum):
    """What a person says of an account's open alert."""

    NOT_A_RISK = "not-a-risk"


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command()(rules)
    app.command()(answer)


def rules() -> None:
    """Tell how right each rule of risk was: by who left, and by what people answered."""
    from cli.opened import opened  # noqa: PLC0415 - a command loads what it needs
    from store import ledger  # noqa: PLC0415 - see above

    with opened() as deployment, deployment.database.read() as connection:
        agreed = deployment.policy.ledger
        found = ledger.entries(connection, agreed)
    if wants_json():
        print_answer({"window_days": agreed.window_days, "rules": [_document(entry) for entry in found]})
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


def answer(
    account: Annotated[str, typer.Argument(help="An account by its key.")],
    said: Annotated[Answer, typer.Argument(metavar="ANSWER", help="not-a-risk.")],
    reason: Annotated[str, typer.Option(help="What the rules did not know.")],
) -> None:
    """Say that an account's open alert is no risk: it closes for its term, and counts against its rules."""
    from contextlib import closing  # noqa: PLC0415 - a command loads what it needs

    from config.settings import settings  # noqa: PLC0415 - see above
    from store import audit, ledger  # noqa: PLC0415 - see above
    from store.database import Database  # noqa: PLC0415 - see above

    actor, why = getpass.getuser(), " ".join(reason.split())
    if not 0 < len(why) <= REASON_LIMIT:
        raise typer.BadParameter(f"needed, in at most {REASON_LIMIT} characters", param_hint="--reason")
    with closing(Database(settings().database_url)) as database, database.write() as connection:
        closed = ledger.dismiss(connection, account, why, actor)
        if not closed:
            nobody = closed is None
            complain(f"There is no account {account!r}." if nobody else f"No risk of {account!r} is open.")
            raise typer.Exit(1)
        audit.record(connection, said.value.replace("-", "_"), account, ", ".join(closed), actor)
    tell(
        {"account": account, "answer": said.value, "reason": why, "rules": closed},
        f"{account}: {', '.join(closed)} closed for this term.",
    )
