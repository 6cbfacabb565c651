"""Postmark's API: the calls we make, and its way of saying no.

A refusal is status 422 with a number that says why (postmarkapp.com/developer/api/overview).
"""

from collections.abc import Mapping

from msgspec import DecodeError, Struct, field
from msgspec.json import decode

from integrations.budget import Budget
from integrations.errors import IntegrationError, Misconfigured, Rejected, RetryLater
from integrations.http import Http, Query, Refusal
from integrations.postmark.message import METADATA, Email
from integrations.postmark.settings import PostmarkSettings
from integrations.session import Credentials
from integrations.vitals import Vitals

REMEDY = "set SEATSIGNAL_POSTMARK_TOKEN to the API token of your Postmark server"
UNPROCESSABLE = 422
INACTIVE = "inactive_recipient"
LIMITED_S = 30.0
"""Seconds to wait where Postmark says that it limits us and not for how long."""

PERSON_NEEDED: Mapping[int, tuple[str, str]] = {
    10: ("bad_token", REMEDY),
    400: ("sender_unknown", "make a sender signature for SEATSIGNAL_POSTMARK_SENDER, or verify its domain"),
    401: ("sender_unconfirmed", "confirm the signature of SEATSIGNAL_POSTMARK_SENDER: Postmark mailed it"),
    405: ("not_allowed_to_send", "the account has no mails left: look at its plan"),
    412: ("account_pending", "the account is pending approval: until then it sends within its own domain"),
    413: ("account_may_not_send", "the account may not send: ask Postmark's support"),
}
NEVER: Mapping[int, str] = {
    300: "invalid_email",
    402: "invalid_json",
    403: "incompatible_json",
    406: INACTIVE,
}
LATER: Mapping[int, tuple[str, float]] = {100: ("maintenance", 0.0), 429: ("rate_limited", LIMITED_S)}


class Said(Struct, frozen=True, rename="pascal"):
    """The number in an answer, 0 where all is well, and the id of the mail if it was taken."""

    error_code: int
    message_id: str = field(default="", name="MessageID")


class Server(Struct, frozen=True, rename="pascal"):
    """What we read of a server: that it is one."""

    id: int = field(name="ID")


class Outbound(Struct, frozen=True, rename="pascal"):
    """A mail that Postmark has."""

    message_id: str = field(name="MessageID")


class Found(Struct, frozen=True, rename="pascal"):
    """The mails that a search brought."""

    messages: list[Outbound]


class PostmarkClient:
    """One Postmark server, by its token."""

    def __init__(self, settings: PostmarkSettings, budget: Budget | None = None) -> None:
        """Open no connection yet."""
        token = settings.token.get_secret_value()
        credentials = Credentials({"X-Postmark-Server-Token": token}, REMEDY)
        self._stream = settings.stream
        self._http = Http(
            "postmark",
            settings.base_url,
            credentials,
            budget=budget,
            explain=_explained,
            read_s=settings.timeout_s,
        )

    @property
    def vitals(self) -> Vitals:
        """What the last answer told of Postmark."""
        return self._http.vitals

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def server(self) -> None:
        """Raise unless Postmark knows the token."""
        self._http.get("server", Server)

    def send(self, email: Email) -> str:
        """Hand over a mail, anew each time this is called, and return Postmark's id of it."""
        said = self._http.post("email", Said, email)
        if said.error_code:
            raise refusal(said.error_code)
        if not said.message_id:
            raise RetryLater("unexpected_answer", "postmark: it took the mail and does not say which it is")
        return said.message_id

    def find(self, digest: str) -> str:
        """Postmark's id of the mail whose metadata holds a digest; empty where its search shows none."""
        query: Query = {
            "count": 1,
            "offset": 0,
            "messagestream": self._stream,
            f"metadata_{METADATA}": digest,
        }
        found = self._http.get("messages/outbound", Found, query).messages
        return found[0].message_id if found else ""


def refusal(number: int) -> IntegrationError:
    """Postmark's number of a refusal as the error that says what happens next."""
    if number in PERSON_NEEDED:
        reason, what = PERSON_NEEDED[number]
        return Misconfigured(reason, f"postmark: {what}")
    if number in LATER:
        reason, after_s = LATER[number]
        return RetryLater(reason, f"postmark: it answered {number}", after_s)
    return Rejected(NEVER.get(number, "refused"), f"postmark: it answered {number}")


def _explained(refused: Refusal) -> IntegrationError | None:
    if refused.status != UNPROCESSABLE:
        return None
    try:
        return refusal(decode(refused.body, type=Said).error_code)
    except (DecodeError, UnicodeError):
        return None
