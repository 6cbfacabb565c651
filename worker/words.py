"""The last thing before a notice leaves: its words, and for a letter the person it goes to.

A letter is planned for a subject, a token. Only here, as it is sent, does the token become an address,
consent is asked once more, and whether it is the hour for it.
"""

from dataclasses import replace
from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo

from config.routes import SENDERS
from health.hours import Place, next_open
from health.nouns import Notice
from store import features, returns, subjects
from store.database import Connection, clock
from templates.render import render
from worker.deployment import Deployment


class Withheld(Exception):  # noqa: N818 - named by what happened
    """A notice must not be sent any more: the person withdrew consent, or is gone, or letters came back."""


class TooEarly(Exception):  # noqa: N818 - as above
    """It is no hour to write to the account; ``wait_s`` seconds later it is."""

    def __init__(self, wait_s: float) -> None:
        """Say how long it is until then."""
        super().__init__()
        self.wait_s = wait_s


def prepare(deployment: Deployment, connection: Connection, notice: Notice) -> Notice:
    """Give a notice its body and its address.

    Raises `Withheld`, `TooEarly` or `templates.content.Unrenderable`.
    """
    if notice.destination not in SENDERS:
        return notice if notice.body else replace(notice, body=render(notice.template, notice.payload))
    address, _name = subjects.person(connection, notice.owner)
    if not address:
        raise Withheld("no_address")
    if not subjects.consents_to(connection, notice.owner, notice.template):
        raise Withheld("no_consent")
    if came_back := returns.suppressed(connection, notice.owner):
        raise Withheld(came_back)
    if wait_s := _wait_s(deployment, connection, notice.account):
        raise TooEarly(wait_s)
    body = notice.body or render(notice.template, notice.payload)
    return replace(notice, body=body, owner=address)


def _wait_s(deployment: Deployment, connection: Connection, account: int) -> float:
    """Return for how many seconds nobody at an account may be written to, by the clock of the database."""
    hours = deployment.routes.hours
    if hours is None:
        return 0.0
    now = datetime.fromtimestamp(clock(connection) / 1000, UTC)
    opens = next_open(now, hours.hours(), _place(connection, account), deployment.workdays)
    return (opens - now).total_seconds()


def _place(connection: Connection, account: int) -> Place:
    row = features.held(connection, [account]).get(account)
    return Place(_zone(row.timezone), row.country, row.region) if row else Place()


def _zone(name: str) -> tzinfo:
    """Return a zone by its name; UTC where the account's source calls it by a name that there is not."""
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, KeyError):  # the last is what an unknown one raises
        return UTC
