"""What a colleague asks in words: how an account is, which are theirs, or that an alert be silent."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from difflib import get_close_matches
from typing import Literal

import msgspec

from config.errors import Actionable
from health.answers import SNOOZE, WAKE, Answer, Refused
from integrations.desk import Command, Opened
from store import inbox, owners, verdicts
from store.database import Connection
from store.installation import business_day
from store.owners import Called
from templates.asked import AccountContent, Asked, OwnContent, ReplyContent
from templates.plain import one_line
from templates.render import render
from worker import accounts
from worker.colleagues import routed
from worker.deployment import Deployment
from worker.mute import mute, unmute

OWN_ROWS, HOME_ROWS = 12, 60
"""As many accounts as Slack takes in a message and on a home tab, whatever they are called."""
HOME_ANSWERS = 30
"""So many open alerts have buttons on a home tab: there is no room for more."""
LISTED = 10
REASON_LIMIT = 300
_DAYS = re.compile(r"[0-9]{1,3}")
_TEMPLATES: Mapping[type, str] = {AccountContent: "account", OwnContent: "own", ReplyContent: "reply"}


def asked(deployment: Deployment, name: str, command: Command) -> bytes:
    """Do what a command says, and return rendered words for whoever gave it."""
    word, _, rest = one_line(command.words).partition(" ")
    said = _COMMANDS.get(word.lower(), _help)(deployment, name, command, rest.strip())
    return _rendered(_TEMPLATES[type(said)], said)


def opened(deployment: Deployment, name: str, opened: Opened) -> bytes | None:
    """Return what somebody's own page shows; `None` if this call has come before."""
    with deployment.database.write() as connection:
        if not inbox.is_first(connection, f"desk:{name}", opened.call):
            return None
    return _rendered("home", accounts.own(deployment, opened.actor, HOME_ROWS, HOME_ANSWERS))


def _rendered(template: str, said: Asked) -> bytes:
    return render(template, msgspec.json.encode(said))


def _help(_deployment: Deployment, _name: str, _command: Command, _rest: str) -> ReplyContent:
    return ReplyContent(kind="help")


def _mine(deployment: Deployment, _name: str, command: Command, _rest: str) -> OwnContent:
    return accounts.own(deployment, command.actor, OWN_ROWS)


def _may_ask(deployment: Deployment, command: Command) -> bool:
    with deployment.database.read() as connection:
        return routed(deployment, connection).may_ask(command.actor, command.places)


def _account(
    deployment: Deployment, _name: str, command: Command, rest: str
) -> AccountContent | ReplyContent:
    if not _may_ask(deployment, command):
        return ReplyContent(kind="stranger")
    if not rest:
        return ReplyContent(kind="help")
    with deployment.database.read() as connection:
        found = verdicts.verdict(connection, rest)
        if found is not None:
            return accounts.account(deployment, connection, found)
        known = owners.called(connection)
        same = [each.key for each in known if each.name.casefold() == rest.casefold()]
        if len(same) != 1:
            return _several(connection, rest, same) if same else _unknown(connection, rest, known)
        found = verdicts.verdict(connection, same[0])
        return accounts.account(deployment, connection, found) if found else _unknown(connection, rest, [])


def _several(connection: Connection, name: str, keys: Sequence[str]) -> ReplyContent:
    found = accounts.ranked(_verdicts(connection, keys[:LISTED]))
    rows = tuple(accounts.row(each, 0) for each in found)
    return ReplyContent(kind="several", asked=name, rows=rows, more=len(keys) - len(rows))


def _unknown(connection: Connection, name: str, known: Sequence[Called]) -> ReplyContent:
    found = _verdicts(connection, nearest(name, known))
    return ReplyContent(kind="unknown", asked=name, rows=tuple(accounts.row(each, 0) for each in found))


def _verdicts(connection: Connection, keys: Sequence[str]) -> list[verdicts.Verdict]:
    found = (verdicts.verdict(connection, key) for key in keys)
    return [each for each in found if each is not None]


def nearest(asked: str, known: Sequence[Called], most: int = 3) -> list[str]:
    """Return the keys of the accounts whose name or key is most like what somebody wrote.

    Those that hold it come first. Else only what begins alike is compared: more would take seconds.
    """
    wanted = asked.casefold()
    names = [(name.casefold(), each.key) for each in known for name in (each.key, each.name) if name]
    holding = sorted((len(name), key) for name, key in names if wanted in name)
    alike = {name: key for name, key in names if name[:1] == wanted[:1]}
    close = [alike[name] for name in get_close_matches(wanted[:100], alike, n=most)]
    found = [key for _length, key in holding] or close
    return list(dict.fromkeys(found))[:most]


def _mute(deployment: Deployment, name: str, command: Command, rest: str) -> ReplyContent:
    if not _may_ask(deployment, command):
        return ReplyContent(kind="stranger")
    key, _, more = rest.partition(" ")
    days, _, why = more.strip().partition(" ")
    if not _DAYS.fullmatch(days) or not why.strip():
        return ReplyContent(kind="usage")
    with deployment.database.write() as connection:
        if verdicts.verdict(connection, key) is None:
            return _unknown(connection, key, owners.called(connection))
        today = business_day(connection)
        until, reason = today + timedelta(days=int(days)), why.strip()[:REASON_LIMIT]
        said = Answer(SNOOZE, command.actor, today, until, reason)
        try:
            muted = mute(deployment, connection, key, said, command.call)
        except (Actionable, Refused) as error:
            return ReplyContent(kind="refused", detail=str(error))
    deployment.bell.deliver(name)
    kind: Literal["muted", "always"] = "muted" if muted.matters else "always"
    return ReplyContent(kind=kind, asked=key, until=until, detail=reason, always=muted.always)


def _unmute(deployment: Deployment, name: str, command: Command, rest: str) -> ReplyContent:
    if not _may_ask(deployment, command):
        return ReplyContent(kind="stranger")
    if not rest:
        return ReplyContent(kind="usage")
    with deployment.database.write() as connection:
        if verdicts.verdict(connection, rest) is None:
            return _unknown(connection, rest, owners.called(connection))
        said = Answer(WAKE, command.actor, business_day(connection))
        try:
            unmute(deployment, connection, rest, said, command.call)
        except Actionable as error:
            return ReplyContent(kind="refused", detail=str(error))
    deployment.bell.deliver(name)
    return ReplyContent(kind="woken", asked=rest)


_COMMANDS: Mapping[str, Callable[[Deployment, str, Command, str], Asked]] = {
    "account": _account,
    "mine": _mine,
    "mute": _mute,
    "unmute": _unmute,
    "help": _help,
}


def commands() -> list[str]:
    """Return the words that a command may begin with, in the order in which help tells of them."""
    return list(_COMMANDS)
