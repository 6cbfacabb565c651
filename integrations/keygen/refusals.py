"""Keygen's own words for a refusal, and what each asks a person to change: keygen.sh/docs/api/errors."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import NamedTuple

from msgspec import MsgspecError, Struct
from msgspec.json import Decoder

from integrations.errors import Misconfigured
from integrations.http import Refusal

REMEDY = "set SEATSIGNAL_KEYGEN_TOKEN to a token of your Keygen account that is valid"


class Source(Struct, frozen=True):
    """What of a request is at fault."""

    parameter: str = ""


class Fault(Struct, frozen=True):
    """One thing that is wrong, by a code where there is one."""

    code: str = ""
    source: Source = Source()


class Faults(Struct, frozen=True):
    """How a refusal begins."""

    errors: tuple[Fault, ...]


class Matter(NamedTuple):
    """What is wrong, as a label and for a person."""

    reason: str
    detail: str


FAULTS = Decoder(Faults)
BY_CODE: Mapping[str, Matter] = {
    "ENVIRONMENT_INVALID": Matter(
        "no_such_environment",
        "keygen has no such environment: set SEATSIGNAL_KEYGEN_ENVIRONMENT to its code, or to nothing",
    ),
    "INVALID_API_VERSION": Matter(
        "no_such_version",
        "keygen does not speak this version: set SEATSIGNAL_KEYGEN_VERSION to one that it does",
    ),
    "TOKEN_EXPIRED": Matter("token_expired", f"keygen says that the token has expired: {REMEDY}"),
    "TOKEN_FORMAT_INVALID": Matter(
        "token_id", f"keygen says that this is a token's id and no token: {REMEDY}"
    ),
}
NO_ACCOUNT = Matter(
    "no_such_account",
    "keygen has no such account: set SEATSIGNAL_KEYGEN_ACCOUNT to the id or the slug of yours",
)
NO_CURSORS = Matter(
    "no_cursors",
    "this Keygen knows no pages by cursor: bring the server at SEATSIGNAL_KEYGEN_BASE_URL up to date",
)


def explained(refusal: Refusal) -> Misconfigured | None:
    """What a person must change, if Keygen says so; `None` where the status says all."""
    try:
        faults = FAULTS.decode(refusal.body).errors
    except (MsgspecError, UnicodeError):
        return None
    found = (_told(refusal.status, fault) for fault in faults)
    told = next(filter(None, found), None)
    return Misconfigured(*told) if told else None


def _told(status: int, fault: Fault) -> Matter | None:
    if fault.code in BY_CODE:
        return BY_CODE[fault.code]
    if status == HTTPStatus.NOT_FOUND:
        return NO_ACCOUNT
    if status == HTTPStatus.BAD_REQUEST and fault.source.parameter.startswith("page"):
        return NO_CURSORS
    return None
