"""A server between a source and its vendor's stand-in: honest, until it is told how to lie.

What the stand-in says is remembered by day and question, so that many plays ask it once.
"""

import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import date
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from typing import NamedTuple

import urllib3

from tests.chaos.company import books_of_few, noon_s
from tests.integrations.wire import reset, until_it_leaves
from tests.rehearsal import Rehearsal

PASSED_ON = ("Authorization", "Content-Type", "Stripe-Version", "Accept")
KEPT = ("Content-Type", "Link", "Retry-After")
SEEDED_ONCE = frozenset({"hubspot"})
"""Vendors whose book is the same on every day."""


class Answer(NamedTuple):
    """An answer over HTTP; its length is told as it is, unless a header says otherwise."""

    status: int
    headers: dict[str, str]
    body: bytes


class Broken(NamedTuple):
    """Bytes as they are, and then the connection breaks, or says nothing more until the client leaves."""

    sent: bytes = b""
    silent: bool = False


class Question(NamedTuple):
    """What is asked: the path with its query, and the body."""

    method: str
    path: str
    body: bytes

    @property
    def vendor(self) -> str:
        """Whose stand-in is asked."""
        return self.path.split("/")[1]


@dataclass(frozen=True)
class Call:
    """A question within a pull: the how manieth, and what an honest answer is, here and to those before."""

    question: Question
    number: int
    honest: Answer
    before: Sequence[Answer]


Lie = Callable[[Call], Answer | Broken]


@dataclass
class Liar:
    """Answers as the vendors would on a ``day``; ``lie`` spoils those of one ``vendor``."""

    rehearsal: Rehearsal
    day: date = date.min
    vendor: str = ""
    lie: Lie | None = None
    port: int = 0
    asked: list[tuple[Question, Answer]] = field(default_factory=list)
    _known: dict[tuple[date, Question], Answer] = field(default_factory=dict)
    _shown: dict[str, date] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)
    _pool: urllib3.PoolManager = field(default_factory=lambda: urllib3.PoolManager(maxsize=8, retries=False))

    @property
    def http(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    def begin(self, vendor: str = "", lie: Lie | None = None) -> None:
        """Let a pull begin, and lie to it or not."""
        self.vendor, self.lie = vendor, lie
        self.asked.clear()

    def on(self, day: date) -> Callable[[Call], Answer]:
        """What was said to a question on a day, or would be now if nobody asked it then."""
        return lambda call: self._known.get((day, call.question), call.honest)

    def honest(self, question: Question, headers: dict[str, str], day: date | None = None) -> Answer:
        """What the vendor says on a day; today, unless it is told."""
        on = day or self.day
        with self._lock:
            if (on, question) not in self._known:
                self._known[on, question] = self._ask(question, headers, on)
            return self._known[on, question]

    def _ask(self, question: Question, headers: dict[str, str], day: date) -> Answer:
        vendor = question.vendor
        if self._shown.get(vendor) != day and not (vendor in SEEDED_ONCE and vendor in self._shown):
            self.rehearsal.seed(vendor, books_of_few(day)[vendor])
            self._shown[vendor] = day
        self.rehearsal.set_clock(noon_s(day))
        url = self.rehearsal.http + question.path
        got = self._pool.request(
            question.method, url, body=question.body or None, headers=headers, redirect=False
        )
        return Answer(got.status, {name: got.headers[name] for name in KEPT if name in got.headers}, got.data)

    def answer(self, question: Question, headers: dict[str, str]) -> Answer | Broken:
        """What is said to a question."""
        found = self.honest(question, headers)
        before = [answer for _, answer in self.asked]
        self.asked.append((question, found))
        if self.lie is None or question.vendor != self.vendor:
            return found
        return self.lie(Call(question, len(before), found, before))


class _Speaker(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    liar: Liar

    def do_GET(self) -> None:
        self._say(Question("GET", self.path, b""))

    def do_POST(self) -> None:
        self._say(Question("POST", self.path, self.rfile.read(int(self.headers["Content-Length"]))))

    def _say(self, question: Question) -> None:
        headers = {name: self.headers[name] for name in PASSED_ON if name in self.headers}
        said = self.liar.answer(question, headers)
        if isinstance(said, Broken):
            self._break(said)
            return
        head = [f"HTTP/1.1 {said.status} {HTTPStatus(said.status).phrase}"]
        given = {"Content-Length": str(len(said.body)), "Content-Type": "application/json", **said.headers}
        head += [f"{name}: {value}" for name, value in given.items()]
        self.wfile.write("\r\n".join((*head, "", "")).encode() + said.body)
        self.close_connection = given["Content-Length"] != str(len(said.body))

    def _break(self, said: Broken) -> None:
        self.close_connection = True
        self.wfile.write(said.sent)
        if said.silent:
            until_it_leaves(self.connection)
        else:
            reset(self.connection)

    def handle(self) -> None:
        with suppress(OSError, ValueError):  # who asked has left
            super().handle()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as its base names it
        """Say nothing."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def get_request(self) -> tuple[socket.socket, object]:
        connection, address = super().get_request()
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connection, address

    def shutdown_request(self, request: object) -> None:
        with suppress(OSError):
            super().shutdown_request(request)  # type: ignore[arg-type]  # a socket

    def handle_error(self, *_: object) -> None:
        """Who asked has left."""


@contextmanager
def lying(rehearsal: Rehearsal) -> Iterator[Liar]:
    """A liar that listens until the end of the block."""
    liar = Liar(rehearsal)
    speaker = type("Speaker", (_Speaker,), {"liar": liar})
    with _Server(("127.0.0.1", 0), speaker) as server:
        liar.port = server.server_address[1]
        thread = Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield liar
        finally:
            server.shutdown()
            thread.join()
