"""Chargebee's own words for a refusal, where they say what a person must change.

apidocs.chargebee.com/docs/api/error-handling
"""

from msgspec import MsgspecError, Struct
from msgspec.json import Decoder

from integrations.errors import Misconfigured
from integrations.http import Refusal

REMEDY = "set SEATSIGNAL_CHARGEBEE_API_KEY to a read-only key (all data) of your site"
NO_SITE = frozenset({"site_not_found"})


class Fault(Struct, frozen=True):
    """What is wrong, by its code."""

    api_error_code: str = ""


_FAULT = Decoder(Fault)


def explained(refusal: Refusal) -> Misconfigured | None:
    """Return what a person must change, if Chargebee says so; `None` where the status says all."""
    try:
        code = _FAULT.decode(refusal.body).api_error_code
    except (MsgspecError, UnicodeError):
        return None
    if code not in NO_SITE:
        return None
    return Misconfigured(
        "no_such_site",
        "chargebee has no such site: set SEATSIGNAL_CHARGEBEE_SITE to what stands before .chargebee.com",
    )
