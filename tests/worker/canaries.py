"""Forty-odd canaries: secrets that every way of quoting changes, people, and what finds either in a text.

A canary is known by its hearts, words of letters alone. A heart stays as it is in JSON, in a repr, in a
URL and in HTML, and a canary of which one heart is seen is seen, whatever became of the rest.
"""

import re
from base64 import b64encode
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from urllib.parse import quote

from tests import book

SECRETS = {
    "SEATSIGNAL_SLACK_TOKEN": "canarytoken~of'no-vendors\\shape",
    "SEATSIGNAL_MAIL_USERNAME": "canarysender@mail.example",
    "SEATSIGNAL_MAIL_PASSWORD": 'canarymailA "canarymailB\\@/%',
}
IN_URLS = {"database": "canarybaseA@/canarybaseB:%#", "broker": "canarybrokerA#canarybrokerB;?"}
"""Passwords, as they are meant; in a URL they are percent-encoded."""
CONTACTS = {account: f"canary{account}xcontact@customer.example" for account in book.ACCOUNTS}
SEATS = {account: f"canary{account}xseat@customer.example" for account in book.ACCOUNTS}
NAMES = {account: f"Canary{account}xname" for account in book.ACCOUNTS}
PEOPLE = (*CONTACTS.values(), *SEATS.values(), *NAMES.values())
TOLD = (*SECRETS.values(), *IN_URLS.values())
CANARIES = (*TOLD, *PEOPLE)
IN_TEXT = "canarytext@customer.example"
"""An address that a source writes into a free text or into somebody's id."""
IN_ARGUMENTS = "canaryargument@customer.example"
"""An address in a message to a task, which a newer version may bring."""
UNREDACTED = "HOSTILE_UNREDACTED"
"""A variable with which nothing is redacted, so that a test sees what it would see then."""
WRITTEN_TO = (CONTACTS[book.UNPAID], CONTACTS[book.RENEWING])

_HEART = re.compile(r"canary[a-z0-9]{4,}", re.IGNORECASE)


def found(text: str, canaries: Iterable[str] = (*CANARIES, IN_TEXT)) -> set[str]:
    """The canaries in a text, in whatever way they are written."""
    plain = text.lower()
    return {canary for canary in canaries if any(_is_in(heart, text, plain) for heart in hearts(canary))}


def hearts(canary: str) -> list[str]:
    """The words by which a canary is known."""
    return _HEART.findall(canary)


def _is_in(heart: str, text: str, plain: str) -> bool:
    return heart.lower() in plain or any(form in text for form in _encoded(heart))


@cache
def _encoded(heart: str) -> tuple[str, ...]:
    """A heart in base64 after 0, 1 and 2 other bytes, without what the bytes around it change; and in hex."""
    after = [b64encode(b"-" * n + heart.encode()).decode().rstrip("=")[2 * n :] for n in range(3)]
    return (*(word[1:-1] for word in after), heart.encode().hex())


def in_url(password: str) -> str:
    """A password as a URL spells it."""
    return quote(password, safe="")


def with_people(folder: Path) -> Path:
    """Name canaries for the contacts of a book."""
    contacts = [f"{account},{CONTACTS[account]},{NAMES[account]},billing" for account in book.ACCOUNTS]
    (folder / "contacts.csv").write_text("\n".join(["account_id,email,name,role", *contacts]) + "\n")
    return folder


def with_everything(folder: Path) -> Path:
    """Name canaries for contacts and seats, put an address into every free text, and break a row."""
    with_people(folder)
    with (folder / "contacts.csv").open("a") as contacts:
        contacts.write(f"{book.LEAVING},broken {IN_TEXT},x,billing\n")
    for name, lines in (_TEXTS | {"seats": _seats()}).items():
        (folder / f"{name}.csv").write_text("\n".join(lines) + "\n")
    return folder


_TEXTS: dict[str, list[str]] = {
    "tickets": [
        "ticket_id,account_id,opened_at,subject,status,tags",
        f"t1,{book.LEAVING},2026-05-31,Please cancel our subscription. {IN_TEXT},open,{IN_TEXT}",
    ],
    "conversations": ["account_id,at,kind,subject,by", f"a5,2026-05-30,call,{IN_TEXT},{IN_TEXT}"],
    "events": ["account_id,at,kind,detail", f"a5,2026-05-30,note,{IN_TEXT}"],
    "surveys": ["account_id,kind,score,answered_at,user_id", f"a5,nps,9,2026-05-30,{IN_TEXT}"],
    "activation_steps": ["account_id,step,at,user_id,help", f"a5,sso,2026-05-30,{IN_TEXT},{IN_TEXT}"],
    "outcomes": ["account_id,at,outcome,reason", f"a5,2026-05-30,renewed,{IN_TEXT}"],
}


def _seats() -> list[str]:
    named = [f"{account},u1,{SEATS[account]}" for account in book.ACCOUNTS]
    return ["account_id,user_id,email", *named, f"a5,{IN_TEXT},"]
