"""A workflow of Teams: the one call that posts a card, and its way of saying no.

A workflow answers 202 as soon as it has taken a call, before the card stands in the channel. Refusals name a
code (learn.microsoft.com/azure/logic-apps/logic-apps-http-endpoint).
"""

from collections.abc import Mapping
from contextlib import suppress
from functools import partial
from urllib.parse import urlsplit

from msgspec import DecodeError, Raw, Struct
from msgspec.json import decode
from pydantic import SecretStr

from integrations.budget import Budget
from integrations.errors import IntegrationError, Misconfigured, Rejected, RetryLater
from integrations.http import Http, Refusal
from integrations.session import Credentials, base_address
from integrations.teams.message import Message
from integrations.vitals import Vitals

NAME = "teams"
REMEDY = "set its address in SEATSIGNAL_TEAMS_CHANNELS to the whole one that its workflow shows"
PERSON_NEEDED: Mapping[str, tuple[str, str]] = {
    "WorkflowNotFound": ("workflow_not_found", f"its workflow is gone; make another, and {REMEDY}"),
    "WorkflowTriggerIsNotEnabled": (
        "workflow_turned_off",
        "its workflow is turned off; turn it on under Workflows in Teams",
    ),
}
OF_THE_ROOT = frozenset({"unauthorized", "forbidden", "redirected"})
"""What a server may say of its root that tells nothing of us: it answers."""


class Failure(Struct, frozen=True):
    """A refusal's code."""

    code: str


class Refused(Struct, frozen=True):
    """How a workflow says no."""

    error: Failure


class TeamsClient:
    """One channel, by the address of its workflow. The address is the secret: whoever has it posts there."""

    def __init__(self, channel: str, address: SecretStr, timeout_s: float, budget: Budget) -> None:
        """Open no connection yet; ``channel`` is what errors call it.

        Raises `Misconfigured` for an address that is none.
        """
        base_url, self._path = _split(channel, address.get_secret_value())
        self._http = Http(
            NAME,
            base_url,
            Credentials({}, f"the channel {channel!r}: {REMEDY}"),
            budget=budget,
            explain=partial(_explained, channel),
            read_s=timeout_s,
        )

    @property
    def vitals(self) -> Vitals:
        """What the last answer told of the workflow's server."""
        return self._http.vitals

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def reach(self) -> None:
        """Raise unless the workflow's server answers. The workflow itself is asked nothing: it would post."""
        try:
            self._http.fetch("")
        except Rejected:
            return
        except Misconfigured as error:
            if error.reason not in OF_THE_ROOT:
                raise

    def post(self, message: Message) -> None:
        """Show a card, anew each time this is called."""
        answer = self._http.send(self._path, message).strip()
        if answer and not _is_json(answer):
            raise RetryLater("unexpected_answer", "teams: what answers there is no workflow")


def _split(channel: str, address: str) -> tuple[str, str]:
    """Part an address into where its server is and what is asked there. Raises `Misconfigured`."""
    with suppress(ValueError, Misconfigured):
        parts = urlsplit(address)
        base_url = base_address(NAME, f"{parts.scheme}://{parts.netloc}")
        if parts.path.strip("/") and not parts.fragment:
            return base_url, f"{parts.path}?{parts.query}".lstrip("/")
    what = f"teams: the address of the channel {channel!r} is none, or not https; {REMEDY}"
    raise Misconfigured("address_invalid", what)


def _is_json(answer: bytes) -> bool:
    try:
        decode(answer, type=Raw)
    except (DecodeError, UnicodeError):
        return False
    return True


def _explained(channel: str, refusal: Refusal) -> IntegrationError | None:
    try:
        code = decode(refusal.body, type=Refused).error.code
    except (DecodeError, UnicodeError):
        return None
    if code not in PERSON_NEEDED:
        return None
    reason, what = PERSON_NEEDED[code]
    return Misconfigured(reason, f"teams: the channel {channel!r}: {what}")
