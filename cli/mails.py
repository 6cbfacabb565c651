"""Commands about mails that wait for a person: mails, approve, reject, mailed."""

from typing import TYPE_CHECKING, Annotated

import typer

from cli.output import answer, complain, say, table, tell, wants_json

if TYPE_CHECKING:
    from worker.mails import Mail

ACTOR = "operator"
MOST = 200
"""How many mails are listed that nobody has to decide about any more."""


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command()(mails)
    app.command()(approve)
    app.command()(reject)
    app.command()(mailed)


def mails(
    keys: Annotated[list[str] | None, typer.Argument(help="Mails by key: show all of them.")] = None,
    waiting: Annotated[bool, typer.Option("--waiting", help="Those that wait for a decision alone.")] = False,
) -> None:
    """List the mails to customers that wait, or waited, for a person; by key with their words and why."""
    from cli.opened import opened  # noqa: PLC0415 - a command loads what it needs
    from store import approvals  # noqa: PLC0415 - see above
    from worker.mails import found, shown  # noqa: PLC0415 - see above

    with opened() as deployment, deployment.database.read() as connection:
        if keys:
            chosen = [found(connection, key) for key in keys]
        else:
            chosen = approvals.waiting(connection) if waiting else approvals.lately(connection, MOST)
        listed = [shown(connection, held) for held in chosen]
    if wants_json():
        answer([_document(mail) for mail in listed])
    elif keys:
        for mail in listed:
            _show(mail)
    else:
        _list(listed)


def _list(listed: "list[Mail]") -> None:
    headings = ("key", "account", "mode", "language", "until", "decision", "by")
    table(headings, [tuple(_document(mail)[name] for name in headings) for mail in listed])
    if any(not mail.held.decision for mail in listed):
        say("`seatsignal mails KEY` shows one; `seatsignal approve KEY` or `reject KEY --reason` decides.")


def _document(mail: "Mail") -> dict[str, object]:
    held = mail.held
    return {
        "key": held.key,
        "account": held.account_key,
        "template": held.template,
        "mode": held.mode,
        "rule": held.rule,
        "status": held.status,
        "to": mail.to,
        "language": mail.language,
        "subject": mail.subject,
        "text": mail.text,
        "why": list(mail.why),
        "until": mail.until.isoformat(timespec="seconds").replace("+00:00", "Z"),
        "decision": held.decision,
        "by": held.actor,
        "reason": held.reason,
    }


def _show(mail: "Mail") -> None:
    held = mail.held
    say(f"--- {held.key}")
    say(f"To: {mail.to or 'nobody'} at {held.account_name} ({held.account_key}), in {mail.language}")
    for line in mail.why:
        say(f"Why: {line}")
    told = f"{held.decision} by {held.actor}" if held.decision else "undecided"
    say(f"Decided: {told}; until {mail.until:%Y-%m-%d %H:%M} UTC")
    say(f"Subject: {mail.subject}\n")
    say(mail.text)


def approve(keys: Annotated[list[str], typer.Argument(help="Mails by key.")]) -> None:
    """Approve mails to customers: they leave as they are shown. Doing it twice does it once."""
    _decide(keys, "approved")


def reject(
    keys: Annotated[list[str], typer.Argument(help="Mails by key.")],
    *,
    reason: Annotated[str, typer.Option(help="Why; it is kept.")],
) -> None:
    """Reject mails to customers: they are never sent, and the template is approved one by one again."""
    if not reason.strip():
        raise typer.BadParameter("say it in a few words", param_hint="--reason")
    _decide(keys, "rejected", reason.strip())


def mailed(keys: Annotated[list[str], typer.Argument(help="Drafts by key.")]) -> None:
    """Say that drafts were sent by hand."""
    _decide(keys, "mailed")


def _decide(keys: list[str], decision: str, reason: str = "") -> None:
    """Decide about each, and tell which are decided; what cannot be is said, and keeps no other."""
    from cli.opened import opened  # noqa: PLC0415 - see above
    from worker.mails import Undecidable, decide  # noqa: PLC0415 - see above
    from worker.waiting import Decision  # noqa: PLC0415 - see above

    done: list[str] = []
    with opened() as deployment:
        for key in keys:
            try:
                with deployment.database.write() as connection:
                    decide(deployment, connection, key, Decision(decision, ACTOR, reason))
                done.append(key)
            except Undecidable as error:
                complain(str(error))
    tell({decision: done}, f"{len(done)} {decision}.")
    if len(done) < len(keys):
        raise typer.Exit(1)
