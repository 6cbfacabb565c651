"""Vendors that answer with everything they were told: a Slack and an SMTP server on loopback."""

import base64
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from socketserver import StreamRequestHandler, ThreadingTCPServer
from typing import Any

STATUSES = (401, 500, 200, 200, 200, 302, 400, 500, 429)
"""Of answer after answer; the first 200 is HTML, the second says that all is well."""
HTML, FINE = 2, 3
LISTED: dict[str, object] = {
    "ok": True,
    "messages": [],
    "channels": [
        {"id": "C01SUCCESS", "name": "customer-success"},
        {"id": "C01OPS", "name": "seatsignal-ops"},
    ],
}
REFUSALS = ("550 5.1.1", "451 4.3.0", "530 5.7.0", "250 2.1.5")


@dataclass(frozen=True)
class Echoes:
    """Where they listen, and what they were told."""

    http: str
    smtp_port: int
    heard: list[str]
    """Every request and line, and what a sign-in shows once it is decoded."""


@contextmanager
def echoes() -> Iterator[Echoes]:
    """Run both until the end of the block."""
    heard: list[str] = []
    web = ThreadingHTTPServer(("127.0.0.1", 0), _handler(_EchoingSlack, heard))
    mail = _Tcp(("127.0.0.1", 0), _handler(_EchoingSmtp, heard))
    threads = [threading.Thread(target=server.serve_forever, args=(0.05,)) for server in (web, mail)]
    for thread in threads:
        thread.start()
    try:
        yield Echoes(f"http://127.0.0.1:{web.server_port}", mail.server_address[1], heard)
    finally:
        for server, thread in zip((web, mail), threads, strict=True):
            server.shutdown()
            server.server_close()
            thread.join()


class _Tcp(ThreadingTCPServer):
    daemon_threads = True


def _handler(base: type[Any], heard: list[str]) -> type[Any]:
    return type(base.__name__, (base,), {"heard": heard, "turns": count()})


class _EchoingSlack(BaseHTTPRequestHandler):
    heard: list[str]
    turns: Iterator[int]

    def do_GET(self) -> None:
        """List what is asked for, so that what is to be sent is sent."""
        if "/conversations." in self.path:
            self._answer(200, json.dumps(self._echo() | LISTED).encode())
        else:
            self.do_POST()

    def do_POST(self) -> None:
        """Answer in another way each time."""
        turn = next(self.turns) % len(STATUSES)
        told = self._echo()
        if turn == FINE:
            told |= {"ok": True, "channel": told["needed"], "ts": told["needed"]}
        self._answer(STATUSES[turn], (f"<h1>{told}</h1>" if turn == HTML else json.dumps(told)).encode())

    def _echo(self) -> dict[str, object]:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        told = f"{self.path} {self.headers['Authorization']} {body}"
        self.heard.append(told)
        return {"ok": False, "error": self.headers["Authorization"], "needed": told}

    def _answer(self, status: int, content: bytes) -> None:
        secret = self.headers["Authorization"]
        self.send_response(status, f"No {secret}")
        for name in ("Location", "Retry-After", "X-Secret", "WWW-Authenticate"):
            self.send_header(name, f"https://{secret}.example/" if name == "Location" else secret)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class _EchoingSmtp(StreamRequestHandler):
    heard: list[str]
    turns: Iterator[int]

    def handle(self) -> None:
        self._say("220 hello")
        while line := self.rfile.readline().decode(errors="replace").strip():
            self.heard.append(line)
            self._say(self._answer(line))
            if line.upper() == "QUIT":
                return

    def _answer(self, line: str) -> str:
        verb = line.split(maxsplit=1)[0].upper()
        match verb:
            case "EHLO":
                return "250-echo\r\n250 AUTH PLAIN"
            case "AUTH":
                return self._signed_in(line)
            case "RCPT":
                return f"{REFUSALS[next(self.turns) % len(REFUSALS)]} {line}"
            case "DATA":
                return f"554 5.6.0 no data: {self.heard[-2]}"
            case _:
                return f"250 {line}"

    def _signed_in(self, line: str) -> str:
        """Refuse the first time, with all that was shown."""
        shown = base64.b64decode(line.rsplit(maxsplit=1)[-1]).decode().replace("\0", " ")
        self.heard.append(shown)
        return f"535 5.7.8 not with {shown}" if next(self.turns) == 0 else f"235 {shown}"

    def _say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())
