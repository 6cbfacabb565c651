"""What people do in Slack with our messages: buttons they press, forms they fill in.

Slack calls with a form whose field ``payload`` is JSON (docs.slack.dev/interactivity), and expects an
answer within 3 seconds.
"""

import hmac
import re
from collections.abc import Mapping
from hashlib import sha256
from time import time
from typing import Literal
from urllib.parse import parse_qs

from msgspec import DecodeError, Struct, ValidationError
from msgspec.json import decode, encode

from integrations.budget import Budget
from integrations.errors import Misconfigured, Rejected
from integrations.roles import Clock, Form, Press, Question
from integrations.slack.answers import ChannelId, Ts
from integrations.slack.client import SlackClient
from integrations.slack.forms import OpenForm, View, modal
from integrations.slack.message import Whisper
from integrations.slack.settings import SlackSettings

TOLERANCE_S = 300
"""How far the time of a signature may lie from ours, either way."""
SIGNATURE, TIMESTAMP, VERSION = "x-slack-signature", "x-slack-request-timestamp", "v0"
_SECOND = re.compile(r"[0-9]{1,12}")
_PERSON = re.compile(r"[UW][A-Z0-9]{2,31}")
_UNREADABLE = "slack: a call that tells of nothing we know"


class User(Struct, frozen=True):
    """Who did it."""

    id: str


class Container(Struct, frozen=True):
    """The message that a button stands under."""

    channel_id: ChannelId
    message_ts: Ts


class Action(Struct, frozen=True):
    """The button; one with a link is told of too."""

    action_id: str
    url: str | None = None


class Pressed(Struct, frozen=True, tag_field="type", tag="block_actions"):
    """Somebody has pressed a button."""

    user: User
    trigger_id: str
    actions: tuple[Action, ...]
    container: Container | None = None


class Filled(Struct, frozen=True, tag_field="type", tag="view_submission"):
    """Somebody has filled in a form."""

    user: User
    view: View


class Other(Struct, frozen=True):
    """Anything else that Slack may tell of."""

    type: str = ""


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

    def read(self, body: bytes) -> Press | Form | None:
        """Return the button or the form a verified body tells of. Raises `Rejected`."""
        match _told(body):
            case Pressed(user, trigger, (Action(answer, None),), Container(channel, ts)):
                return Press(trigger, _person(user), f"{channel}:{ts}", answer, trigger)
            case Filled(user, view):
                return Form(view.id, _person(user), view.private_metadata, view.callback_id, view.filled())
            case _:
                return None

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


def _told(body: bytes) -> Pressed | Filled | Other:
    try:
        (payload,) = parse_qs(body.decode(), strict_parsing=True, max_num_fields=10)["payload"]
        kind = decode(payload, type=Other).type
        if kind not in {"block_actions", "view_submission"}:
            return Other(kind)
        return decode(payload, type=Pressed | Filled)
    except (DecodeError, ValidationError, ValueError, KeyError):
        failure = Rejected("call_unreadable", _UNREADABLE)
    raise failure


def _person(user: User) -> str:
    if not _PERSON.fullmatch(user.id):
        raise Rejected("call_unreadable", _UNREADABLE)
    return user.id
