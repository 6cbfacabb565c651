"""The command ``report``: the review of a month or a quarter, and the brief of an account."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.output import complain, tell, wants_json

if TYPE_CHECKING:
    from health.brief import Brief
    from health.review import Review

FORMATS = ("markdown", "html", "json")


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(report)


def report(
    *,
    month: Annotated[str, typer.Option(help="A month, such as 2026-05.")] = "",
    quarter: Annotated[str, typer.Option(help="A quarter, such as 2026-Q2.")] = "",
    account: Annotated[str, typer.Option(help="An account by its key: the brief of it.")] = "",
    form: Annotated[str, typer.Option("--format", help="markdown, html or json.")] = "",
    out: Annotated[Path | None, typer.Option(help="Write to this file instead.")] = None,
    currency: Annotated[
        str, typer.Option(help="What money is told in, such as EUR; else what most terms are in.")
    ] = "",
) -> None:
    """Review a month or a quarter of the whole book, or brief somebody who is to speak with a customer."""
    if len([given for given in (month, quarter, account) if given]) != 1:
        raise typer.BadParameter("one of them is needed", param_hint="--month, --quarter or --account")
    chosen = form or ("json" if wants_json() else "markdown")
    if chosen not in FORMATS:
        raise typer.BadParameter(f"{form!r} is none of {', '.join(FORMATS)}", param_hint="--format")
    if account:
        _write(_brief(account), "brief", chosen, out)
    else:
        _write(_review(month, quarter, currency), "review", chosen, out)


def _brief(account: str) -> "Brief":
    from cli.opened import opened  # noqa: PLC0415 - a command loads what it needs
    from store import verdicts  # noqa: PLC0415 - see above
    from worker.brief import brief  # noqa: PLC0415 - see above

    with opened() as deployment, deployment.database.read() as connection:
        found = verdicts.verdict(connection, account)
        if found is None:
            complain(f"No verdict on {account!r}: is the key right, and has `seatsignal assess` run?")
            raise typer.Exit(1)
        return brief(deployment, connection, found)


def _review(month: str, quarter: str, currency: str) -> "Review":
    from cli.opened import opened  # noqa: PLC0415 - a command loads what it needs
    from health.periods import period  # noqa: PLC0415 - see above
    from worker.review import review  # noqa: PLC0415 - see above

    hint = "--month" if month else "--quarter"
    try:
        asked = period(month or quarter)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint=hint) from None
    if ("Q" in asked.name) != bool(quarter):
        raise typer.BadParameter(f"{asked.name} is none", param_hint=hint)
    if currency and not (len(currency) == len("EUR") and currency.isascii() and currency.isupper()):
        raise typer.BadParameter(f"{currency!r} is no code such as EUR", param_hint="--currency")
    with opened() as deployment, deployment.database.read() as connection:
        return review(deployment, connection, asked, currency)


def _write(content: object, name: str, form: str, out: Path | None) -> None:
    """Print a report, or write it to a file and say so."""
    text = _text(content, name, form)
    if out is None:
        print(text, end="")
        return
    out.write_text(text, encoding="utf-8")
    tell({"report": name, "format": form, "out": str(out)}, f"Written to {out}.")


def _text(content: object, name: str, form: str) -> str:
    if form == "json":
        from msgspec.json import encode, format  # noqa: A004, PLC0415 - see above

        return format(encode(content), indent=2).decode() + "\n"
    from templates.reports import report as worded  # noqa: PLC0415 - see above

    return worded(name, content, "html" if form == "html" else "markdown")
