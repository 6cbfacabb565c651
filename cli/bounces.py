"""The command ``bounces``: mail servers' reports of letters that came back."""

import mailbox
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from cli.output import tell

STDIN = Path("-")
_MBOX = b"From "


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(bounces)


def bounces(
    places: Annotated[
        list[Path] | None, typer.Argument(help="Mails, mboxes or Maildirs; a mail on stdin without any.")
    ] = None,
) -> None:
    """Read reports of letters that came back, so that nobody writes to mailboxes that are gone."""
    from contextlib import closing  # noqa: PLC0415 - a command loads what it needs

    from config.settings import settings  # noqa: PLC0415 - see above
    from store.database import Database  # noqa: PLC0415 - see above
    from store.schema import require  # noqa: PLC0415 - see above
    from worker import log  # noqa: PLC0415 - see above
    from worker.bounces import take_reports  # noqa: PLC0415 - see above
    from worker.secrets import secrets  # noqa: PLC0415 - see above

    log.configure(settings().log_level, secrets(settings()))
    with closing(Database(settings().database_url)) as database:
        require(database)
        taken = take_reports(database, _mails(places or [STDIN]))
    told = ", ".join(f"{number} {what}" for what, number in sorted(taken.items()))
    tell(dict(taken), f"{told or 'no mail'}. `seatsignal suppressions` lists who is not written to.")


def _mails(places: Sequence[Path]) -> Iterator[bytes]:
    from integrations.mail.reports import REPORT_LIMIT  # noqa: PLC0415 - see above

    for place in places:
        if place == STDIN:
            yield sys.stdin.buffer.read(REPORT_LIMIT)
        elif place.is_dir():
            if not (place / "cur").is_dir():
                raise typer.BadParameter(f"{place}: this folder is no Maildir", param_hint="PLACES")
            yield from _kept(mailbox.Maildir(place, create=False))
        elif not place.exists():
            raise typer.BadParameter(f"{place}: there is no such file", param_hint="PLACES")
        else:
            with place.open("rb") as file:
                start = file.read(REPORT_LIMIT)
            yield from _kept(mailbox.mbox(place, create=False)) if start.startswith(_MBOX) else (start,)


def _kept(box: "mailbox.Mailbox[Any]") -> Iterator[bytes]:
    try:
        yield from (box.get_bytes(key) for key in box.iterkeys())
    finally:
        box.close()
