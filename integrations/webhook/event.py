"""A notice as a CloudEvent (github.com/cloudevents/spec, version 1.0, structured mode)."""

from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from html import unescape
from typing import Any

from msgspec import UNSET, DecodeError, Struct, UnsetType, ValidationError
from msgspec.json import decode, encode

from health.nouns import Notice
from integrations.errors import Rejected

CONTENT_TYPE = "application/cloudevents+json; charset=utf-8"
FAMILY = "com.seatsignal"
PING = f"{FAMILY}.ping"
OPENED, UPDATED, CLOSED, CORRECTED = "opened", "updated", "closed", "corrected"
SUBJECTS: Mapping[str, str] = {"alert": "alert", "recovered": "alert", "expansion": "expansion"}
"""What a template speaks of that has a beginning and an end; of any other it is told."""
_LEFT_OUT = frozenset({"contacts", "answerable"})
"""Tokens that stand for people, which mean nothing outside, and whether there are buttons."""


class Words(Struct, frozen=True):
    """A rendered notice: what it is about in a line, where it says so, and all of it."""

    text: str
    subject: str = ""


class Data(Struct, frozen=True):
    """What an event says: to whom, in which thread, the words, and what they were made of."""

    template: str
    thread: str
    audience: str
    subject: str
    text: str
    said: dict[str, Any]


class Event(Struct, frozen=True):
    """The envelope."""

    id: str
    source: str
    type: str
    time: str
    data: Data | dict[str, str]
    subject: str | UnsetType = UNSET
    specversion: str = "1.0"
    datacontenttype: str = "application/json"


def event(notice: Notice, source: str, now: datetime) -> bytes:
    """Return a notice as an event. Raises `Rejected` for one that was not rendered."""
    said, words = _said(notice), _words(notice)
    data = Data(
        template=notice.template.removesuffix("_task"),
        thread=notice.thread,
        audience=notice.owner,
        subject=unescape(words.subject),
        text=unescape(words.text),
        said={name: value for name, value in said.items() if name not in _LEFT_OUT},
    )
    account = str(said.get("account_key") or "")
    return encode(Event(notice.key, source, kind(notice.template, said), _time(now), data, account or UNSET))


def ping(source: str, now: datetime) -> tuple[str, bytes]:
    """Return an event that tells of nothing, and what it is known by."""
    name = f"ping/{_time(now)}"
    return message_id(name), encode(Event(name, source, PING, _time(now), {}))


def kind(template: str, said: Mapping[str, object]) -> str:
    """Return the type of an event: what it speaks of, and what happened to that."""
    of = template.removesuffix("_task")
    if of not in SUBJECTS:
        return f"{FAMILY}.{of}.told"
    if said.get("corrected_on"):
        return f"{FAMILY}.{SUBJECTS[of]}.{CORRECTED}"
    if of == "recovered":
        return f"{FAMILY}.{SUBJECTS[of]}.{CLOSED}"
    return f"{FAMILY}.{SUBJECTS[of]}.{OPENED if said.get('why', 'first') == 'first' else UPDATED}"


def message_id(key: str) -> str:
    """Return a notice's key as a header can carry it; the same key gives the same."""
    return f"msg_{sha256(key.encode()).hexdigest()[:32]}"


def _time(now: datetime) -> str:
    return now.isoformat(timespec="seconds").replace("+00:00", "Z")


def _words(notice: Notice) -> Words:
    try:
        return decode(notice.body, type=Words)
    except (DecodeError, ValidationError):
        failure = Rejected("body_unreadable", "webhook: the body is no rendered notice")
    raise failure


def _said(notice: Notice) -> dict[str, Any]:
    try:
        return decode(notice.payload, type=dict[str, Any])
    except (DecodeError, ValidationError):
        failure = Rejected("payload_unreadable", "webhook: the payload of the notice is no object")
    raise failure
