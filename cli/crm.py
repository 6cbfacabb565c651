"""``seatsignal crm``: prepare a CRM for what is written to it."""

from typing import Annotated

import typer

from cli.output import answer, complain, table, wants_json
from config.errors import Actionable


class NotACrm(Actionable):
    """No CRM is routed to that has anything to set up."""


def register(parent: typer.Typer) -> None:
    """Add the commands of this module."""
    app = typer.Typer(help="Prepare a CRM for what is written to it.", no_args_is_help=True)
    app.callback()(lambda: None)
    app.command()(setup)
    parent.add_typer(app, name="crm")


def setup(
    *,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what is missing, and make nothing.")
    ] = False,
) -> None:
    """Make what is missing in the CRM, such as its fields; what is there is never changed."""
    from cli.opened import opened  # noqa: PLC0415 - a command loads what it needs
    from integrations.roles import Crm  # noqa: PLC0415 - see above

    with opened() as deployment:
        crms = [deployment.destination(name) for name in sorted(deployment.routes.crms())]
        found = [each for crm in crms if isinstance(crm, Crm) for each in crm.setup(dry_run=dry_run)]
    if not crms:
        raise NotACrm("nothing is routed to a CRM: name one in your routes.yaml, such as `record: hubspot`")
    if wants_json():
        answer([each._asdict() for each in found])
    else:
        table(("of", "what", "name", "", ""), found)
    if any(each.outcome == "differs" for each in found):
        complain("What differs was left alone, it may be a person's: rename it in the CRM, and set up again.")
        raise typer.Exit(1)
