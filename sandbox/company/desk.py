"""The desk: tickets, answers to surveys and events. All but two of the tickets alarm nobody."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from random import Random
from typing import NamedTuple

from sandbox.company.cast import ACTORS, CANCEL_TICKET, DOWNGRADE_ENQUIRY

_HARMLESS = "I cannot cancel a scheduled meeting"
_SUBJECTS = {
    "how_to": (
        "How do I export my contacts to a spreadsheet?",
        "Where can I change the currency of a quote?",
        "Can two pipelines share a stage?",
        "How to merge duplicate leads",
        "Adding a custom field to opportunities",
    ),
    "calendar": (
        _HARMLESS,
        "Please cancel the training session on Thursday, we will rebook",
        "Meeting invites arrive twice",
        "Time zone of a call is off by one hour",
    ),
    "import": (
        "CSV import stops at row 1,204",
        "Umlauts look odd after an import",
        "Can I undo yesterday's import?",
    ),
    "integration": (
        "Mail sync is slow this morning",
        "Webhook for won opportunities fires twice",
        "Calendar connection asks for a login again",
    ),
    "billing_question": (
        "Please add our purchase order number to the invoice",
        "Which address do you have for our VAT invoice?",
    ),
    "bug": (
        "Search shows leads I have deleted",
        "Dashboard chart is empty on my phone",
        "Quote PDF cuts the last line",
    ),
}
_PRIORITIES = ("low", "normal", "high")
_CANCELLING = "We want to cancel our subscription"
_SHRINKING = "Can we move to a smaller plan? The team got smaller"
_EVENTS = ("api_key_created", "domain_added", "sso_configured")

_FIRST = datetime(2026, 3, 20, 8, tzinfo=UTC)
_MINUTES = 71 * 24 * 60  # from then to the last Saturday
_SUNDAY = datetime(2026, 5, 31, 7, tzinfo=UTC)
_SUNDAY_MINUTES = 13 * 60
_SUNDAY_TICKETS = 6
_CANCELLED_AT = datetime(2026, 5, 31, 18, 42, tzinfo=UTC)
_SHRUNK_AT = datetime(2026, 5, 31, 16, 5, tzinfo=UTC)
_TICKET_SHARE = 0.45
_SURVEY_SHARE = 0.5
_EVENT_SHARE = 0.2
_HAPPY = 0.7  # of the seats in use
_PROMOTERS = (7, 8, 8, 9, 9, 9, 10, 10)
_OTHERS = (4, 6, 7, 7, 7, 8, 8, 9)


class Ticket(NamedTuple):
    """A row of the import format's tickets, as it will be in the end."""

    ticket_id: str
    account_id: str
    opened_at: datetime
    solved_at: datetime | None
    priority: str
    status: str
    topic: str
    subject: str
    csat: int | None

    def seen(self, at: datetime) -> "Ticket | None":
        """Return what the desk says of it at an instant."""
        if self.opened_at > at:
            return None
        if self.solved_at is None or self.solved_at <= at:
            return self
        return self._replace(solved_at=None, status="open", csat=None)


class Survey(NamedTuple):
    """A row of the import format's surveys."""

    account_id: str
    kind: str
    score: int
    answered_at: datetime


class Event(NamedTuple):
    """A row of the import format's events."""

    account_id: str
    at: datetime
    kind: str


def tickets(utilisation: Mapping[str, float], seed: int) -> Iterator[Ticket]:
    """Yield tickets of ten weeks, those of the last Sunday, and the two that speak of leaving or of less."""
    yield Ticket(
        "t-9001", CANCEL_TICKET, _CANCELLED_AT, None, "normal", "open", "contract", _CANCELLING, None
    )
    yield Ticket(
        "t-9000", DOWNGRADE_ENQUIRY, _SHRUNK_AT, None, "normal", "open", "contract", _SHRINKING, None
    )
    extras = [account_id for account_id in utilisation if account_id not in ACTORS]
    for account_id in extras:
        chance = Random(f"{seed} tickets {account_id}")
        if chance.random() < _TICKET_SHARE:
            for number in range(chance.randint(1, 3)):
                opened = _FIRST + timedelta(minutes=chance.randrange(_MINUTES))
                yield _ticket(f"t-{account_id}-{number}", account_id, opened, chance)
    yield from _on_sunday([account_id for account_id in extras if utilisation[account_id] >= _HAPPY], seed)


def _on_sunday(happy: Sequence[str], seed: int) -> Iterator[Ticket]:
    """Yield tickets of accounts that use most of their seats, so that one more ticket tips nobody.

    The first says that something cannot be cancelled: a meeting.
    """
    chance = Random(f"{seed} sunday")
    for number, account_id in enumerate(chance.sample(happy, _SUNDAY_TICKETS)):
        opened = _SUNDAY + timedelta(minutes=chance.randrange(_SUNDAY_MINUTES))
        ticket = _ticket(f"t-{9002 + number}", account_id, opened, chance)
        yield ticket if number else ticket._replace(topic="calendar", subject=_HARMLESS)


def _ticket(ticket_id: str, account_id: str, opened: datetime, chance: Random) -> Ticket:
    solved = opened + timedelta(hours=chance.randint(1, 60))
    topic = chance.choice(tuple(_SUBJECTS))
    return Ticket(
        ticket_id,
        account_id,
        opened,
        solved,
        chance.choices(_PRIORITIES, (3, 6, 1))[0],
        "solved",
        topic,
        chance.choice(_SUBJECTS[topic]),
        chance.choice((3, 4, 4, 5, 5, 5, None)),
    )


def surveys(utilisation: Mapping[str, float], seed: int) -> Iterator[Survey]:
    """Yield how likely accounts are to recommend the product: those who use it most, more."""
    for account_id, share in utilisation.items():
        chance = Random(f"{seed} surveys {account_id}")
        if account_id not in ACTORS and chance.random() < _SURVEY_SHARE:
            score = chance.choice(_PROMOTERS if share >= _HAPPY else _OTHERS)
            yield Survey(account_id, "nps", score, _sometime(chance))


def events(accounts: Iterable[str], seed: int) -> Iterator[Event]:
    """Yield what administrators do, none of it a farewell."""
    for account_id in accounts:
        chance = Random(f"{seed} events {account_id}")
        if account_id not in ACTORS and chance.random() < _EVENT_SHARE:
            yield Event(account_id, _sometime(chance), chance.choice(_EVENTS))


def _sometime(chance: Random) -> datetime:
    """Return an instant of those ten weeks."""
    return _FIRST + timedelta(minutes=chance.randrange(_MINUTES))
