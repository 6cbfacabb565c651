"""One day of the event log, counted: validations by licence and outcome, and steps of activation."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime

from health.records import ActivationStep, Record, Validation
from integrations.keygen.answers import Event
from integrations.keygen.catalogue import instant_ms
from integrations.keygen.licences import Owned
from integrations.keygen.outcomes import NOT_ACTIVATED, OK, outcome

DAY_MS = 86_400_000
ACTIVATE, VALIDATE = "activate", "validate"
ATTEMPT_DAYS = 30
"""How long after its issue a failed validation of a licence may be an attempt to activate it."""
FIRST_DAYS = 7
"""How long after its issue a licence's first success of each day is told: the earliest is its first."""


class Day:
    """A UTC day's validations, by licence. Fed with events newest first, each once or twice in a row."""

    def __init__(
        self, day: date, since: date | None, licences: Mapping[str, Owned], machines_are: str
    ) -> None:
        """Start with none. ``since`` is the first day that was read, ``licences`` those with a customer."""
        self._day = day
        self._since_ms = _start_ms(since or day)
        self._from_ms = _start_ms(day)
        self._until_ms = self._from_ms + DAY_MS
        self._licences = licences
        self._machines_are = machines_are
        self._times: Counter[tuple[str, str]] = Counter()
        self._first_ms: dict[str, int] = {}
        self._failed: list[tuple[Owned, int]] = []
        self._last = ""

    def add(self, events: Iterable[Event]) -> int:
        """Count events, and return how many could not be read or belong to no licence that is known."""
        return sum(not self._counted(event) for event in events)

    def ended_by(self, events: tuple[Event, ...]) -> bool:
        """Whether a page of events reaches back to the day before."""
        oldest = events[-1].attributes.created if events else None
        return oldest is not None and instant_ms(oldest) < self._from_ms

    def records(self) -> Iterator[Record]:
        """What the day came to."""
        for (licence_id, how), times in self._times.items():
            account_id = self._licences[licence_id].account_id
            yield Validation(account_id, self._day, how, times, licence_id)
        for licence_id, first_ms in self._first_ms.items():
            owner = self._licences[licence_id]
            if self._since_ms <= owner.issued_ms and first_ms < owner.issued_ms + FIRST_DAYS * DAY_MS:
                yield ActivationStep(owner.account_id, VALIDATE, first_ms, "done")
        for owner, at_ms in self._failed:
            yield ActivationStep(owner.account_id, ACTIVATE, at_ms, "failed")

    def _counted(self, event: Event) -> bool:
        """Count an event of the day; false if it cannot be told what or whose it is."""
        if event.id == self._last:
            return True
        self._last = event.id
        how, resource = outcome(event.attributes, self._machines_are), event.relationships.resource.data
        if how is None or event.attributes.created is None or resource is None:
            return False
        at_ms = instant_ms(event.attributes.created)
        if not self._from_ms <= at_ms < self._until_ms:
            return True
        owner = self._licences.get(resource.id)
        if owner is None:
            return False
        self._count(resource.id, owner, how, at_ms)
        return True

    def _count(self, licence_id: str, owner: Owned, how: str, at_ms: int) -> None:
        self._times[licence_id, how] += 1
        if how == OK:
            self._first_ms[licence_id] = min(at_ms, self._first_ms.get(licence_id, at_ms))
        elif how != NOT_ACTIVATED and attempted(owner, at_ms):
            self._failed.append((owner, at_ms))


def attempted(owner: Owned, at_ms: int) -> bool:
    """Whether a failed validation was an attempt to activate: nothing can have succeeded before it.

    That is so only where a licence needs a machine to succeed and had none, soon after it was issued.
    """
    young = at_ms < owner.issued_ms + ATTEMPT_DAYS * DAY_MS
    before = owner.activated_ms is not None and at_ms < owner.activated_ms
    return owner.strict and young and (owner.idle or before)


def _start_ms(day: date) -> int:
    return instant_ms(datetime(day.year, day.month, day.day, tzinfo=UTC))
