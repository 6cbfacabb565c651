"""A server on loopback that speaks from a script: for what well-behaved stand-ins never do."""

import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from email.utils import formatdate
from time import time

PATIENCE_S = 10.0
TELL_LIMITS = frozenset({"hubspot", "intercom", "keygen", "salesforce", "zendesk"})
"""Vendors whose answers say how many calls are left; the others say so once there are none."""
AT_ONCE = struct.pack("ii", 1, 0)  # SO_LINGER with no time: closing resets the connection

Script = Callable[[socket.socket], None]


@contextmanager
def served(*scripts: Script) -> Iterator[int]:
    """A port whose n-th connection gets the n-th script, and every later one the last."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=_serve, args=(listener, scripts), daemon=True)
        thread.start()
        try:
            yield listener.getsockname()[1]
        finally:
            with suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
            thread.join(PATIENCE_S)
            assert not thread.is_alive()


def _serve(listener: socket.socket, scripts: tuple[Script, ...]) -> None:
    number = 0
    while True:
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        with connection, suppress(OSError):
            connection.settimeout(PATIENCE_S)
            scripts[min(number, len(scripts) - 1)](connection)
        number += 1


def reset(connection: socket.socket) -> None:
    """Break the connection off, as a crashed host does."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, AT_ONCE)
    connection.close()


def until(connection: socket.socket, mark: bytes) -> bytes:
    """What the client says up to ``mark``, or all until it hangs up."""
    said = b""
    while mark not in said:
        part = connection.recv(65_536)
        if not part:
            break
        said += part
    return said


def until_it_leaves(connection: socket.socket) -> None:
    """Say nothing more, and wait for the client to give up."""
    while connection.recv(65_536):
        pass


def answering(head: str, body: bytes = b"", *, length: int | None = None) -> Script:
    """An HTTP answer; ``length`` may promise more than there is."""
    size = len(body) if length is None else length
    sent = f"HTTP/1.1 {head}\r\nConnection: close\r\nContent-Length: {size}\r\n\r\n".encode() + body

    def script(connection: socket.socket) -> None:
        until(connection, b"\r\n\r\n")
        connection.sendall(sent)

    return script


def put_off(skew_s: float, wait_s: float) -> dict[str, str]:
    """Headers that ask to wait, as a date by a clock that is off ours."""
    now_s = int(time()) + skew_s
    return {"Date": formatdate(now_s, usegmt=True), "Retry-After": formatdate(now_s + wait_s, usegmt=True)}


def hanging(connection: socket.socket) -> None:
    """Read and never answer."""
    until_it_leaves(connection)


def closing(connection: socket.socket) -> None:
    """Read the request and break off instead of answering."""
    until(connection, b"\r\n\r\n")
    reset(connection)
