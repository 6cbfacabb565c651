"""Messages: private notes at open tickets, one per key however often they are sent.

A note cannot be changed once it is written, so there is no later news of it. Its key stays with it in the
metadata of the update that wrote it; whoever tries again looks for it there. Tickets are looked at first, all
in one call: nothing is written to one that was solved, is gone, or belongs to somebody else by now.
"""

from collections.abc import Iterator, Mapping, Sequence

from msgspec import DecodeError, Struct, ValidationError
from msgspec.json import Decoder

from health.nouns import Notice, Receipt
from integrations.errors import Rejected, RetryLater
from integrations.states import refused
from integrations.zendesk.refusals import CLOSED, HOLDS_FOR_ALL, NO_SUCH_RECORD
from integrations.zendesk.replies import Standing
from integrations.zendesk.states import BATCH, check_record
from integrations.zendesk.tickets import DELETED, SOLVED
from integrations.zendesk.writer import ZendeskWriter

GONE, DONE, MOVED = "ticket_gone", "ticket_solved", "ticket_moved"
"""Why a note is not to be written any more."""
TOO_LATE: Mapping[str, str] = {NO_SUCH_RECORD: GONE, CLOSED: DONE}
"""What Zendesk says of a ticket that changed after it was looked at."""


class Note(Struct, frozen=True):
    """A rendered note, and the organization that its ticket must belong to."""

    text: str
    organization: str


_NOTES = Decoder(Note)


def told(zendesk: ZendeskWriter, notices: Sequence[Notice]) -> Iterator[Receipt]:
    """Write notes in order, and yield one receipt each as soon as it is known.

    Raises:
        Misconfigured: what has no receipt yet was not written.
        RetryLater: the same, for a reason that holds for every later call too.
    """
    ready: list[tuple[Notice, Note]] = []
    for notice in notices:
        try:
            check_record(notice)
            ready.append((notice, _note(notice.body)))
        except Rejected as error:
            yield refused(notice, error)
    for at in range(0, len(ready), BATCH):
        yield from _batch(zendesk, ready[at : at + BATCH])


def _batch(zendesk: ZendeskWriter, batch: Sequence[tuple[Notice, Note]]) -> Iterator[Receipt]:
    asked = sorted({notice.owner for notice, _ in batch})
    try:
        there = {str(each.id): each for each in zendesk.tickets(asked)}
    except (Rejected, RetryLater) as error:
        if error.reason in HOLDS_FOR_ALL:
            raise
        yield from (refused(notice, error) for notice, _ in batch)
        return
    for notice, note in batch:
        late = _late(there.get(notice.owner), note)
        yield Receipt(notice.key, "suppressed", late) if late else _written(zendesk, notice, note)


def _late(ticket: Standing | None, note: Note) -> str:
    """Why a note is not to be written to a ticket any more; empty if it is."""
    if ticket is None or ticket.status == DELETED:
        return GONE
    if ticket.status in SOLVED:
        return DONE
    return "" if str(ticket.organization_id) == note.organization else MOVED


def _written(zendesk: ZendeskWriter, notice: Notice, note: Note) -> Receipt:
    try:
        there = zendesk.note(notice.owner, notice.key) if notice.attempt > 1 else None
        audit = there or zendesk.write_note(notice.owner, note.text, notice.key)
    except (Rejected, RetryLater) as error:
        if error.reason in HOLDS_FOR_ALL:
            raise
        if error.reason in TOO_LATE:
            return Receipt(notice.key, "suppressed", TOO_LATE[error.reason])
        return refused(notice, error)
    return Receipt(notice.key, "sent", remote=str(audit.id) if audit else notice.owner)


def _note(body: bytes) -> Note:
    try:
        return _NOTES.decode(body)
    except (DecodeError, ValidationError):
        failure = Rejected("body_unreadable", "the body is not a rendered note")
    raise failure
