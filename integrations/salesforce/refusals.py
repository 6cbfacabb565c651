"""Salesforce's ways of saying no, as the error that says what happens next.

Bodies and their codes: developer.salesforce.com/docs/platform/api-rest, "Status Codes and Error Responses".
Nothing of them is shown but their codes and names of fields.
"""

import re
from collections.abc import Sequence
from http import HTTPStatus

from msgspec import DecodeError, ValidationError
from msgspec.json import Decoder

from integrations.errors import IntegrationError, Misconfigured, Rejected, RetryLater
from integrations.http import NEVER_SENT, Refusal
from integrations.salesforce.answers import Failure, Problem
from integrations.vitals import RETRY_AFTER_LIMIT_S

SETUP = "make the fields with the command: seatsignal crm setup"
LIMITED = frozenset({"REQUEST_LIMIT_EXCEEDED", "LIMIT_EXCEEDED", "TXN_SECURITY_METERING_ERROR"})
BUSY = frozenset(
    {
        "UNABLE_TO_LOCK_ROW",
        "SERVER_UNAVAILABLE",
        "REQUEST_RUNNING_TOO_LONG",
        "QUERY_TIMEOUT",
        "INVALID_QUERY_LOCATOR",
    }
)
"""Codes that time mends."""
NO_FIELD = frozenset({"INVALID_FIELD", "INVALID_FIELD_FOR_INSERT_UPDATE", "INVALID_TYPE"})
"""Codes for what is not there, or not there for us: a person's to make or to show."""
OFF = frozenset({"API_DISABLED_FOR_ORG", "API_CURRENTLY_DISABLED"})
GONE = frozenset({"ENTITY_IS_DELETED", "INVALID_CROSS_REFERENCE_KEY", "NOT_FOUND", "MALFORMED_ID"})
"""Codes for a record that is not there."""
NO_SUCH_RECORD = "no_such_record"
DAILY = "daily_limit"
HOLDS_FOR_ALL = NEVER_SENT | {DAILY}
"""Reasons to wait that hold for every later call too."""
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_.]{0,79}")
_CODE = re.compile(r"[A-Z][A-Z_]{2,58}")
_FAILURES = Decoder(tuple[Failure, ...])


def explained(refusal: Refusal) -> IntegrationError | None:
    """What a refused call means; `None` where the status says all."""
    if refusal.status == HTTPStatus.UNAUTHORIZED or refusal.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return None
    told = next((meant(each.error_code, each.fields) for each in _failures(refusal.body)), None)
    return None if refusal.status == HTTPStatus.FORBIDDEN and isinstance(told, Rejected) else told


def failed(problems: Sequence[Problem]) -> IntegrationError:
    """What it means that one record of a collection was not saved."""
    told = next((meant(each.status_code, each.fields) for each in problems), None)
    return told or Rejected("unnamed_error", "salesforce refused a record without a reason")


def refused(status: int, body: bytes) -> tuple[Problem, ...]:
    """What each record has met of a collection that was refused as a whole, as one among several calls."""
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return (Problem("SERVER_UNAVAILABLE"),)
    return tuple(Problem(each.error_code, each.fields) for each in _failures(body))


def spent() -> RetryLater:
    """The calls of the day are used up; they come back one by one, as those of the day before fall out."""
    return RetryLater(DAILY, "salesforce: the calls of the day are used up", RETRY_AFTER_LIMIT_S)


def meant(code: str, fields: Sequence[str] = ()) -> IntegrationError | None:
    """What a code means; `None` for what is no code."""
    named = ", ".join(filter(_NAME.fullmatch, fields)) or "that is written or asked for"
    if code in LIMITED:
        return spent()
    if code in BUSY:
        return RetryLater("busy", "salesforce: a record is locked, or the org is busy")
    if code in NO_FIELD:
        return Misconfigured("field_missing", f"salesforce shows us no field {named}; {SETUP}")
    if code in OFF:
        return Misconfigured("no_api", "salesforce: the org's edition, or its admin, allows no API")
    if code in GONE:
        return Rejected(NO_SUCH_RECORD, "salesforce: there is no such record")
    return Rejected(code.lower(), f"salesforce: {code.lower()}") if _CODE.fullmatch(code) else None


def _failures(body: bytes) -> tuple[Failure, ...]:
    try:
        return _FAILURES.decode(body)
    except (DecodeError, ValidationError, UnicodeError):
        return ()
