"""Where people see an alert: its message is told what was said to it, moves with its owner, and climbs."""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from datetime import date

import msgspec

from config.routes import Route
from health.answers import ASSIGN, Answer, listed
from health.nouns import Flag, Notice
from store import answers
from store.answers import EXPANSION, Shown
from store.database import Connection
from templates.content import AlertContent, ExpansionContent, Said
from worker.deployment import Deployment

MOVE, ESCALATE = "move", "escalate"
_DIRECT = re.compile(r"[UW][A-Z0-9]{2,31}")
"""Who is told in direct messages, where nobody else reads it."""
_Content = AlertContent | ExpansionContent


def standing(connection: Connection, account: int, matter: str, *, unseen: bool = False) -> list[Shown]:
    """Return where an account's alert stands now: not where it was before it moved."""
    places = answers.shown(connection, account, matter, unseen=unseen)
    return [each for each in places if not _has_moved(each)]


def cards(deployment: Deployment, connection: Connection, account: int, matter: str) -> list[Shown]:
    """Return the channels in which an alert stands as a card, as far as alerts are still told there."""
    routes = [deployment.routes.of(audience) for audience in ("csm", "sales")]
    places = answers.shown(connection, account, matter, templates=answers.CARDS)
    return [each for each in places if Route(destination=each.destination, owner=each.owner) in routes]


def _has_moved(shown: Shown) -> bool:
    said = content(shown).said
    return said is not None and said.kind == MOVE


def content(shown: Shown) -> _Content:
    """Return what an alert's message says."""
    if shown.template in {"expansion", "expansion_card", "expansion_task"}:
        return msgspec.json.decode(shown.payload, type=ExpansionContent)
    return msgspec.json.decode(shown.payload, type=AlertContent)


def words(said: Answer) -> Said:
    """Return an answer as messages show it."""
    return msgspec.convert(
        {"kind": said.kind, "by": said.actor, "on": said.on, "until": said.until, "detail": said.detail}, Said
    )


def updated(shown: Shown, account: int, said: Said, effect: str) -> Notice:
    """Return an alert's last words once more, with what became of it; ``effect`` names that, once."""
    told = msgspec.structs.replace(content(shown), said=said, answered=True)
    payload = msgspec.json.encode(told).decode()
    key = f"{shown.thread}/{effect}"
    return _notice(shown, account, key, thread=shown.thread, owner=shown.owner, payload=payload)


def _notice(shown: Shown, account: int, key: str, *, thread: str, owner: str, payload: str) -> Notice:
    """Return a message about an alert to somebody, at the destination and of the template that it has."""
    return Notice(key, shown.destination, "message", thread, account, shown.template, owner, payload)


def assigned(places: Sequence[Shown], account: int, said: Answer, effect: str) -> list[Notice]:
    """Return an alert as it is told to whom it is assigned, where all who have it have it for themselves.

    In a channel its thread names them. Of who has it already it is the update, once more by the same key.
    """
    named = [said.detail, *(each.owner for each in places)]
    if not places or not all(map(_DIRECT.fullmatch, named)):
        return []
    return [passed_on(places[0], account, words(said), said.detail, effect)]


def assignee(connection: Connection, account: int, matter: str, standing: Sequence[Flag]) -> str:
    """Return to whom an account's alert was assigned since it opened; empty where nobody has it so."""
    said = answers.last(connection, account, matter, (ASSIGN,))
    risen = [flag.since for flag in listed(standing, expansion=matter == EXPANSION) if flag.since]
    return said.detail if said and said.on >= min(risen, default=said.on) else ""


def ended(shown: Shown, account: int, effect: str) -> Notice | None:
    """Return an alert's last words once more, as of what is over; `None` where they say so already."""
    told = content(shown)
    if told.ended:
        return None
    payload = msgspec.json.encode(msgspec.structs.replace(told, ended=True)).decode()
    key = f"{shown.thread}/{effect}"
    return _notice(shown, account, key, thread=shown.thread, owner=shown.owner, payload=payload)


def tasks_ended(connection: Connection, account: int, matter: str, effect: str) -> list[Notice]:
    """Return the end of every task of an account's alert."""
    tasks = answers.shown(connection, account, matter, templates=answers.TASKS)
    return [notice for each in tasks if (notice := ended(each, account, effect))]


def passed_on(shown: Shown, account: int, said: Said | None, to: str, effect: str) -> Notice:
    """Return an alert as it is told to somebody else, in a thread of theirs."""
    told = msgspec.structs.replace(content(shown), said=said, answered=False)
    thread = f"{shown.destination}/{to}/{answers.tail(shown.thread)}"
    payload = msgspec.json.encode(told).decode()
    return _notice(shown, account, f"{thread}/{effect}", thread=thread, owner=to, payload=payload)


def elsewhere(
    connection: Connection, told: Notice, matter: str, ladder: Collection[str], on: date
) -> Iterator[Notice]:
    """Yield what news of an alert, ``told`` to its owner, owes to all others who have it.

    Who is on the owner's ``ladder`` is told the same: one of them may have taken it on. Who is not had it
    from another owner, or is away: their message says with whom it goes on.
    """
    for place in standing(connection, told.account, matter):
        if place.owner == told.owner or answers.tail(place.thread) != answers.tail(told.thread):
            continue
        if place.owner in ladder:
            key = f"{place.owner}/{told.key}"
            yield replace(told, key=key, thread=place.thread, owner=place.owner)
        else:
            said = words(Answer(MOVE, told.owner, on))
            yield updated(place, told.account, said, f"moved/{told.owner}/{on}")
