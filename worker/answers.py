"""Answering: a person has said something to an open alert; what stands changes, and its message shows it."""

from collections.abc import Sequence
from typing import NamedTuple

from config.errors import Actionable
from health.alerts import AT_RISK
from health.answers import ACKNOWLEDGE, ASSIGN, DISMISS, DONE, SNOOZE, WAKE, Answer, answered, listed
from health.nouns import Flag
from store import answers, audit, flags, ledger, outbox
from store.answers import ALERT, EXPANSION
from store.database import Connection
from worker import shown
from worker.deployment import Deployment
from worker.done import done
from worker.plays import by_weight, signal_of

TAKEN = (ACKNOWLEDGE, DONE)
"""By what somebody has taken an alert on."""

_ACTIONS = {
    ACKNOWLEDGE: "alert_acknowledged",
    SNOOZE: "alert_snoozed",
    DISMISS: "not_a_risk",
    DONE: "alert_done",
    ASSIGN: "alert_assigned",
    WAKE: "alert_woken",
}


class Unanswerable(Actionable):
    """There is nothing that this could be an answer to; the text says why, to the person who gave it."""


class Given(NamedTuple):
    """What became of an answer: ``before`` is what somebody had said already, if that made it needless."""

    rules: tuple[str, ...]
    before: Answer | None = None


def answer(
    deployment: Deployment,
    connection: Connection,
    key: str,
    said: Answer,
    matter: str = ALERT,
    *,
    call: str | None = None,
) -> Given:
    """Take a person's answer to an account's alert and let its message say so.

    To acknowledge what somebody has taken on already changes nothing, and so does the same ``call`` of a desk
    again. Raises `Unanswerable`, `worker.done.NoPlay` and `health.answers.Refused`.
    """
    account = answers.locked(connection, key)
    if account is None:
        raise Unanswerable(f"There is no account {key!r}.")
    if call and answers.is_known(connection, call):
        return Given(())
    standing = flags.standing(connection, account, account).get(account, ())
    open_flags = listed(standing, expansion=matter == EXPANSION)
    if not open_flags:
        raise Unanswerable(f"No alert of {key!r} is open: nothing is left to answer.")
    changed = answered(open_flags, said)
    rules = tuple(dict.fromkeys(flag.reason for flag in open_flags))
    if said.kind == ACKNOWLEDGE and not changed:
        return Given(rules, answers.last(connection, account, matter, TAKEN))
    _record(deployment, connection, key, said, open_flags)
    number = answers.keep(connection, account, matter, said, changed, call=call)
    audit.record(connection, _ACTIONS[said.kind], key, ", ".join(rules), said.actor)
    told = shown.words(said)
    places = shown.standing(connection, account, matter)
    cards = shown.cards(deployment, connection, account, matter)
    effect = f"answer/{number}"
    outbox.plan(connection, None, [shown.updated(each, account, told, effect) for each in (*places, *cards)])
    if said.kind == ASSIGN:
        outbox.plan(connection, None, shown.assigned(places, account, said, effect))
    if said.kind == DISMISS:
        outbox.plan(connection, None, shown.tasks_ended(connection, account, matter, effect))
    outbox.make_due(connection, None)
    return Given(rules)


def _record(
    deployment: Deployment, connection: Connection, key: str, said: Answer, open_flags: Sequence[Flag]
) -> None:
    """Keep what rules and plays learn from an answer."""
    if said.kind == DISMISS:
        ledger.dismiss(connection, [flag for flag in open_flags if flag.kind == AT_RISK], said)
    if said.kind == DONE:
        played = [flag for flag in by_weight(open_flags) if signal_of(flag) in deployment.plays]
        signal = signal_of(played[0]) if played else ""
        done(deployment, connection, key, said.detail, signal=signal, actor=said.actor)
