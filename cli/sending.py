"""``seatsignal deliver``: send what is due now, or show its words, and say what was answered."""

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import asdict
from functools import partial
from typing import Any

from cli.opened import opened
from cli.output import answer, complain, say, tell, wants_json
from health.nouns import Notice
from integrations.errors import IntegrationError
from store import claims, outbox, receipts, settlement, subjects
from store.installation import paused
from store.receipts import Answered
from templates.render import Unrenderable, render
from worker.deliver import deliver
from worker.deployment import Deployment

DONE = ("sent", "suppressed", "later", "held")
"""Outcomes after which nothing is left to do, or not yet."""
WAITS_FOR_A_PERSON = ("rejected", "unknown")
WAITS = ("retry", "deferred")
WHOSE = {
    "contact": "the contact's",
    "account": "the account's; the contact states none that letters are written in",
    "default": "neither the contact nor the account states one that letters are written in",
    "asked": "asked for",
}
"""Where the language of a letter is from, in words."""


def send() -> bool:
    """Send what is due and tell whether all of it is done."""
    with opened() as deployment:
        with deployment.database.write() as connection:
            settlement.lapse(connection)
            before, waiting = receipts.latest(connection), claims.waiting(connection)
        reached = [_told(name, partial(_deliver, deployment, name)) for name in waiting]
        with deployment.database.read() as connection:
            answered = receipts.since(connection, before)
            left, why = outbox.account_of(connection).get("due", 0), paused(connection)
            resting = set(claims.resting(connection)) - set(waiting)
        _tell_put_off(deployment, answered)
    _tell_doubts(answered, resting)
    _tell(answered, left, why)
    return all(reached) and not resting and all(one.outcome in DONE for one in answered)


def _told(name: str, act: Callable[[], object]) -> bool:
    """Act; what keeps a destination from it is told, and does not keep the others."""
    try:
        act()
    except IntegrationError as error:
        complain(str(error), about=name)
        return False
    return True


def _tell_put_off(deployment: Deployment, answered: Sequence[Answered]) -> None:
    """Ask each destination that put us off what is wrong; its label alone says little to a person."""
    for name in sorted({one.destination for one in answered if one.outcome in WAITS}):
        if _told(name, deployment.destination(name).check):
            reasons = ", ".join(
                one.reason for one in answered if one.destination == name and one.outcome in WAITS
            )
            complain(f"{name}: {reasons}; asked again it answers, and what is left is sent at the next try.")


def _tell_doubts(answered: Sequence[Answered], resting: Collection[str]) -> None:
    if any(one.outcome in WAITS_FOR_A_PERSON for one in answered):
        complain("What is rejected or unknown waits for you: `seatsignal notices` lists it.")
    if any(one.outcome == "held" for one in answered):
        complain("Mails are held until a person decides: `seatsignal mails --waiting` lists them.")
    for name in sorted(resting):
        complain(
            f"{name}: left alone for some minutes, since it refused us; `seatsignal resume` tries again now."
        )


def _deliver(deployment: Deployment, name: str) -> None:
    while deliver(deployment, name).more:
        pass


def _tell(answered: Sequence[Answered], left: int, why: str) -> None:
    lines = [f"{one.destination}: {one.count} {one.outcome} {one.reason}".rstrip() for one in answered]
    if left:
        lines.append(f"{left} more wait; `seatsignal plan` lists them.")
    if why:
        lines.append(f"Paused ({why}): nothing leaves until `seatsignal resume`.")
    document = {"answers": [asdict(one) for one in answered], "waiting": left, "paused": why}
    tell(document, "\n".join(lines) or "Nothing was due.")


def show() -> None:
    """Show the words of what is planned or due; send nothing."""
    with opened() as deployment, deployment.database.read() as connection:
        owed = outbox.owed_notices(connection)
        shown = [(notice, _words(notice, subjects.name_told(connection, notice.owner))) for notice in owed]
    if wants_json():
        answer(
            [{"key": n.key, "to": n.destination, "template": n.template, "body": body} for n, body in shown]
        )
        return
    for notice, body in shown:
        say(f"--- {notice.template} to {notice.destination} ({notice.key})")
        if "language" in body:
            say(spoken(body))
        say(readable(body))
    say(f"{len(shown)} notices; nothing was sent.")


def spoken(letter: Mapping[str, Any]) -> str:
    """Return which language a letter's body is in, and whose it is."""
    return f"Language: {letter['language']} ({WHOSE[letter['language_from']]})"


def readable(body: Mapping[str, Any]) -> str:
    """Return what a person reads of a body: its text, or the fields of a record."""
    if "fields" not in body:
        return str(body["text"])
    return "\n".join(f"{name}: {'-' if value is None else value}" for name, value in body["fields"].items())


def _words(notice: Notice, person_name: str) -> dict[str, Any]:
    try:
        words: dict[str, Any] = json.loads(render(notice.template, notice.payload, person_name=person_name))
    except Unrenderable as error:
        return {"text": f"cannot be worded: {error}"}
    return words
