"""What Slack calls with: a form with a payload (a button, a form), with a command, or JSON (an event).

Shapes: docs.slack.dev/interactivity, …/implementing-slash-commands and …/apis/events-api.
"""

import re
from collections.abc import Mapping
from typing import Annotated
from urllib.parse import parse_qsl

from msgspec import DecodeError, Meta, Struct, ValidationError, convert
from msgspec.json import decode

from integrations.desk import (
    OWN_PAGE,
    Challenge,
    Come,
    Command,
    Form,
    Opened,
    Press,
)
from integrations.errors import Rejected
from integrations.slack.answers import ChannelId, Ts
from integrations.slack.forms import View

WORDS_LIMIT = 4_000
"""Characters of a command that are read; nobody's account is called as much."""
FIELDS_LIMIT = 30
UNNAMED = frozenset({"", "directmessage", "privategroup"})
"""What Slack calls every conversation that only some may read: none of their names."""
_ENTITIES = (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&"))
"""What Slack writes in a command in place of its own marks, the last one last."""
_PERSON = re.compile(r"[UW][A-Z0-9]{2,31}")
_Call = Annotated[str, Meta(min_length=1, max_length=255)]


class User(Struct, frozen=True):
    """Who did it."""

    id: str


class Under(Struct, frozen=True, tag_field="type", tag="message"):
    """The message that a button stands under."""

    channel_id: ChannelId
    message_ts: Ts


class On(Struct, frozen=True, tag_field="type", tag="view"):
    """The view that a button stands on."""

    view_id: str


class Action(Struct, frozen=True):
    """The button; one with a link is told of too. ``value`` is the number of an account."""

    action_id: str
    url: str | None = None
    value: Annotated[str, Meta(pattern=r"^[0-9]{0,18}$")] | None = None


class Pressed(Struct, frozen=True, tag_field="type", tag="block_actions"):
    """Somebody has pressed a button."""

    user: User
    trigger_id: str
    actions: tuple[Action, ...]
    container: Under | On | None = None


class Filled(Struct, frozen=True, tag_field="type", tag="view_submission"):
    """Somebody has filled in a form."""

    user: User
    view: View


class Typed(Struct, frozen=True):
    """Somebody has given a command."""

    user_id: str
    trigger_id: _Call
    channel_id: ChannelId
    channel_name: str = ""
    text: str = ""


class Verification(Struct, frozen=True, tag_field="type", tag="url_verification"):
    """Slack asks whether events reach us."""

    challenge: Annotated[str, Meta(max_length=1_000)]


class Event(Struct, frozen=True):
    """What happened; ``tab`` is the one that is looked at."""

    type: str
    user: str = ""
    tab: str = ""


class Happened(Struct, frozen=True, tag_field="type", tag="event_callback"):
    """Something has happened in the workspace."""

    event_id: _Call
    event: Event


class Other(Struct, frozen=True):
    """Anything else that Slack may tell of."""

    type: str = ""


def come(body: bytes) -> Come | None:
    """Return what a call tells of; `None` for what is nothing to us. Raises `Rejected`."""
    try:
        return _event(body) if body.lstrip().startswith(b"{") else _sent(body)
    except (DecodeError, ValidationError, ValueError, KeyError):
        failure = Rejected("call_unreadable", "slack: a call that tells of nothing we know")
    raise failure


def _event(body: bytes) -> Come | None:
    kind = decode(body, type=Other).type
    if kind not in {"url_verification", "event_callback"}:
        return None
    match decode(body, type=Verification | Happened):
        case Verification(challenge):
            return Challenge(challenge)
        case Happened(call, Event("app_home_opened", user, "home")):
            return Opened(call, _person(user))
        case _:
            return None


def _sent(body: bytes) -> Come | None:
    pairs = parse_qsl(body.decode(), keep_blank_values=True, strict_parsing=True, max_num_fields=FIELDS_LIMIT)
    fields = dict(pairs)
    if len(fields) < len(pairs):
        raise ValueError("a field that is there twice")
    return _typed(fields) if "command" in fields else _payload(fields["payload"])


def _typed(fields: Mapping[str, str]) -> Command:
    typed = convert(fields, Typed)
    name = () if typed.channel_name in UNNAMED else (typed.channel_name,)
    words = typed.text
    for entity, mark in _ENTITIES:
        words = words.replace(entity, mark)
    return Command(typed.trigger_id, _person(typed.user_id), (typed.channel_id, *name), words[:WORDS_LIMIT])


def _payload(payload: str) -> Press | Form | None:
    if decode(payload, type=Other).type not in {"block_actions", "view_submission"}:
        return None
    match decode(payload, type=Pressed | Filled):
        case Pressed(user, trigger, (Action(answer, None),), Under(channel, ts)):
            return Press(trigger, _person(user.id), f"{channel}:{ts}", answer, trigger)
        case Pressed(user, trigger, (Action(answer, None, str(about)),), On()) if about:
            return Press(trigger, _person(user.id), f"{OWN_PAGE}{about}", answer, trigger)
        case Filled(user, view):
            return Form(view.id, _person(user.id), view.private_metadata, view.callback_id, view.filled())
        case _:
            return None


def _person(user: str) -> str:
    if not _PERSON.fullmatch(user):
        raise ValueError("no id of a person")
    return user
