"""The command ``send-test``: a letter in one's own inbox, before any customer gets it."""

from typing import Annotated

import typer

from cli.output import complain, tell
from cli.preview import check_account


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("send-test")(send_test)


def send_test(
    template: Annotated[str, typer.Argument(help="A letter by name, such as renewal.")],
    *,
    to: Annotated[str, typer.Option(help="Your own address.")],
    account: Annotated[
        str, typer.Option(help="An account by its key: as it would get the letter today.")
    ] = "",
    example: Annotated[bool, typer.Option("--example", help="As an invented account would get it.")] = False,
    language: Annotated[str, typer.Option(help="In this language, such as de or fr-CA.")] = "",
) -> None:
    """Send a letter to yourself, marked as a test; it need not be owed, and nobody else gets anything."""
    from cli.opened import opened  # noqa: PLC0415 - a command loads what it needs
    from health.languages import LANGUAGES, written  # noqa: PLC0415 - see above
    from templates.render import Unrenderable  # noqa: PLC0415 - see above
    from worker.trials import trial  # noqa: PLC0415 - see above

    check_account(account, example=example)
    if language and not written(language):
        raise typer.BadParameter(f"no letters are written in {language!r}, but in {', '.join(LANGUAGES)}")
    try:
        with opened() as deployment, deployment.database.write() as connection:
            tried = trial(deployment, connection, template, account, to=to, language=language)
    except Unrenderable as error:
        complain(str(error))
        raise typer.Exit(1) from None
    receipt = tried.receipt
    if receipt.outcome != "sent":
        complain(f"The mail server did not take it: {receipt.reason}. Nothing is tried again.")
        raise typer.Exit(1)
    tell({"subject": tried.subject, "outcome": receipt.outcome}, f"Sent: {tried.subject}")
