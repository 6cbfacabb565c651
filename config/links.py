"""Links in letters: signed, so that nobody can make one for somebody else, and naming nobody.

A link carries a subject's token and a topic, and works without signing in: whoever holds the letter may
use it. Each purpose has its own salt, so that a link made for one is none for another.
"""

import hmac
import re
import time
from collections.abc import Callable
from datetime import date
from hashlib import sha256
from ipaddress import ip_address
from typing import NamedTuple
from urllib.parse import quote, urlsplit

from itsdangerous import Signer

from config.files import ConfigError

PREFERENCES_DAYS = 90
"""How long a link to the preferences works; one to unsubscribe works for ever, as old letters do."""

_DAY_S = 86_400
_PART = re.compile(r"[A-Za-z0-9_-]+")
_ADDRESS = re.compile(r"https?://[A-Za-z0-9.:\[\]-]+(/[A-Za-z0-9._~%/-]*)?")


class BadLink(Exception):  # noqa: N818 - named by what it is
    """This is no link of ours, it was altered, it was made for another purpose, or it is too old."""


class Survey(NamedTuple):
    """What the links of a survey's letter say: who was asked, of which account, about what, on which day."""

    subject: str
    account: int
    kind: str
    asked_on: date


class LinkReader:
    """Reads the tokens of links; this needs the installation's key alone."""

    def __init__(self, key: bytes, now_s: Callable[[], float] = time.time) -> None:
        """Derive a key per purpose. ``now_s`` returns seconds since 1970 UTC."""
        self._now_s = now_s
        self._unsubscribe = _signer(key, "unsubscribe")
        self._preferences = _signer(key, "preferences")
        self._survey = _signer(key, "survey")

    def read_unsubscribe(self, token: str) -> tuple[str, str]:
        """Return the subject and the topic that a token was made for. Raises `BadLink`."""
        return _opened(self._unsubscribe, token)

    def read_preferences(self, token: str) -> str:
        """Return the subject that a token was made for within `PREFERENCES_DAYS`. Raises `BadLink`."""
        subject, made_on = _opened(self._preferences, token)
        if self._day() - int(made_on) > PREFERENCES_DAYS:
            raise BadLink(f"made over {PREFERENCES_DAYS} days ago")
        return subject

    def read_survey(self, token: str) -> Survey:
        """Return what a token was made for; how long that counts is for others to say. Raises `BadLink`."""
        subject, about = _opened(self._survey, token)
        kind, account, day = about.rsplit("-", 2)
        return Survey(subject, int(account), kind, date.fromordinal(int(day)))

    def _day(self) -> int:
        """Days since 1970 UTC: fine enough for an expiry, too coarse to tell when a letter was made."""
        return int(self._now_s() // _DAY_S)


class Links(LinkReader):
    """Makes links under the address at which the outside reaches us, and reads them."""

    def __init__(self, public_url: str, key: bytes, now_s: Callable[[], float] = time.time) -> None:
        """Check the address. Raises `config.files.ConfigError` (see `public_address`)."""
        super().__init__(key, now_s)
        self._address = public_address(public_url)

    def unsubscribe(self, subject: str, topic: str) -> str:
        """Return the one-click link of RFC 8058, for the letter's header and its foot."""
        return f"{self._address}/u/{_sealed(self._unsubscribe, subject, topic)}"

    def preferences(self, subject: str) -> str:
        """Return the link under which a person chooses what to receive."""
        return f"{self._address}/p/{_sealed(self._preferences, subject, str(self._day()))}"

    def survey(self, asked: Survey) -> str:
        """Return the link to a survey's question; with ``?score=7`` after it the 7 is ticked, and no more."""
        about = f"{asked.kind}-{asked.account}-{asked.asked_on.toordinal()}"
        return f"{self._address}/s/{_sealed(self._survey, asked.subject, about)}"

    def account(self, key: str) -> str:
        """Return the address of an account's page. It is for colleagues and proves nothing."""
        return f"{self._address}/accounts/{quote(key, safe='')}"


def public_address(url: str) -> str:
    """Return a public URL without its last slash.

    Raises:
        ConfigError: not ``https://host[:port][/path]``; ``http`` is accepted on loopback alone.
    """
    address = url.rstrip("/")
    if not (_ADDRESS.fullmatch(address) and _is_private(address)):
        raise ConfigError(
            ["SEATSIGNAL_PUBLIC_URL: must be https://host[:port][/path]; plain http only on loopback"]
        )
    return address


def _is_private(address: str) -> bool:
    """Tell whether nobody on the way can read what is sent there."""
    try:
        parts = urlsplit(address)
        usable = bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
    return usable and (parts.scheme == "https" or _is_loopback(str(parts.hostname)))


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def _signer(key: bytes, purpose: str) -> Signer:
    return Signer(key, salt=f"seatsignal.{purpose}", key_derivation="hmac", digest_method=sha256)


def _sealed(signer: Signer, subject: str, about: str) -> str:
    if not (_PART.fullmatch(subject) and _PART.fullmatch(about)):
        raise ValueError("a link carries a subject's token and a topic, no address and no free text")
    return signer.sign(f"{subject}.{about}").decode()


def _opened(signer: Signer, token: str) -> tuple[str, str]:
    """Compare the whole text, for `Signer.unsign` accepts other spellings of the same signature."""
    given = token.encode(errors="replace")
    value, _, _signature = given.rpartition(signer.sep)
    if not hmac.compare_digest(signer.sign(value), given):
        raise BadLink("no link of ours")
    subject, _, about = value.decode().partition(".")
    return subject, about
