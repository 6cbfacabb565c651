"""Where people see an alert: its message is told what was said to it, moves with its owner, and climbs."""

from collections.abc import Iterator
from dataclasses import replace

import msgspec

from health.answers import Answer
from health.nouns import Notice
from store import answers
from store.answers import Shown
from store.database import Connection
from templates.content import AlertContent, ExpansionContent, Said

MOVE, ESCALATE = "move", "escalate"
_Content = AlertContent | ExpansionContent


def standing(connection: Connection, account: int, matter: str, *, unseen: bool = False) -> list[Shown]:
    """Return where an account's alert stands now: not where it was before it moved."""
    places = answers.shown(connection, account, matter, unseen=unseen)
    return [each for each in places if not _has_moved(each)]


def _has_moved(shown: Shown) -> bool:
    said = content(shown).said
    return said is not None and said.kind == MOVE


def content(shown: Shown) -> _Content:
    """Return what an alert's message says."""
    if shown.template == "expansion":
        return msgspec.json.decode(shown.payload, type=ExpansionContent)
    return msgspec.json.decode(shown.payload, type=AlertContent)


def words(said: Answer) -> Said:
    """Return an answer as messages show it."""
    return msgspec.convert(
        {"kind": said.kind, "by": said.actor, "on": said.on, "until": said.until, "detail": said.detail}, Said
    )


def updated(shown: Shown, account: int, said: Said, effect: str, stake: int | None = None) -> Notice:
    """Return an alert's last words once more, with what became of it; ``effect`` names that, once."""
    told = msgspec.structs.replace(content(shown), said=said, answered=True)
    return Notice(
        key=f"{shown.thread}/{effect}",
        destination=shown.destination,
        kind="message",
        thread=shown.thread,
        account=account,
        template=shown.template,
        owner=shown.owner,
        payload=msgspec.json.encode(told).decode(),
        stake=stake,
    )


def passed_on(shown: Shown, account: int, said: Said, to: str, effect: str) -> Notice:
    """Return an alert as it is told to somebody else, in a thread of theirs."""
    told = msgspec.structs.replace(content(shown), said=said, answered=False)
    thread = f"{shown.destination}/{to}/{answers.tail(shown.thread)}"
    payload = msgspec.json.encode(told).decode()
    told_to = replace(updated(shown, account, said, effect), thread=thread, owner=to, payload=payload)
    return replace(told_to, key=f"{thread}/{effect}")


def moves(connection: Connection, told: Notice, matter: str, answer: Answer) -> Iterator[Notice]:
    """Yield what tells those who have an alert that it goes on with somebody else, if ``told`` does so."""
    for shown in standing(connection, told.account, matter):
        if shown.owner != told.owner and answers.tail(shown.thread) == answers.tail(told.thread):
            yield updated(shown, told.account, words(answer), f"moved/{told.owner}/{answer.on}")
