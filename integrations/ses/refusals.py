"""SES's way of saying no: a name in a header or in the body, beside a status that several share.

https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_SendEmail.html and ``CommonErrors`` there.
"""

from collections.abc import Mapping

from msgspec import DecodeError, Struct, field
from msgspec.json import decode

from integrations.errors import IntegrationError, Misconfigured, Rejected, RetryLater
from integrations.http import Refusal

KEYS = "set SEATSIGNAL_SES_ACCESS_KEY_ID and SEATSIGNAL_SES_SECRET_ACCESS_KEY to a key that may ses:SendEmail"
CLOCK = "set this machine's clock: SES takes no call that was signed over 5 minutes from its own time"
VERIFY = "verify SEATSIGNAL_SES_SENDER or its domain in the region, and take the account out of the sandbox"

PERSON_NEEDED: Mapping[str, tuple[str, str]] = {
    "AccessDenied": ("access_denied", KEYS),
    "AccountSuspended": ("account_suspended", "the account may not send: look at its reputation in SES"),
    "ExpiredToken": ("key_expired", f"the temporary key is over: {KEYS}"),
    "IncompleteSignature": ("bad_key", KEYS),
    "InvalidClientTokenId": ("bad_key", KEYS),
    "InvalidSignature": ("bad_key", KEYS),
    "MailFromDomainNotVerified": ("mail_from_unverified", "mend the DNS of the custom MAIL FROM domain"),
    "MissingAuthenticationToken": ("bad_key", KEYS),
    "NotAuthorized": ("access_denied", KEYS),
    "NotFound": ("no_such_configuration_set", "set SEATSIGNAL_SES_CONFIGURATION_SET to one that is there"),
    "OptInRequired": ("bad_key", "subscribe the AWS account to SES"),
    "RequestExpired": ("clock_off", CLOCK),
    "SendingPaused": ("sending_paused", "sending is paused in the account or in the configuration set"),
    "SignatureDoesNotMatch": ("bad_key", KEYS),
    "UnrecognizedClient": ("bad_key", KEYS),
}
"""By SES's name without ``Exception`` at its end."""
NEVER: Mapping[str, str] = {"BadRequest": "bad_request", "MessageRejected": "message_rejected"}
LATER: Mapping[str, tuple[str, float]] = {
    "LimitExceeded": ("daily_limit", 3_600.0),
    "ServiceUnavailable": ("service_unavailable", 0.0),
    "Throttling": ("rate_limited", 5.0),
    "TooManyRequests": ("rate_limited", 5.0),
}
"""Names with the seconds to wait where SES does not say how long; by none of them it has the mail."""
OF_A_DAY = "daily message quota"
"""So begins what SES says where it throttles because the mails of 24 hours are used up."""
UNVERIFIED = "is not verified"
KIND = "x-amzn-errortype"
"""The header that names an error, where the body does not."""
SKEWED = ("signature expired", "signature not yet current")


class _Said(Struct, frozen=True):
    kind: str = field(default="", name="__type")
    message: str = ""


def refusal(kind: str, message: str = "", after_s: float = 0.0) -> IntegrationError | None:
    """SES's name of a refusal as the error that says what happens next; `None` for a name we do not know.

    What it says besides is read, never repeated: it holds addresses.
    """
    name, words = kind.partition(":")[0].rpartition("#")[2].removesuffix("Exception"), message.lower()
    if any(said in words for said in SKEWED):
        name = "RequestExpired"
    if name == "MessageRejected" and UNVERIFIED in words:
        return Misconfigured("not_verified", f"ses: {VERIFY}")
    if OF_A_DAY in words and name in LATER:
        name = "LimitExceeded"
    if name in PERSON_NEEDED:
        reason, what = PERSON_NEEDED[name]
        return Misconfigured(reason, f"ses: {what}")
    if name in LATER:
        reason, wait_s = LATER[name]
        return RetryLater(reason, f"ses: it answered {name}", after_s or wait_s)
    return Rejected(NEVER[name], f"ses: it answered {name}") if name in NEVER else None


def explained(refused: Refusal) -> IntegrationError | None:
    """What a refusal means by its name; `None` where its status says all."""
    try:
        said = decode(refused.body, type=_Said)
    except (DecodeError, UnicodeError):
        said = _Said()
    return refusal(refused.headers.get(KIND) or said.kind, said.message, refused.after_s)
