"""Letters: rendered, put into their mail and queued, against what each costs where nothing is made once.

The rival compiles the template for each letter, builds an `EmailMessage`, and stores each by itself.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from itertools import count

import msgspec

from benchmarks import databases
from benchmarks.measure import Result, rates
from health.nouns import Notice
from integrations.mail.message import mail
from integrations.mail.settings import MailSettings
from store import claims, outbox
from store.database import Database
from store.installation import set_setting
from templates import render as rendering
from templates.examples import RENEWAL
from templates.render import render

LETTERS, NAIVE = 1_000, 40
BATCH = 20
"""Letters that a sender claims at a time."""
COMPILED, SHELL, QUEUED = 20, 5, 10
NOW = datetime(2026, 6, 1, 9, tzinfo=UTC)
_numbers = count(1)


def results() -> Iterator[Result]:
    """Yield the figures of this group."""
    yield _rendered()
    yield _enclosed()
    with databases.sqlite() as database:
        with database.write() as connection:
            set_setting(connection, "live_since_ms", "1")
        yield _queued(database)


# -- ours --------------------------------------------------------------------------------------------


def _rendered() -> Result:
    """Render letters by templates that were compiled once, against compiling them for each."""
    some, few = _owed(LETTERS // 4), _owed(NAIVE)
    once, each = rates(
        (lambda: [render(one.template, one.payload) for one in some], len(some)),
        (lambda: [_compiled_and_rendered(one) for one in few], len(few)),
    )
    return Result("mail_rendered", once, "letters/s", "compiling for each", once / each, COMPILED)


def _enclosed() -> Result:
    """Put rendered letters into mails, against the library's message for each."""
    words = render("renewal", _payload())
    some = [replace(one, body=words) for one in _owed(LETTERS)]
    own, library = rates(
        (lambda: [mail(one, SETTINGS, NOW) for one in some], len(some)),
        (lambda: [_message(one) for one in some[: len(some) // 4]], len(some) // 4),
    )
    return Result("mail_enclosed", own, "mails/s", "an EmailMessage for each", own / library, SHELL)


def _queued(database: Database) -> Result:
    """Queue letters in a batch, render and keep them as senders do, against one by one and all anew."""
    batch, naive = rates(
        (lambda: _in_batches(database, _owed(LETTERS)), LETTERS),
        (lambda: _each_by_itself(database, _owed(NAIVE)), NAIVE),
    )
    return Result("mail_queued", batch, "letters/s", "one by one, all anew", batch / naive, QUEUED)


def _in_batches(database: Database, letters: Sequence[Notice]) -> None:
    with database.write() as connection:
        outbox.plan(connection, None, letters)
        outbox.make_due(connection, None)
    left = len(letters)
    while left:
        with database.write() as connection:
            held = claims.claim(connection, "mail", BATCH, 30)
            made = [replace(one, body=render(one.template, one.payload)) for one in held.notices]
            claims.keep_bodies(connection, held.token, made)
        for one in made:
            mail(one, SETTINGS, NOW)
        left -= len(made)


# -- the rival ---------------------------------------------------------------------------------------


def _each_by_itself(database: Database, letters: Sequence[Notice]) -> None:
    for letter in letters:
        _one(database, letter)


def _one(database: Database, letter: Notice) -> None:
    with database.write() as connection:
        outbox.plan(connection, None, [letter])
        outbox.make_due(connection, None)
    with database.write() as connection:
        held = claims.claim(connection, "mail", 1, 30)
        made = replace(letter, id=held.notices[0].id, body=_compiled_and_rendered(letter))
        claims.keep_bodies(connection, held.token, [made])
    _message(made)


def _compiled_and_rendered(letter: Notice) -> bytes:
    for name in ("text", "html"):
        cache = rendering.environment(name).cache
        if cache is not None:
            cache.clear()
    return render(letter.template, letter.payload)


class _Words(msgspec.Struct):
    subject: str
    html: str
    text: str


def _message(letter: Notice) -> bytes:
    words = msgspec.json.decode(letter.body, type=_Words)
    message = EmailMessage(policy=SMTP)
    message["Subject"] = words.subject
    message["From"] = "Lumen Works <hello@seller.example>"
    message["To"] = letter.owner
    message["Date"] = format_datetime(NOW)
    message["Message-ID"] = f"<{letter.key}@seller.example>"
    message["List-Unsubscribe"] = "<https://seatsignal.example/u/abc>"
    message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message.set_content(words.text, cte="quoted-printable")
    message.add_alternative(words.html, subtype="html", cte="quoted-printable")
    return message.as_bytes()


# -- letters -----------------------------------------------------------------------------------------


def _owed(number: int) -> list[Notice]:
    keys = (f"letter {next(_numbers)}" for _ in range(number))
    payload = _payload()
    return [
        Notice(key, "mail", "message", key, 0, "renewal", "dana@customer.example", payload) for key in keys
    ]


def _payload() -> str:
    return msgspec.json.encode(RENEWAL).decode()


SETTINGS = MailSettings.model_validate(
    {"host": "127.0.0.1", "starttls": False, "sender": "hello@seller.example", "sender_name": "Lumen Works"}
)
