"""The last thing before a notice leaves: its words, whether it is the hour for it, and for a letter to whom.

A letter is planned for a subject, a token. Only here, as it is sent, does the token become an address,
consent is asked once more, and whether it is the hour for it.
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

import msgspec

from config.routes import SENDERS
from health.alerts import HIGH
from health.hours import Hours, Place, next_open
from health.letters import topic
from health.nouns import Notice
from store import answers, contacts, features, outbox, returns, subjects, told
from store.database import Connection, clock
from templates.content import AlertContent, ExpansionContent
from templates.payload import decode
from templates.render import render
from worker import peace, renewed
from worker.colleagues import routed
from worker.deployment import Deployment
from worker.modes import Withheld, approved, worded

LOOK_AGAIN_S = 300.0
"""How often what waits for the morning is looked at: something urgent may have come after it."""


class TooEarly(Exception):  # noqa: N818 - named by what happened
    """It is no hour to write to the account; ``wait_s`` seconds later it is."""

    def __init__(self, wait_s: float) -> None:
        """Say how long it is until then."""
        super().__init__()
        self.wait_s = wait_s


def prepare(
    deployment: Deployment, connection: Connection, notice: Notice, caps: peace.Caps | None = None
) -> Notice:
    """Give a notice its body and its address. ``caps`` are of all that was claimed with it.

    Raises `Withheld`, `Kept`, `TooEarly` or `templates.content.Unrenderable`.
    """
    if notice.destination not in SENDERS:
        return _to_colleagues(deployment, connection, notice)
    address, _name = subjects.person(connection, notice.owner)
    if why := _refused(deployment, connection, notice, address):
        raise Withheld(why)
    notice = approved(deployment, connection, notice)
    if wait_s := _wait_s(deployment, connection, notice.account):
        raise TooEarly(wait_s)
    caps = caps or peace.Caps(deployment, connection, [notice])
    if why := peace.kept_back(deployment, connection, notice, caps):
        raise Withheld(why)
    return replace(notice, body=worded(connection, notice), owner=address)


def _refused(deployment: Deployment, connection: Connection, notice: Notice, address: str) -> str:
    """Return why a letter must not leave, whoever would approve it, or nothing."""
    if not address:
        return "no_address"
    wanted = subjects.consents_to(connection, notice.owner, topic(notice.template))
    if not wanted or contacts.said_no(connection, notice.owner):
        return contacts.NO_CONSENT
    return returns.suppressed(connection, notice.owner) or renewed.kept_back(deployment, connection, notice)


def _to_colleagues(deployment: Deployment, connection: Connection, notice: Notice) -> Notice:
    if wait_s := _quiet_s(deployment, connection, notice):
        raise TooEarly(wait_s)
    if _is_too_much(deployment, connection, notice):
        raise Withheld(told.OVER_BUDGET)
    if _ends_what_nobody_saw(connection, notice):
        raise Withheld(told.NEVER_TOLD)
    if notice.body:
        return notice
    return replace(notice, body=render(notice.template, _with_names(connection, notice)))


def _with_names(connection: Connection, notice: Notice) -> bytes | str:
    """Return what a notice says with the names of whom to talk to: what is owed has their tokens only.

    A name stays out that `store.erasure` would not find again in what was said.
    """
    content = decode(notice.template, notice.payload)
    if not isinstance(content, AlertContent | ExpansionContent) or not content.contacts:
        return notice.payload
    named = tuple(
        msgspec.structs.replace(each, name=subjects.name_told(connection, each.subject))
        for each in content.contacts
    )
    return msgspec.json.encode(msgspec.structs.replace(content, contacts=named))


class _Pressing(msgspec.Struct, frozen=True):
    """What a message may not wait for the morning for."""

    severity: str = "normal"
    answered: bool = False


def _quiet_s(deployment: Deployment, connection: Connection, notice: Notice) -> float:
    """Return for how many seconds a colleague is left in peace, by their own clock.

    Not where it is urgent or somebody has just answered, be it what comes after it in its thread: that
    is looked at again every few minutes.
    """
    found = routed(deployment, connection).hours_of(notice.owner)
    if found is None:
        return 0.0
    hours, zone = found
    wait_s = _until_open_s(deployment, connection, hours, Place(zone))
    if not wait_s or any(map(_is_pressing, outbox.open_payloads(connection, notice.thread))):
        return 0.0
    return min(wait_s, LOOK_AGAIN_S)


def _is_too_much(deployment: Deployment, connection: Connection, notice: Notice) -> bool:
    """Tell whether a person has been told of as many alerts today as they can take: it stands in the digest.

    Not so of what is urgent, nor of news of what they have been told of.
    """
    routes = routed(deployment, connection)
    if notice.template not in told.ALERTS or not routes.is_person(notice.owner):
        return False
    if _is_pressing(notice.payload) or told.is_told(connection, notice.thread):
        return False
    return told.alerts_today(connection, notice) >= routes.alerts_a_day


def _ends_what_nobody_saw(connection: Connection, notice: Notice) -> bool:
    """Tell whether an alert is over of which no message stands anywhere: there is nothing to close."""
    if notice.template not in told.ENDS or told.is_told(connection, notice.thread):
        return False
    alert, seen_as = answers.tail(notice.thread), told.ENDS[notice.template]
    places = answers.shown(connection, notice.account, answers.ALERT, templates=seen_as)
    return all(answers.tail(each.thread) != alert for each in places)


def _is_pressing(payload: str) -> bool:
    found = msgspec.json.decode(payload, type=_Pressing)
    return found.answered or found.severity == HIGH


def _until_open_s(deployment: Deployment, connection: Connection, hours: Hours, place: Place) -> float:
    """Return for how many seconds to wait: what is claimed now may leave until the lease ends."""
    now = datetime.fromtimestamp(clock(connection) / 1000, UTC)
    lease = timedelta(seconds=deployment.settings.lease_s)
    return (next_open(now, hours, place, deployment.workdays, lease) - now).total_seconds()


def _wait_s(deployment: Deployment, connection: Connection, account: int) -> float:
    """Return for how many seconds nobody at an account may be written to, by the clock of the database."""
    hours = deployment.routes.hours
    if hours is None:
        return 0.0
    return _until_open_s(deployment, connection, hours.hours(), _place(connection, account))


def _place(connection: Connection, account: int) -> Place:
    row = features.held(connection, [account]).get(account)
    return Place(_zone(row.timezone), row.country, row.region) if row else Place()


def _zone(name: str) -> tzinfo:
    """Return a zone by its name; UTC where the account's source calls it by a name that there is not."""
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, KeyError):  # the last is what an unknown one raises
        return UTC
