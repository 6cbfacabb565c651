"""What people do in Slack: buttons they press, forms they fill in, commands they give, their home tab.

Slack expects an answer within 3 seconds.
"""

import hmac
import re
from collections.abc import Mapping
from hashlib import sha256
from time import time
from typing import Literal

from msgspec import Struct
from msgspec.json import encode

from integrations.budget import Budget
from integrations.desk import Come, Form, Opened, Press, Question
from integrations.errors import Misconfigured, Rejected
from integrations.roles import Clock
from integrations.slack.calls import come
from integrations.slack.client import SlackClient
from integrations.slack.forms import Home, OpenForm, ShowHome, modal
from integrations.slack.message import Reply, Whisper, rendered
from integrations.slack.settings import SlackSettings

TOLERANCE_S = 300
"""How far the time of a signature may lie from ours, either way."""
SIGNATURE, TIMESTAMP, VERSION = "x-slack-signature", "x-slack-request-timestamp", "v0"
_SECOND = re.compile(r"[0-9]{1,12}")


class Faults(Struct, frozen=True):
    """What is wrong with a form, by the block of the field."""

    errors: Mapping[str, str]
    response_action: Literal["errors"] = "errors"


class SlackDesk:
    """Knows calls of one Slack app by its signing secret, or by two of them while they are exchanged."""

    def __init__(self, settings: SlackSettings, *, budget: Budget | None = None, clock: Clock = time) -> None:
        """Open no connection yet. ``clock`` gives seconds since 1970."""
        given = (settings.signing_secret, settings.signing_secret_old)
        self._secrets = tuple(secret.get_secret_value().encode() for secret in given if secret)
        self._slack = SlackClient(settings, budget)
        self._clock = clock

    def close(self) -> None:
        """Close the connections."""
        self._slack.close()

    def verify(self, headers: Mapping[str, str], body: bytes) -> None:
        """Return if Slack has signed the body within the last minutes. Raises `Rejected` or `Misconfigured`.

        The signature is an HMAC-SHA256 of ``v0``, the time and the raw body, with colons between
        (docs.slack.dev/authentication/verifying-requests-from-slack).
        """
        if not self._secrets:
            raise Misconfigured(
                "no_signing_secret", "set SEATSIGNAL_SLACK_SIGNING_SECRET to the signing secret of your app"
            )
        named = {name.lower(): value for name, value in headers.items()}
        at, signature = named.get(TIMESTAMP, ""), named.get(SIGNATURE, "")
        if not _SECOND.fullmatch(at) or not signature:
            raise Rejected("signature_missing", "slack: a call without its time or its signature")
        if not self._genuine(f"{VERSION}:{at}:".encode() + body, signature.encode(errors="replace")):
            raise Rejected("signature_wrong", "slack: no signature fits the body and our signing secret")
        if abs(self._clock() - int(at)) > TOLERANCE_S:
            raise Rejected("signature_untimely", f"slack: signed more than {TOLERANCE_S} s from now")

    def _genuine(self, payload: bytes, signature: bytes) -> bool:
        expected = [
            f"{VERSION}={hmac.new(secret, payload, sha256).hexdigest()}".encode() for secret in self._secrets
        ]
        return any(hmac.compare_digest(each, signature) for each in expected)

    def read(self, body: bytes) -> Come | None:
        """Return what a verified body tells of. Raises `Rejected`."""
        return come(body)

    def ask(self, press: Press, question: Question) -> None:
        """Show a form to whoever pressed a button."""
        self._slack.open_form(
            OpenForm(trigger_id=press.trigger, view=modal(question, press.answer, press.remote))
        )

    def tell(self, answer: Press | Form, words: str) -> None:
        """Show words to whoever answered, in the channel of the message."""
        channel = answer.remote.partition(":")[0]
        self._slack.post_to_one(Whisper(channel=channel, user=answer.actor, text=words))

    def faulty(self, faults: Mapping[str, str]) -> bytes:
        """Return what makes Slack keep a form open, with what is wrong beside each field."""
        return encode(Faults(faults))

    def replied(self, body: bytes) -> bytes:
        """Return the answer to a command, which only whoever gave it sees."""
        words = rendered(body)
        return encode(Reply(text=words.text, blocks=words.blocks))

    def show(self, opened: Opened, body: bytes) -> None:
        """Show somebody their home tab."""
        self._slack.show_home(ShowHome(user_id=opened.actor, view=Home(rendered(body).blocks)))
