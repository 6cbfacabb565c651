"""HubSpot's ways of saying no, as the error that says what happens next.

Bodies and their fields: developers.hubspot.com/docs/api-reference/latest/error-handling. All of them are
optional, and nothing of them is shown but names of scopes and properties.
"""

import re
from collections.abc import Mapping
from http import HTTPStatus

from msgspec import DecodeError, Struct, ValidationError
from msgspec.json import Decoder

from integrations.errors import IntegrationError, Misconfigured, Rejected, RetryLater
from integrations.http import NEVER_SENT, Refusal
from integrations.hubspot.answers import Failure
from integrations.vitals import RETRY_AFTER_LIMIT_S

SETUP = "make the properties with the command: seatsignal crm setup"
LOCKED, MIGRATING = 423, 477
LOCKED_S = 2.0
"""A record that somebody else is writing is locked for two seconds."""
WAIT_S: Mapping[str, float] = {"SECONDLY": 1.0, "TEN_SECONDLY_ROLLING": 10.0, "DAILY": RETRY_AFTER_LIMIT_S}
"""Seconds to wait, by the limit that is spent; HubSpot sends no Retry-After, and its day ends in its zone."""
HOLDS_FOR_ALL = NEVER_SENT | {"daily_limit", "migrating"}
"""Reasons to wait that hold for every later call too."""
TEMPORARY = frozenset({"RATE_LIMITS", "INTERNAL_ERROR", "SERVICE_UNAVAILABLE", "GATEWAY_TIMEOUT", "TIMEOUT"})
"""Categories of one object's failure that time mends."""
_NAME = re.compile(r"[a-z][a-z0-9_.-]{1,79}")
_LABEL = re.compile(r"[a-z][a-z0-9_]{0,59}")


class _Invalid(Struct, frozen=True):
    """One value that is not valid, as HubSpot packs it into a message."""

    error: str = ""
    name: str = ""


_FAILURES = Decoder(Failure)
_INVALID = Decoder(tuple[_Invalid, ...])


def explained(refusal: Refusal) -> IntegrationError | None:
    """What a refused call means; `None` where the status says all."""
    match refusal.status:
        case HTTPStatus.FORBIDDEN:
            return _forbidden(_failure(refusal.body))
        case HTTPStatus.TOO_MANY_REQUESTS:
            return _limited(_failure(refusal.body), refusal.after_s)
        case HTTPStatus.BAD_REQUEST | HTTPStatus.CONFLICT | HTTPStatus.NOT_FOUND:
            return _refused(_failure(refusal.body))
        case status if status == LOCKED:
            return RetryLater("locked", "hubspot: a record is locked", max(LOCKED_S, refusal.after_s))
        case status if status == MIGRATING:
            return RetryLater("migrating", "hubspot: the account is moving between regions", refusal.after_s)
        case _:
            return None


def failed(failure: Failure) -> IntegrationError:
    """What the failure of one object of a batch means."""
    if failure.category in TEMPORARY:
        return RetryLater("not_written", "hubspot: a record could not be written for now")
    return _refused(failure) or Rejected("unnamed_error", "hubspot refused a record without a reason")


def _failure(body: bytes) -> Failure:
    try:
        return _FAILURES.decode(body)
    except (DecodeError, ValidationError, UnicodeError):
        return Failure()


def _forbidden(failure: Failure) -> IntegrationError | None:
    if failure.category != "MISSING_SCOPES":
        return None
    contexts = (failure.context, *(detail.context for detail in failure.errors))
    scopes = {
        scope for said in contexts for names in said.values() for scope in filter(_NAME.fullmatch, names)
    }
    named = " or ".join(sorted(scopes)) or "see docs/integrations/hubspot.md"
    return Misconfigured(
        "missing_scopes", f"hubspot: the key in SEATSIGNAL_HUBSPOT_TOKEN lacks a scope: {named}"
    )


def _limited(failure: Failure, after_s: float) -> IntegrationError:
    wait_s = after_s or WAIT_S.get(failure.policy_name, WAIT_S["TEN_SECONDLY_ROLLING"])
    if failure.policy_name == "DAILY":
        return RetryLater("daily_limit", "hubspot: the calls of the day are used up", wait_s)
    return RetryLater("rate_limited", "hubspot: rate limited", wait_s)


def _refused(failure: Failure) -> IntegrationError | None:
    """Refused for good; but a property that is not there is a person's to make."""
    invalid = _invalid(failure.message)
    missing = sorted({each.name for each in invalid if each.error == "PROPERTY_DOESNT_EXIST"})
    if missing:
        named = ", ".join(name for name in missing if _NAME.fullmatch(name))
        return Misconfigured("property_missing", f"hubspot has no property {named}; {SETUP}")
    reason = (invalid[0].error if invalid else failure.category).lower()
    return Rejected(reason, f"hubspot: {reason}") if _LABEL.fullmatch(reason) else None


def _invalid(message: str) -> tuple[_Invalid, ...]:
    """The values that are not valid, out of ``Property values were not valid: […]``."""
    _, found, packed = message.partition(": [")
    if not found:
        return ()
    try:
        return _INVALID.decode(f"[{packed}")
    except (DecodeError, ValidationError):
        return ()
