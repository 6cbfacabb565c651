"""Commands about identity: which of our accounts a system's account is."""

import getpass
from contextlib import closing
from typing import Annotated

import typer

from cli.output import answer, table, tell, wants_json

app = typer.Typer(help="Which of our accounts a system's account is.", no_args_is_help=True)

Source = Annotated[str, typer.Argument(help="A source, such as hubspot.")]
External = Annotated[str, typer.Argument(help="The source's own id of the account.")]


def register(parent: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command()(review)
    app.command()(link)
    app.command()(unlink)
    app.command()(undo)
    parent.add_typer(app, name="identity")


def review() -> None:
    """List the accounts of every source that are none of ours, and why; match rates by source."""
    from config.settings import settings  # noqa: PLC0415 - a command loads what it needs
    from store import matches  # noqa: PLC0415 - see above
    from store.database import Database  # noqa: PLC0415 - see above
    from worker.identity import why  # noqa: PLC0415 - see above

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
        rows = [(each.source, each.external_id, why(each), ", ".join(each.candidates)) for each in found]
        print()
        table(("source", "id", "why", "candidates"), rows)


def link(
    source: Source, external_id: External, account: Annotated[str, typer.Argument(help="Our account's key.")]
) -> None:
    """Say that a source's account is one of ours."""
    from config.settings import settings  # noqa: PLC0415 - see above
    from store.database import Database  # noqa: PLC0415 - see above
    from worker import identity  # noqa: PLC0415 - see above

    with closing(Database(settings().database_url)) as database, database.write() as connection:
        identity.link(connection, source, external_id, account, getpass.getuser())
    tell({"linked": True}, f"{source} {external_id} is {account} from the next assessment on.")


def unlink(source: Source, external_id: External) -> None:
    """Say that a source's account is none of ours; it is not linked again by itself."""
    from config.settings import settings  # noqa: PLC0415 - see above
    from store.database import Database  # noqa: PLC0415 - see above
    from worker import identity  # noqa: PLC0415 - see above

    with closing(Database(settings().database_url)) as database, database.write() as connection:
        identity.unlink(connection, source, external_id, getpass.getuser())
    tell({"linked": False}, f"{source} {external_id} is linked to nobody.")


def undo(source: Source, external_id: External) -> None:
    """Take back what a person said last of a source's account."""
    from config.settings import settings  # noqa: PLC0415 - see above
    from store.database import Database  # noqa: PLC0415 - see above
    from worker import identity  # noqa: PLC0415 - see above

    with closing(Database(settings().database_url)) as database, database.write() as connection:
        now = identity.undo(connection, source, external_id, getpass.getuser())
    stands = f"is {now} again" if now else "is linked to nobody"
    tell({"account": now}, f"{source} {external_id} {stands}, from the next assessment on.")
