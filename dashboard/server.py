"""The web server: in a thread beside worker and beat, or by itself."""

import socket
import threading
from contextlib import suppress

import structlog
import uvicorn
from starlette.types import ASGIApp

log = structlog.get_logger()

STOP_S = 5
"""How long answers under way may still take once we stop."""


class Web:
    """Serves an app in a thread of its own: a part of `worker.embedded`."""

    def __init__(self, app: ASGIApp, host: str, port: int) -> None:
        """Prepare; port 0 takes a free one."""
        self._host, self._port = host, port
        self._server = _server(app)
        self._thread = threading.Thread(target=self._run, name="web", daemon=True)

    def start(self) -> None:
        """Listen, note where in `url`, and return. Raises `OSError` if the address cannot be had."""
        self._listener = _listener(self._host, self._port)
        self.url = _url(self._listener)
        self._thread.start()

    def _run(self) -> None:
        self._server.run(sockets=[self._listener])

    def stop(self) -> None:
        """Take no more requests; those under way have `STOP_S` seconds."""
        self._server.should_exit = True

    def join(self, timeout: float) -> None:
        """Wait for the last answer's end."""
        self._thread.join(timeout)


def serve(app: ASGIApp, host: str, port: int) -> None:
    """Serve an app until SIGTERM or SIGINT. Raises `OSError` as `Web.start` does."""
    listener = _listener(host, port)
    log.info("web_listening", url=_url(listener))
    with suppress(KeyboardInterrupt):
        _server(app).run(sockets=[listener])


def _server(app: ASGIApp) -> uvicorn.Server:
    config = uvicorn.Config(
        app,
        access_log=False,  # paths hold the tokens of links
        log_config=None,
        log_level="warning",
        lifespan="off",
        ws="none",
        server_header=False,
        proxy_headers=False,  # anybody could say who asks
        timeout_graceful_shutdown=STOP_S,
    )
    return uvicorn.Server(config)


def _listener(host: str, port: int) -> socket.socket:
    """Listen before the loop runs, so that the port is known and whoever connects now only waits.

    Raises `OSError`, with the address as its file name.

    The protocol is named because asyncio sets TCP_NODELAY by it; without, each answer takes 40 ms more.
    """
    family, kind, protocol, _, address = socket.getaddrinfo(
        host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP, flags=socket.AI_PASSIVE
    )[0]
    listener = socket.socket(family, kind, protocol)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen()
    except OSError as error:
        listener.close()
        raise OSError(error.errno, error.strerror, f"{host}:{port}") from None
    return listener


def _url(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
