"""Starts both servers, says where they are, and stops them."""

import asyncio
import os
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import msgspec
import uvicorn

from sandbox.app import app
from sandbox.config import read
from sandbox.gate import Gate
from sandbox.ledger import Ledger
from sandbox.mail.smtp import FaultySmtp
from sandbox.state import rehearsal

LOOPBACK = "127.0.0.1"
KEEP_ALIVE_S = 75  # longer than any client keeps an idle connection, so only faults cut one


class Ports(NamedTuple):
    """Ports on loopback; 0 takes a free one."""

    http: int = 0
    smtp: int = 0


class _HttpServer(uvicorn.Server):
    """Says when it listens, and leaves signals to `serve`, which has two servers to stop."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.listening = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.listening.set()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def serve(
    ports: Ports, *, ledger_file: Path | None, config_file: Path | None, with_parent: bool
) -> None:
    """Run until SIGTERM, SIGINT, or the end of standard input if `with_parent`.

    Once both servers listen, one line of JSON on standard output says where.
    """
    ledger = Ledger(ledger_file)
    sandbox = rehearsal(read(config_file), ledger)
    stopped = _stop_event(with_parent=with_parent)
    gate = app(sandbox)
    smtp = await asyncio.get_running_loop().create_server(lambda: FaultySmtp(sandbox), LOOPBACK, ports.smtp)
    server = _http_server(gate, ports.http)
    running = asyncio.create_task(server.serve())
    await server.listening.wait()
    _announce(server.servers[0].sockets[0], smtp.sockets[0])
    await stopped.wait()
    gate.cut()
    server.should_exit = True
    await running
    smtp.close()
    ledger.close()


def _http_server(gate: Gate, port: int) -> _HttpServer:
    # The server makes its own socket: one handed in lacks TCP_NODELAY, which costs 40 ms an answer.
    config = uvicorn.Config(
        gate,
        LOOPBACK,
        port,
        lifespan="off",
        date_header=False,  # the gate's, by the stand-ins' clock
        ws="none",
        log_level="warning",
        timeout_keep_alive=KEEP_ALIVE_S,
        timeout_graceful_shutdown=1,
    )
    server = _HttpServer(config)
    gate.watch(server.server_state.connections)
    return server


def _stop_event(*, with_parent: bool) -> asyncio.Event:
    loop = asyncio.get_running_loop()
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopped.set)
    if with_parent:
        orphaned = _after_input_ends(lambda: loop.call_soon_threadsafe(stopped.set))
        orphaned.start()
    return stopped


def _after_input_ends(act: Callable[[], object]) -> threading.Thread:
    def watch() -> None:
        while os.read(0, 4096):
            pass
        act()

    return threading.Thread(target=watch, daemon=True)


def _announce(http: socket.socket, smtp: socket.socket) -> None:
    where = {
        "http": "http://{}:{}".format(*http.getsockname()),
        "smtp": "{}:{}".format(*smtp.getsockname()),
        "pid": os.getpid(),
    }
    print(msgspec.json.encode(where).decode(), flush=True)  # noqa: T201 - the line the parent waits for
