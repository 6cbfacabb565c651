"""The last thing before a notice leaves: its words, and for a letter the person it goes to.

A letter is planned for a subject, a token. Only here, as it is sent, does the token become an address,
and consent is asked once more.
"""

from dataclasses import replace

from health.nouns import Notice
from store import subjects
from store.database import Connection
from templates.render import render

LETTERS = "mail"


class Withheld(Exception):  # noqa: N818 - named by what happened
    """A notice must not be sent any more: the person withdrew consent, or is gone."""


def prepare(connection: Connection, notice: Notice) -> Notice:
    """Give a notice its body and its address. Raises `Withheld` or `templates.content.Unrenderable`."""
    if notice.destination != LETTERS:
        return notice if notice.body else replace(notice, body=render(notice.template, notice.payload))
    address, _name = subjects.person(connection, notice.owner)
    if not address:
        raise Withheld("no_address")
    if not subjects.consents_to(connection, notice.owner, notice.template):
        raise Withheld("no_consent")
    body = notice.body or render(notice.template, notice.payload)
    return replace(notice, body=body, owner=address)
