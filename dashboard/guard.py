"""The guard at the door: how often a password may be tried, by whom, from where, and in all."""

from collections.abc import Mapping
from hashlib import sha256
from hmac import new
from typing import NamedTuple

from config.errors import Actionable
from store import attempts
from store.attempts import Tried
from store.database import Connection
from store.installation import secret

FREE_TRIES, FIRST_WAIT_MS, LONGEST_WAIT_MS = 5, 30_000, 900_000
"""Of one address so many; then one has to wait, twice as long after each more."""
OF_A_HOST, OF_ALL = 100, 500
"""In a quarter of an hour. Behind a proxy all come from one host: whom it names, anybody could name."""
_ALL = "all"
WAIT = "Too many wrong passwords. Wait a few minutes, or ask whoever administers Seatsignal."


class Refused(Actionable):
    """Nobody is let in; the text says why, and nothing of who there is."""


class TooMany(Refused):
    """It was tried too often; nobody is let in before some seconds are over."""

    def __init__(self, wait_s: int) -> None:
        """Keep how long."""
        super().__init__(WAIT)
        self.wait_s = wait_s


class Guard(NamedTuple):
    """What is counted of one try: whose address and which host, by MACs that name neither."""

    whose: str
    host: str

    @classmethod
    def of(cls, connection: Connection, email: str, host: str) -> "Guard":
        """Return what is counted of a try for an address from a host."""
        key = secret(connection)
        return cls(f"address {_mac(key, email)}", f"host {_mac(key, host)}")

    def check(self, connection: Connection) -> None:
        """Raise `TooMany` where one has to wait."""
        wait_ms = self._wait_ms(attempts.tried(connection, [*self, _ALL]))
        if wait_ms > 0:
            raise TooMany(-(-wait_ms // 1000))

    def note(self, connection: Connection) -> None:
        """Count a try, as one in vain until it is not."""
        attempts.count(connection, [*self, _ALL])

    def let_in(self, connection: Connection) -> None:
        """Count the try no more."""
        attempts.succeeded(connection, [*self, _ALL])

    def _wait_ms(self, tried: Mapping[str, Tried]) -> int:
        waits = [0]
        if self.whose in tried:
            waits.append(_after(tried[self.whose]))
        for name, most in ((self.host, OF_A_HOST), (_ALL, OF_ALL)):
            if name in tried and tried[name].in_window >= most:
                waits.append(tried[name].left_ms)
        return max(waits)


def _after(tried: Tried) -> int:
    """Return for how long one has still to wait after tries in a row."""
    more = tried.in_a_row - FREE_TRIES
    return min(LONGEST_WAIT_MS, FIRST_WAIT_MS << min(more, 10)) - tried.since_ms if more >= 0 else 0


def _mac(key: bytes, text: str) -> str:
    return new(key, f"sign-in {text}".encode(), sha256).hexdigest()[:32]
