"""Commands about identity: which of our accounts a system's account is."""

import getpass
from contextlib import closing
from typing import Annotated

import typer

from cli.output import answer, complain, table, tell, wants_json
from config.errors import Actionable

app = typer.Typer(help="Which of our accounts a system's account is.", no_args_is_help=True)

Source = Annotated[str, typer.Argument(help="A source, such as hubspot.")]
External = Annotated[str, typer.Argument(help="The source's own id of the account.")]


def register(parent: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command()(review)
    app.command()(link)
    app.command()(unlink)
    parent.add_typer(app, name="identity")


class NoSuchAccount(Actionable):
    """Nobody goes by the id that was given."""


def review() -> None:
    """List the accounts of every source that are none of ours, and why; match rates by source."""
    from config.settings import settings  # noqa: PLC0415 - a command loads what it needs
    from store import matches  # noqa: PLC0415 - see above
    from store.database import Database  # noqa: PLC0415 - see above

    with closing(Database(settings().database_url)) as database, database.read() as connection:
        rates = matches.match_rates(connection)
        found = matches.unmatched(connection)
    if wants_json():
        answer(
            {
                "match_rate": {source: {"linked": of[0], "accounts": of[1]} for source, of in rates.items()},
                "unmatched": [{name: getattr(each, name) for name in each.__slots__} for each in found],
            }
        )
        return
    table(("source", "linked", "of"), [(source, *counts) for source, counts in sorted(rates.items())])
    if found:
        rows = [(e.source, e.external_id, _reason(e.reason, e.rule), ", ".join(e.candidates)) for e in found]
        print()
        table(("source", "id", "why", "candidates"), rows)


def _reason(reason: str, rule: str) -> str:
    why = {"none": "no account of ours fits", "two": "two fit", "fits": "fits; was unlinked by a person"}
    return f"{why[reason]} ({rule.replace('_', ' ')})" if rule else why[reason]


def link(
    source: Source, external_id: External, account: Annotated[str, typer.Argument(help="Our account's key.")]
) -> None:
    """Say that a source's account is one of ours."""
    from config.settings import settings  # noqa: PLC0415 - see above
    from store import audit, identity  # noqa: PLC0415 - see above
    from store.database import Database  # noqa: PLC0415 - see above

    actor = getpass.getuser()
    with closing(Database(settings().database_url)) as database, database.write() as connection:
        if not identity.link_by_hand(connection, source, external_id, account, actor):
            raise NoSuchAccount(f"{source} has no account {external_id}, or there is no account {account}")
        audit.record(connection, "identity_linked", account, f"{source} {external_id}", actor=actor)
    tell({"linked": True}, f"{source} {external_id} is {account} from the next assessment on.")


def unlink(source: Source, external_id: External) -> None:
    """Say that a source's account is none of ours; it is not linked again by itself."""
    from config.settings import settings  # noqa: PLC0415 - see above
    from store import audit, identity  # noqa: PLC0415 - see above
    from store.database import Database  # noqa: PLC0415 - see above

    actor = getpass.getuser()
    with closing(Database(settings().database_url)) as database, database.write() as connection:
        if not identity.unlink(connection, source, external_id):
            complain(f"{source} {external_id} is not linked")
            raise typer.Exit(1)
        audit.record(connection, "identity_unlinked", external_id, source, actor=actor)
    tell({"linked": False}, f"{source} {external_id} is linked to nobody.")
