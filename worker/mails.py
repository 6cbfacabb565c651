"""Mails that wait for a person: what they see of one, and what they decide."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import NamedTuple

import msgspec
import structlog

from config.errors import Actionable
from health.alerts import OPEN
from store import approvals, flags, outbox, subjects
from store.approvals import DRAFT, MAILED, REJECTED, Held
from store.database import Connection, clock
from templates.content import Unrenderable
from templates.letters import LetterContent
from templates.payload import decode
from worker.deployment import Deployment
from worker.waiting import Decision, tell_decided

log = structlog.get_logger()


class Undecidable(Actionable):
    """There is nothing to decide about a letter, or not this; the text says why."""


class Mail(NamedTuple):
    """A letter as a person sees it who is to decide: what the customer would read, whom, and why.

    ``to`` is an address, empty of whoever was erased; ``why`` is line by line, ``until`` the last moment.
    """

    held: Held
    to: str
    subject: str
    text: str
    language: str
    why: tuple[str, ...]
    until: datetime


def found(connection: Connection, key: str) -> Held:
    """Return a letter that is or was held, by its key. Raises `Undecidable` of any other."""
    held = approvals.find(connection, key)
    if held is None:
        raise Undecidable(_not_held(connection, key))
    return held


def shown(connection: Connection, held: Held) -> Mail:
    """Return a letter as a person sees it."""
    words = _words(held.body)
    address, _name = subjects.person(connection, held.subject)
    until = datetime.fromtimestamp(held.expires_ms / 1000, UTC)
    why = (*_rule(held), *_flags(connection, held.account), *_facts(held))
    return Mail(held, address, words.subject, words.text, words.language, why, until)


class _Words(msgspec.Struct, frozen=True):
    subject: str = ""
    text: str = ""
    language: str = ""


def _words(body: bytes) -> _Words:
    """Return the words of a letter, none of one whose reader was erased."""
    try:
        return msgspec.json.decode(body, type=_Words)
    except msgspec.DecodeError:
        return _Words()


def _rule(held: Held) -> Sequence[str]:
    by = f"the rule {held.rule} of modes.yaml" if held.rule else "no rule of modes.yaml names it"
    return (f"{'A draft' if held.mode == DRAFT else 'To be approved'}: {by}.",)


def _flags(connection: Connection, account: int) -> Sequence[str]:
    standing = flags.of(connection, [account]).get(account, ())
    return [f"{flag.reason}: {flag.evidence}" for flag in standing if flag.state in OPEN]


def _facts(held: Held) -> Sequence[str]:
    """Return the figures that a letter states, line by line."""
    try:
        content = decode(held.template, held.payload)
    except Unrenderable:  # its reader was erased, or a version before this one has stated it in another way
        return ()
    envelope = LetterContent.__struct_fields__
    own = (name for name in content.__struct_fields__ if name not in envelope)
    stated = ((name, getattr(content, name)) for name in own)
    return [f"{name}: {_stated(value)}" for name, value in stated if value is not None and value != ""]


def _stated(value: object) -> str:
    plain = msgspec.to_builtins(value)
    match plain:
        case dict():
            return ", ".join(f"{name} {each}" for name, each in plain.items())
        case list() | tuple():
            return ", ".join(map(str, plain))
        case _:
            return str(plain)


# -- deciding ----------------------------------------------------------------------------------------


def decide(deployment: Deployment, connection: Connection, key: str, said: Decision) -> None:
    """Take a person's decision about a held letter, once, and let where it stands say so.

    Raises `Undecidable` where there is nothing to decide any more, or not this.
    """
    held = found(connection, key)
    if not approvals.decide(connection, key, said.decision, said.by, said.reason):
        raise Undecidable(_why_not(approvals.find(connection, key) or held, said.decision, clock(connection)))
    if said.decision == REJECTED:
        approvals.distrust(connection, held.template)
    log.info("letter_decided", template=held.template, decision=said.decision)
    if held.thread:
        tell_decided(deployment, connection, held, said)


def _not_held(connection: Connection, key: str) -> str:
    if outbox.is_known(connection, key):
        return f"{key} waits for nobody's approval now: seatsignal notices and plan say where it stands."
    return f"There is no mail {key!r}; seatsignal mails lists those that wait."


def _why_not(held: Held, decision: str, now_ms: int) -> str:
    if held.decision:
        return f"{held.key} was {held.decision} already, by {held.actor}."
    if held.status != outbox.HELD:
        return f"{held.key} is {held.status}: nothing waits for you."
    if held.expires_ms <= now_ms:
        return f"{held.key} has expired: it is too late for it, and it will not be sent."
    if decision == MAILED:
        return f"{held.key} is no draft: approve it, and we send it."
    return f"{held.key} is a draft, which we never send: send it by hand, then say seatsignal mailed KEY."
