"""One channel of a chat service: the one call that posts a text."""

import re
from html import escape
from typing import NoReturn

import requests
from msgspec import DecodeError, Struct
from msgspec.json import decode
from pydantic import SecretStr

from integrations.apprise.calls import by
from integrations.apprise.services import NAME, REMEDY, plugin
from integrations.budget import Budget
from integrations.errors import Misconfigured, Rejected, RetryLater
from integrations.http import Http
from integrations.session import Credentials
from integrations.vitals import Vitals

OF_THE_ROOT = frozenset({"unauthorized", "forbidden", "redirected"})
"""What a server may say of its root that tells nothing of us: it answers."""
OF_REQUESTS = frozenset({"user-agent", "content-length"})
"""Headers that our connection sends itself."""


_PAGE = re.compile(rb"\s*<(?:!doctype html|html)\b", re.IGNORECASE)


class Verdict(Struct, frozen=True):
    """How services say in an answer with status 200 that they have not taken a message."""

    ok: bool = True
    success: bool = True
    code: int = 0
    errcode: int = 0


class AppriseClient:
    """One channel, by its URL. The URL is the secret: whoever has it posts there."""

    def __init__(self, channel: str, address: SecretStr, timeout_s: float, budget: Budget) -> None:
        """Open no connection yet; ``channel`` is what errors call it. Raises `Misconfigured`."""
        self._plugin = plugin(channel, address)
        self._credentials = Credentials({}, f"the channel {channel!r}: {REMEDY}")
        self._timeout_s = timeout_s
        self._budget = budget
        self._servers: dict[str, Http] = {}
        self.vitals = Vitals()

    @property
    def room(self) -> int:
        """How many characters a message may have."""
        return int(self._plugin.body_maxlen)

    def close(self) -> None:
        """Close the connections."""
        for server in self._servers.values():
            server.close()

    def reach(self) -> None:
        """Raise unless the server answers that would be posted to. The channel itself is asked nothing."""
        try:
            with by(_Scout()):
                self._notify("-")
        except _Found as found:
            self._root(found.origin)

    def post(self, text: str) -> None:
        """Show a text, anew each time this is called. Raises the three errors."""
        with by(self):
            taken = self._notify(text)
        if not taken:
            raise RetryLater("unexpected_answer", "apprise: what answers there has not said that it took it")

    def called(self, origin: str, call: requests.PreparedRequest) -> bytes:
        """Make a call of the plugin's."""
        server = self._server(origin)
        path = (call.path_url or "").lstrip("/")
        headers = {name: str(said) for name, said in call.headers.items() if name.lower() not in OF_REQUESTS}
        try:
            if call.method == "GET":
                return server.fetch(path, headers=headers)
            body = call.body or b""
            answer = server.hand_over(path, body.encode() if isinstance(body, str) else body, headers)
        finally:
            self.vitals = server.vitals
        _check(answer)
        return answer

    def _notify(self, text: str) -> bool:
        is_html = self._plugin.notify_format == "html"
        body = escape(text, quote=False) if is_html else text
        return bool(self._plugin.notify(body=body, title=""))

    def _root(self, origin: str) -> None:
        server = self._server(origin)
        try:
            server.fetch("")
        except Rejected:
            return
        except Misconfigured as error:
            if error.reason not in OF_THE_ROOT:
                raise
        finally:
            self.vitals = server.vitals

    def _server(self, origin: str) -> Http:
        if origin not in self._servers:
            self._servers[origin] = Http(
                NAME, origin, self._credentials, budget=self._budget, read_s=self._timeout_s
            )
        return self._servers[origin]


class _Found(Exception):  # noqa: N818 - what was looked for
    def __init__(self, origin: str) -> None:
        super().__init__()
        self.origin = origin


class _Scout:
    """Finds out where a plugin would call, and lets it call nothing."""

    def called(self, origin: str, call: requests.PreparedRequest) -> NoReturn:
        del call
        raise _Found(origin)


def _check(answer: bytes) -> None:
    """Raise `RetryLater` for an answer of something else, and for one that says no: not all plugins look."""
    if _PAGE.match(answer):
        raise RetryLater("unexpected_answer", "apprise: a page answers there, and no chat service")
    try:
        said = decode(answer, type=Verdict)
    except (DecodeError, UnicodeError):
        return
    if not (said.ok and said.success) or said.code or said.errcode:
        raise RetryLater("refused", "apprise: the service answered that it has not taken the message")
