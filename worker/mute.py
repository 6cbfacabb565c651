"""Muting: what is told of an account is silent for a while, but for explicit intent and failed payments."""

from typing import NamedTuple

from health.answers import WAKE, Answer, listed
from health.ledger import ALWAYS
from health.nouns import Flag
from store import answers, flags
from store.answers import ALERT, EXPANSION
from store.database import Connection
from worker.answers import Unanswerable, answer
from worker.deployment import Deployment

MATTERS = (ALERT, EXPANSION)


class Muted(NamedTuple):
    """Which matters of an account are silent now, and the evidence of what is told all the same."""

    matters: tuple[str, ...]
    always: tuple[str, ...] = ()


def mute(deployment: Deployment, connection: Connection, key: str, said: Answer, call: str) -> Muted:
    """Snooze all alerts of an account but one that lists what is always told: it is one message.

    Raises `Unanswerable` where none is open, and `health.answers.Refused`.
    """
    found = _open(connection, key)
    always = tuple(flag.evidence for flag in found.get(ALERT, ()) if _is_always_told(deployment, flag))
    matters = tuple(matter for matter in found if matter != ALERT or not always)
    for matter in matters:
        answer(deployment, connection, key, said, matter, call=f"{call}/{matter}")
    return Muted(matters, always)


def unmute(deployment: Deployment, connection: Connection, key: str, said: Answer, call: str) -> None:
    """Let what is snoozed of an account be told again. Raises `Unanswerable` where nothing is."""
    found = _open(connection, key)
    snoozed = [matter for matter, each in found.items() if any(flag.state == "snoozed" for flag in each)]
    if not snoozed:
        raise Unanswerable(f"No alert of {key!r} is snoozed.")
    for matter in snoozed:
        answer(deployment, connection, key, said._replace(kind=WAKE), matter, call=f"{call}/{matter}")


def _open(connection: Connection, key: str) -> dict[str, list[Flag]]:
    """Return an account's open flags by matter; none twice, and none that nobody is told of."""
    account = answers.locked(connection, key)
    standing = flags.standing(connection, account, account).get(account, ()) if account else ()
    found = {matter: listed(standing, expansion=matter == EXPANSION) for matter in MATTERS}
    if not any(found.values()):
        raise Unanswerable(f"No alert of {key!r} is open: nothing is left to answer.")
    return {matter: each for matter, each in found.items() if each}


def _is_always_told(deployment: Deployment, flag: Flag) -> bool:
    rule = deployment.policy.signals.get(flag.reason)
    return rule is not None and rule.family in ALWAYS
