"""Base addresses that mean to reach what only we can: nothing connects, counted where it would arrive.

No name is looked up anywhere and no packet leaves: whatever is connected to arrives at one of two listeners
on loopback, one for the public address of `PUBLIC`, one for all else. That one counts breaches.
"""

import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from ipaddress import IPv4Address
from itertools import count
from typing import Any
from unittest.mock import patch

from msgspec import Struct

from integrations.addresses import Permitted
from integrations.errors import IntegrationError
from integrations.http import Http
from integrations.session import Credentials
from tests.chaos.security.measured import Tally
from tests.chaos.verdict import Verdict

LEAST = 300
PUBLIC = "9.9.9.9"
HIDDEN = (
    "127.0.0.1",
    "127.8.9.10",
    "0.0.0.0",  # noqa: S104 - nobody listens there
    "10.0.0.8",
    "100.64.0.1",
    "100.100.100.200",
    "168.63.129.16",
    "169.254.169.254",
    "172.16.3.4",
    "192.0.0.192",
    "192.168.1.1",
    "198.18.0.1",
    "224.0.0.251",
    "240.0.0.1",
    "255.255.255.255",
)
HIDDEN_6 = (
    "::",
    "::1",
    "0:0:0:0:0:0:0:1",
    "fe80::1",
    "febf::7",
    "fec0::1",
    "fc00::1",
    "fd00:ec2::254",
    "fd12:3456:789a::1",
    "ff02::1",
    "ff0e::1",
    "100::1",
    "64:ff9b:1::a9fe:a9fe",
    "2001::1",
    "2001:10::1",
    "2001:20::1",
    "2001:db8::1",
    "2620:4f:8000::1",
    "3fff::1",
    "5f00::1",
)
NAMES: Mapping[str, tuple[str, ...]] = {
    "metadata.google.internal": ("169.254.169.254",),
    "instance-data": ("169.254.169.254",),
    "intranet.customer.example": ("10.1.2.3",),
    "localtest.customer.example": ("127.0.0.1",),
    "127.0.0.1.customer.example": ("127.0.0.1",),
    "localhost.customer.example": ("127.0.0.1",),
    "localhost.localdomain": ("127.0.0.1",),
    "six.customer.example": ("::1",),
    "mapped.customer.example": ("::ffff:169.254.169.254",),
    "both.customer.example": (PUBLIC, "10.1.2.3"),
    "other-way.customer.example": ("10.1.2.3", PUBLIC),
    "vendor.example": (PUBLIC,),
}
ALLOWED = ("127.0.0.1", "[::1]")
"""What an operator who means this machine writes, and what leads nowhere else."""
REBINDING = "rebinding.customer.example"
"""A name that leads to the public address, then to ours, then to the public one again."""
TRICKS = (
    "http://vendor.example",
    "http://localhost@169.254.169.254",
    "http://127.0.0.1@169.254.169.254",
    "http://localhost:80@169.254.169.254",
    "http://127.0.0.1\\@169.254.169.254",
    "http://127.0.0.1#@169.254.169.254",
    "http://localhost?@169.254.169.254",
    "http://[::1]@169.254.169.254",
    "http://localhost%2f@169.254.169.254",
    "http://localhost%00.customer.example",
    "http://localhost\t@169.254.169.254",
    "https://vendor.example@169.254.169.254",
    "https://vendor.example:443@169.254.169.254",
    "https://vendor.example%40169.254.169.254",
    "https://vendor.example\\@169.254.169.254",
    "https://169.254.169.254\\@vendor.example",
    "https://169.254.169.254#@vendor.example",
    "https://169.254.169.254?@vendor.example",
    "https://169.254.169.254;vendor.example",
    "https:///169.254.169.254",
    "https:169.254.169.254",
    "https://169.254.169.254:443:80",
    "https://[169.254.169.254]",
    "https://[::ffff:169.254.169.254%25lo]",
    "https://[fe80::1%25lo]",
    "gopher://127.0.0.1:6379/_FLUSHALL",
    "file:///etc/passwd",
    "dict://127.0.0.1:11211",
    "ldap://127.0.0.1",
    "//169.254.169.254",
    "jar:https://169.254.169.254!/",
)
LOCATIONS = (
    "http://169.254.169.254/",
    "https://10.0.0.8/",
    "//[::1]/",
    "http://0x7f.1/",
    "gopher://127.0.0.1/",
)


_LAST = b"\0"
"""What no client says: the listener may go."""


class Anything(Struct):
    """No answer has to be anything."""


def spelt(address: str) -> Iterator[str]:
    """The hosts by which an IPv4 address can be meant."""
    number, parts = int(IPv4Address(address)), [int(part) for part in address.split(".")]
    last = (parts[1] << 16) + (parts[2] << 8) + parts[3]
    in_hex = f"{number >> 16:x}:{number & 0xFFFF:x}"
    yield from (address, f"{address}.", str(number), f"0x{number:08x}", f"0{number:o}")
    yield ".".join(f"0{part:o}" for part in parts)
    yield ".".join(f"0x{part:x}" for part in parts)
    yield from (f"{parts[0]}.{last}", f"{parts[0]}.{parts[1]}.{last & 0xFFFF}", f"0x{parts[0]:x}.{last}")
    yield address.translate({ord(digit): 0xFF10 + int(digit) for digit in "0123456789"})
    yield address.replace(".", "\u3002")
    yield from (f"[::ffff:{address}]", f"[::ffff:{in_hex}]", f"[0:0:0:0:0:ffff:{in_hex}]", f"[::{in_hex}]")
    yield from (f"[64:ff9b::{in_hex}]", f"[64:ff9b::{address}]", f"[2002:{in_hex}::1]")
    yield from (f"[2606:4700::5efe:{address}]", f"[2606:4700::200:5efe:{in_hex}]", f"[fe80::5efe:{in_hex}]")


def hostile() -> list[str]:
    """Base addresses that must lead nowhere, and a few that may lead to the public address."""
    hosts = [host for address in HIDDEN for host in spelt(address)]
    hosts += [f"[{address}]" for address in HIDDEN_6]
    hosts += [host for name in NAMES for host in (name, f"{name}.", name.upper())]
    hosts += [REBINDING] * 2
    return [*(f"https://{host}" for host in hosts if host not in ALLOWED), *TRICKS]


class Listener:
    """Counts who arrives at it, and turns them away with ``answer``."""

    def __init__(self, answer: bytes = b"") -> None:
        self.arrived = 0
        self._answer = answer
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._socket.getsockname()[1]
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def _listen(self) -> None:
        while True:
            connection, _ = self._socket.accept()
            with connection, suppress(OSError):
                connection.settimeout(5)
                said = connection.recv(65_536)
                if said == _LAST:
                    return
                connection.sendall(self._answer)
            self.arrived += 1

    def close(self) -> int:
        """Hear out who has arrived by now, and return how many did."""
        with socket.create_connection(("127.0.0.1", self.port)) as last:
            last.sendall(_LAST)
        self._thread.join(10)
        self._socket.close()
        return self.arrived


@contextmanager
def led(inside: Listener, outside: Listener) -> Iterator[None]:
    """Lead every connection to one of two listeners, and every name to what `NAMES` says."""
    turns, ask, connect = count(), socket.getaddrinfo, socket.create_connection

    def asked(host: str, port: int, *_: object, **__: object) -> list[Any]:
        plain = str(host).rstrip(".").lower()
        known = NAMES.get(plain, ())
        if plain == REBINDING:
            known = (PUBLIC if next(turns) % 2 == 0 else "169.254.169.254",)
        if not known:
            return [*ask(plain, port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in known]

    def arriving(address: tuple[str, int], *_: object, **__: object) -> socket.socket:
        first = asked(*address)[0][4][0]
        return connect(("127.0.0.1", (outside if first == PUBLIC else inside).port), timeout=5)

    with (
        patch.object(socket, "getaddrinfo", asked),
        patch("urllib3.util.connection.create_connection", arriving),
        patch("urllib3.util.Retry.sleep"),
    ):
        yield


def bar() -> Verdict:
    """Try every hostile address, and every redirect to one."""
    tally, urls = Tally("addresses"), hostile()
    tally.count(arrivals(urls) + redirected(), len(urls) + len(LOCATIONS))
    return tally.verdict(LEAST).against({"no_look": control(urls)})


def control(urls: list[str]) -> int:
    """How many calls to some of these arrive where nobody looks at the address."""
    with patch.object(Permitted, "admits", lambda *_: True):
        return arrivals(urls[::48])


def arrivals(urls: list[str]) -> int:
    """How many calls to these arrive at what is not public."""
    inside, outside = Listener(), Listener()
    with led(inside, outside):
        for url in urls:
            tried(url)
    outside.close()
    return inside.close()


def redirected() -> int:
    """How many calls arrive there by way of the public address, which leads on."""
    inside, reached = Listener(), 0
    for location in LOCATIONS:
        outside = Listener(f"HTTP/1.1 307 On\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n".encode())
        with led(inside, outside), patch("integrations.http.base_address", lambda _, url: url):
            tried("http://vendor.example")
        reached += outside.close()
    return inside.close() + (0 if reached else 1)


def tried(url: str) -> None:
    """Call a base address, whatever comes of it."""
    ours = Credentials({"Authorization": "Bearer canary"}, "")
    with (
        suppress(IntegrationError, UnicodeError, ValueError),
        Http("vendor", url, ours, connect_s=2, read_s=2) as http,
    ):
        http.get("things", Anything)
