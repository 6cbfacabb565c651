"""A desk, where colleagues answer: what may come to it, and what it can ask and tell."""

from collections.abc import Mapping
from typing import NamedTuple, Protocol

OWN_PAGE = "own/"
"""How ``remote`` begins of a button on somebody's own page: what it is about follows."""


class Press(NamedTuple):
    """A button under one of our messages, or on their own page, that a colleague has pressed.

    ``call`` is the same each time that the vendor tells of it, ``remote`` is the message as `Receipt.remote`
    names it (or see `OWN_PAGE`), ``answer`` the button. With ``trigger`` something can be asked back, within
    seconds.
    """

    call: str
    actor: str
    remote: str
    answer: str
    trigger: str


class Form(NamedTuple):
    """What a colleague has filled in, of what was asked back: values by the names of its fields."""

    call: str
    actor: str
    remote: str
    answer: str
    values: Mapping[str, str]


class Command(NamedTuple):
    """What a colleague has asked in words, and where: a channel by its id, and by its name if it has one."""

    call: str
    actor: str
    places: tuple[str, ...]
    words: str


class Opened(NamedTuple):
    """A colleague looks at the page that is for them alone."""

    call: str
    actor: str


class Challenge(NamedTuple):
    """The vendor asks whether we are there, and wants its own words back."""

    words: str


Come = Press | Form | Command | Opened | Challenge
"""Whatever a desk may be told."""


class Field(NamedTuple):
    """A field of a form: a line of text, a choice if it has ``choices`` (value and label), or a person.

    An ``optional`` one may be left empty.
    """

    name: str
    label: str
    choices: tuple[tuple[str, str], ...] = ()
    person: bool = False
    optional: bool = False


class Question(NamedTuple):
    """What is asked back before an answer is taken: a title, fields, and the word on the button.

    ``texts`` are read before, one after the other, as they are: nothing in them is markup.
    """

    title: str
    fields: tuple[Field, ...]
    submit: str
    texts: tuple[str, ...] = ()


class Desk(Protocol):
    """Where colleagues answer what they are told: the vendor calls us with what they press and fill in."""

    def verify(self, headers: Mapping[str, str], body: bytes) -> None:
        """Return if the vendor has sent this just now, or raise `Rejected` or `Misconfigured`."""

    def read(self, body: bytes) -> Come | None:
        """Return what a verified body tells of; `None` for what is nothing to us. Raises `Rejected`."""

    def ask(self, press: Press, question: Question) -> None:
        """Ask back whoever pressed a button. Raises the three errors."""

    def tell(self, answer: Press | Form, words: str) -> None:
        """Tell whoever answered, and nobody else. Raises the three errors."""

    def faulty(self, faults: Mapping[str, str]) -> bytes:
        """Return the answer to a form of which some fields cannot be taken, by name, and why."""

    def replied(self, body: bytes) -> bytes:
        """Return the answer to a command: rendered words, which only whoever gave it reads."""

    def show(self, opened: Opened, body: bytes) -> None:
        """Show rendered words on somebody's own page. Raises the three errors."""

    def close(self) -> None:
        """Let go of what is held open; a later call opens it again."""
