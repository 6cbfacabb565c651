"""Faults waiting to be played, one queue per system."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Literal

import msgspec

from sandbox.alterations import ALTERATIONS

FaultySystem = Literal[
    "slack",
    "smtp",
    "sink",
    "stripe",
    "posthog",
    "keygen",
    "zendesk",
    "intercom",
    "hubspot",
    "postmark",
    "salesforce",
    "ses",
    "teams",
    "mattermost",
    "http",
    "chargebee",
    "webhook",
]
HTTP_FAULTS: frozenset[str] = frozenset(
    {"401", "403", "429", "429_bare", "500", "html", "ok_false", "truncated", "drop_answer", "refuse", "hang"}
    | {"again", *ALTERATIONS}
)
SMTP_POINTS = range(1, 9)
SMTP_FAULTS: frozenset[str] = frozenset(
    {"421", "451", "550", "hang"} | {f"{kind}:{point}" for kind in ("cut", "hang") for point in SMTP_POINTS}
)


class Fault(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the next `times` requests to a system will meet.

    `retry_after` is in seconds (429 only), `error` the name an `ok_false` answer carries, `on` a
    part of path and query that narrows an HTTP fault to some requests (`chat.postMessage`), `after` how
    many of those pass before the first that meets it.
    """

    system: FaultySystem
    fault: str
    times: Annotated[int, msgspec.Meta(ge=1)] = 1
    retry_after: Annotated[int, msgspec.Meta(ge=0)] = 1
    error: str = "internal_error"
    on: str = ""
    after: Annotated[int, msgspec.Meta(ge=0)] = 0

    def __post_init__(self) -> None:
        known = SMTP_FAULTS if self.system == "smtp" else HTTP_FAULTS
        if self.fault not in known:
            raise ValueError(f"{self.system} has no fault {self.fault!r}; it has {', '.join(sorted(known))}")


@dataclass(slots=True)
class _Queued:
    fault: Fault
    left: int
    passing: int


class Faults:
    """Queues in the order given; a fault stays at the head until it was played `times` times."""

    def __init__(self) -> None:
        self._queues: dict[FaultySystem, deque[_Queued]] = {}

    def add(self, fault: Fault) -> None:
        """Queue a fault behind those already waiting for its system."""
        self._queues.setdefault(fault.system, deque()).append(_Queued(fault, fault.times, fault.after))

    def take(self, system: FaultySystem, fits: Callable[[Fault], bool]) -> Fault | None:
        """The fault at the head, used up once, if it fits this request."""
        queue = self._queues.get(system)
        if not queue or not fits(queue[0].fault):
            return None
        head = queue[0]
        if head.passing:
            head.passing -= 1
            return None
        head.left -= 1
        if head.left == 0:
            queue.popleft()
        return head.fault

    def waiting(self) -> list[Fault]:
        """What is still to be played, with the times left."""
        return [
            msgspec.structs.replace(queued.fault, times=queued.left)
            for queue in self._queues.values()
            for queued in queue
        ]

    def clear(self) -> None:
        """Play nothing more."""
        self._queues.clear()
