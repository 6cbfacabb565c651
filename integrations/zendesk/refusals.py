"""Zendesk's ways of saying no to whoever writes, as the error that says what happens next.

Pages: developer.zendesk.com/api-reference/introduction, *Requests* (statuses) and *Rate limits* (jobs).
Nothing of an answer is shown.
"""

from http import HTTPStatus

from msgspec import DecodeError, Struct, ValidationError
from msgspec.json import Decoder

from integrations.errors import IntegrationError, Misconfigured, Rejected, RetryLater
from integrations.http import NEVER_SENT, Refusal
from integrations.zendesk.replies import Row

SETUP = "make the fields with the command: seatsignal crm setup"
NO_WRITE = (
    "zendesk lets us not write this: make SEATSIGNAL_ZENDESK_CLIENT_ID a client of an admin with the scopes "
    "read and write, or SEATSIGNAL_ZENDESK_EMAIL an admin's address; if only tags are refused, allow tags on "
    "organizations in Zendesk or set SEATSIGNAL_ZENDESK_TAGS=off"
)
TOO_MANY_JOBS = "too_many_jobs"
JOBS_S = 30.0
"""How long to wait where as many jobs wait as Zendesk takes, and it does not say for how long."""
HOLDS_FOR_ALL = NEVER_SENT | {TOO_MANY_JOBS}
"""Reasons to wait that hold for every later call too."""
NO_SUCH_RECORD, CLOSED = "no_such_record", "ticket_closed"
_CLOSED = b"closed prevents ticket update"
"""In what Zendesk says of a ticket that was closed for good."""


class _Refused(Struct, frozen=True):
    """An answer that is no success; ``error`` has more than one shape."""

    error: object = None
    description: object = None


_REFUSALS = Decoder(_Refused)


def explained(refusal: Refusal) -> IntegrationError | None:
    """What a refused call means; `None` where the status says all."""
    match refusal.status:
        case HTTPStatus.FORBIDDEN:
            return Misconfigured("forbidden", NO_WRITE)
        case HTTPStatus.TOO_MANY_REQUESTS if _of_jobs(refusal.body):
            wait_s = max(JOBS_S, refusal.after_s)
            return RetryLater(TOO_MANY_JOBS, "zendesk: as many jobs wait as it takes", wait_s)
        case HTTPStatus.NOT_FOUND if _error(refusal.body) == "RecordNotFound":
            return Rejected(NO_SUCH_RECORD, "zendesk has no such record")
        case HTTPStatus.UNPROCESSABLE_ENTITY if _CLOSED in refusal.body.lower():
            return Rejected(CLOSED, "zendesk: the ticket is closed for good")
        case _:
            return None


def _of_jobs(body: bytes) -> bool:
    return b"job" in body.lower()


def _error(body: bytes) -> object:
    try:
        return _REFUSALS.decode(body).error
    except (DecodeError, ValidationError, UnicodeError):
        return None


def failed(row: Row) -> IntegrationError:
    """What it means that a job did not do a row. Zendesk lists no names of errors: others are tried again."""
    said = f"{row.error or ''} {row.details or ''}".lower()
    if "notfound" in said.replace(" ", ""):
        return Rejected(NO_SUCH_RECORD, "zendesk has no such organization")
    if "permission" in said or "accessdenied" in said.replace(" ", ""):
        return Misconfigured("forbidden", NO_WRITE)
    if "recordinvalid" in said.replace(" ", ""):
        return Rejected("record_invalid", "zendesk: a value is not valid")
    return RetryLater("not_written", "zendesk: a job did not write a record")
