"""Deliver what is due: claim → render → mark → send → settle, in parts small enough for the lease."""

import time
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import structlog

from config.failpoints import failpoint
from health.nouns import Notice, Receipt
from integrations.errors import Misconfigured, Rejected, RetryLater
from integrations.roles import Destination, Restating
from store import audit, claims, deferral, outbox, settlement
from store.claims import Claim
from store.deferral import DEFERRED, LATER, PAUSED
from store.settlement import BROKEN, BROKEN_TOGETHER
from templates.content import Unrenderable
from worker import operators
from worker.deployment import Deployment
from worker.modes import Kept, Withheld
from worker.peace import Caps
from worker.words import TooEarly, prepare

log = structlog.get_logger()

TURN_S = 5.0
"""How long one call goes on claiming; then it gives way to others."""
PAUSE_S = 300.0
"""How long a destination that needs a person is left alone."""
RETRY_S = 10.0
LAPSED = Receipt("", "retry", "lease_lapsed")
STOP_S = 1.0
"""How long a sender goes on before it looks whether a person has stopped it."""
SPENT = frozenset({"budget", "daily_limit", "rate_limited", PAUSED})
"""Reasons to wait by which nothing was done, and which hold for all that is owed to a destination."""
OUT_OF_HOURS = "out_of_hours"
"""Why a letter waits that would leave outside the contact hours of its account."""
DEFER_S = 1.0
"""How long one is put off at least."""
STOPPED = Receipt("", DEFERRED, PAUSED, after_s=DEFER_S)
_rest = time.sleep


@dataclass(frozen=True, slots=True)
class Delivered:
    """What one turn did. ``more`` is true if it stopped because its time was up."""

    settled: int
    more: bool


def deliver(deployment: Deployment, name: str) -> Delivered:
    """Send what is due to a destination for at most `TURN_S` seconds.

    Raises `Misconfigured`, and leaves the destination alone for a while, if it cannot be made.
    """
    until = _elapsed() + TURN_S
    settled = 0
    destination = _made(deployment, name)
    while _elapsed() < until:
        held = _claim(deployment, name, destination.batch_size)
        if not held.notices:
            return Delivered(settled, more=False)
        sent = _send_claimed(deployment, destination, held)
        settled += sent.settled
        failpoint("settled")
        if sent.put_off and not _waited(sent.put_off.after_s, until):
            return Delivered(settled, more=False)
    return Delivered(settled, more=True)


def _waited(seconds: float, until: float) -> bool:
    """Wait until a destination allows us more, if that is within this turn; else leave it to a later one."""
    if _elapsed() + seconds >= until:
        return False
    _rest(seconds)
    return True


def _made(deployment: Deployment, name: str) -> Destination:
    try:
        return deployment.destination(name)
    except Misconfigured as error:
        _pause(deployment, name, error)
        raise


def _elapsed() -> float:
    """Return seconds on a clock that neither steps nor stops while the process is frozen or asleep."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


@dataclass(frozen=True, slots=True)
class _Held:
    """A claim, and the moment of `_elapsed` at which we let go of it, safely before the database does."""

    claim: Claim
    until: float

    @property
    def notices(self) -> tuple[Notice, ...]:
        return self.claim.notices


def _claim(deployment: Deployment, name: str, most: int) -> _Held:
    lease_s = deployment.settings.lease_s
    until = _elapsed() + lease_s * 0.9
    with deployment.database.write() as connection:
        claim = claims.claim(connection, name, most, lease_s)
    if claim.notices:
        failpoint("claimed")
    return _Held(claim, until)


class _Sent(NamedTuple):
    """How many were settled, and the answer by which the destination is put off, if it is."""

    settled: int
    put_off: Receipt | None = None


def _send_claimed(deployment: Deployment, destination: Destination, held: _Held) -> _Sent:
    """Send what was claimed, part by part; once the destination is put off the rest is given back."""
    parts = deque(_parts(destination, held, _prepared(deployment, held)))
    settled = 0
    while parts:
        sent = _send(deployment, destination, held, parts.popleft())
        settled += sent.settled
        if sent.put_off:
            _give_back(deployment, held, [notice for part in parts for notice in part], sent.put_off)
            return _Sent(settled, sent.put_off)
    return _Sent(settled)


def _give_back(deployment: Deployment, held: _Held, left: list[Notice], why: Receipt) -> None:
    with deployment.database.write() as connection:
        settlement.settle(connection, held.claim.token, _left(left, why))


def _left(notices: Sequence[Notice], why: Receipt) -> list[tuple[Notice, Receipt]]:
    return [(each, replace(why, key=each.key)) for each in notices]


def _prepared(deployment: Deployment, held: _Held) -> Sequence[Notice]:
    """Render what has no body yet, address it, store the new bodies; settle what may not be sent."""
    ready: list[Notice] = []
    kept: list[Notice] = []
    refused: list[tuple[Notice, Receipt]] = []
    with deployment.database.write() as connection:
        caps = Caps(deployment, connection, held.notices)
        for notice in held.notices:
            try:
                ready.append(prepare(deployment, connection, notice, caps))
            except Withheld as error:
                refused.append((notice, Receipt(notice.key, "suppressed", str(error))))
            except Kept as error:
                kept.append(error.notice)
                refused.append((notice, Receipt(notice.key, outbox.HELD, error.mode)))
            except TooEarly as error:
                refused.append((notice, Receipt(notice.key, LATER, OUT_OF_HOURS, after_s=error.wait_s)))
            except Unrenderable as error:
                refused.append((notice, Receipt(notice.key, "rejected", error.reason)))
        bodiless = {notice.id for notice in held.notices if not notice.body}
        claims.keep_bodies(connection, held.claim.token, [n for n in (*ready, *kept) if n.id in bodiless])
        settlement.settle(connection, held.claim.token, refused)
    failpoint("rendered")
    return ready


def _parts(destination: Destination, held: _Held, ready: Sequence[Notice]) -> Iterator[list[Notice]]:
    """Yield what is marked and sent together.

    One at a time where a key is not honoured, or where a sender has died over the notice before: those come
    last, so that they take along nothing that is whole.
    """
    if not destination.keyed:
        yield from ([notice] for notice in ready)
        return
    whole = [notice for notice in ready if notice.id not in held.claim.fragile]
    if whole:
        yield whole
    yield from ([notice] for notice in ready if notice.id in held.claim.fragile)


def _send(deployment: Deployment, destination: Destination, held: _Held, part: list[Notice]) -> _Sent:
    with deployment.database.write() as connection:
        ours = claims.mark(
            connection, held.claim.token, [notice.id for notice in part], keyed=_may_repeat(destination)
        )
        if not ours and deferral.stopped(connection):
            settlement.settle(connection, held.claim.token, _left(part, STOPPED))
            return _Sent(0, STOPPED)
    marked = [replace(notice, attempt=notice.attempt + 1) for notice in part if notice.id in ours]
    failpoint("marked")
    answers = [_deferred(*each) for each in _answers(deployment, destination, held, marked)]
    failpoint("delivered")
    deferred = [receipt for _, receipt in answers if receipt.outcome == DEFERRED]
    put_off = max(deferred, key=lambda receipt: receipt.after_s, default=None)
    with deployment.database.write() as connection:
        if put_off:
            deferral.defer(connection, part[0].destination, put_off.after_s, put_off.reason)
        return _Sent(settlement.settle(connection, held.claim.token, answers), put_off)


def _deferred(notice: Notice, receipt: Receipt) -> tuple[Notice, Receipt]:
    """Return an answer to be settled: a notice that waits for the destination as a whole was not tried."""
    if receipt.outcome != "retry" or receipt.reason not in SPENT:
        return notice, receipt
    waits = replace(receipt, outcome=DEFERRED, after_s=max(receipt.after_s, DEFER_S))
    return replace(notice, attempt=notice.attempt - 1), waits


class _Stop:
    """Whether a person has stopped all that leaves: asked once a second, while much is sent at once."""

    def __init__(self, deployment: Deployment) -> None:
        self._database = deployment.database
        self._asked = _elapsed()

    def said(self) -> bool:
        if _elapsed() - self._asked < STOP_S:
            return False
        self._asked = _elapsed()
        with self._database.read() as connection:
            return deferral.stopped(connection)


def _answers(
    deployment: Deployment, destination: Destination, held: _Held, marked: list[Notice]
) -> list[tuple[Notice, Receipt]]:
    """Send and return an answer for each notice; who froze past the lease sends nothing more."""
    if not marked:
        return []
    if _elapsed() >= held.until:
        return [(notice, replace(LAPSED, key=notice.key)) for notice in marked]
    waiting = {notice.key: notice for notice in marked}
    answers: list[tuple[Notice, Receipt]] = []
    rest = Receipt("", "retry", "no_answer")
    stop = _Stop(deployment)
    try:
        for receipt in destination.deliver(marked):
            answers.append((waiting.pop(receipt.key), receipt))
            if _elapsed() >= held.until:
                rest = LAPSED
                break
            if stop.said():
                rest = Receipt("", "retry", PAUSED)
                break
    except RetryLater as error:
        least_s = DEFER_S if error.reason in SPENT else RETRY_S
        rest = Receipt("", "retry", error.reason, after_s=max(error.after_s, least_s))
    except Misconfigured as error:
        rest = Receipt("", "retry", error.reason, after_s=PAUSE_S)
        _pause(deployment, marked[0].destination, error)
    except Rejected as error:
        at_hand = list(waiting)[:1]  # those after it were not sent
        answers += [(waiting.pop(key), Receipt(key, "rejected", error.reason)) for key in at_hand]
    except Exception as error:
        log.exception("destination_broke", destination=marked[0].destination, error=type(error).__name__)
        rest = _broken(destination, len(waiting))
    return answers + [(notice, replace(rest, key=key)) for key, notice in waiting.items()]


def _may_repeat(destination: Destination) -> bool:
    """Tell whether what may have arrived is sent again: seen once, or known by its key to be the same."""
    return destination.keyed or (isinstance(destination, Restating) and destination.restates)


def _broken(destination: Destination, many: int) -> Receipt:
    """Return what is known of notices over which a destination broke: of several it may be any one."""
    if not _may_repeat(destination):
        return Receipt("", "unknown", BROKEN)
    return Receipt("", "retry", BROKEN if many == 1 else BROKEN_TOGETHER)


def _pause(deployment: Deployment, destination: str, error: Misconfigured) -> None:
    """Leave a destination alone for a while and tell a person once why."""
    log.error("destination_paused", destination=destination, reason=error.reason)
    with deployment.database.write() as connection:
        deferral.pause(connection, destination, PAUSE_S)
        audit.record(connection, "destination_paused", destination, error.reason)
        outbox.plan(
            connection, None, operators.destination_paused(deployment, connection, destination, error)
        )
        outbox.make_due(connection, None)
