"""Channels of a service that knows no keys: what is owed to each is posted in turn, at least once.

Each channel has an address of its own, so that what a person must mend is of one channel, and not of all.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from threading import Lock
from time import monotonic, sleep
from typing import Any, Generic, Protocol, TypeVar

from health.nouns import Notice, Receipt
from integrations.errors import Misconfigured, Rejected, RetryLater
from integrations.turns import again, in_turn
from integrations.vitals import Vitals

M_contra = TypeVar("M_contra", contravariant=True)
"""What a service takes: a card, a text."""

MINUTE_S, DAY_S = 60.0, 86_400.0
KEY_LIMIT, KEY_HEAD = 200, 80
"""The characters that are shown of a key, and those of them before the gap of a longer one."""
LATER_S = 300.0
"""When a channel is tried again that needs a person, once operators were told."""
_clock = monotonic
_rest = sleep


class Turns:
    """Spreads one worker's messages over the second; those of all workers share the budget of a minute."""

    def __init__(self, calls_per_minute: float) -> None:
        """Begin with the first at once."""
        self._every_s = MINUTE_S / calls_per_minute
        self._next_s = 0.0
        self._lock = Lock()

    def wait(self) -> None:
        """Wait for the next one."""
        with self._lock:
            now = _clock()
            at = max(now, self._next_s)
            self._next_s = at + self._every_s
        _rest(at - now)


class Told:
    """Of which channels people were told today that they need one."""

    def __init__(self) -> None:
        """Begin with none."""
        self._at_s: dict[str, float] = {}
        self._lock = Lock()

    def is_news(self, channel: str) -> bool:
        """Tell whether nobody was told today that a channel needs a person; from now on they were."""
        with self._lock:
            now = _clock()
            is_news = now - self._at_s.get(channel, -DAY_S) >= DAY_S
            if is_news:
                self._at_s[channel] = now
            return is_news

    def well(self, channel: str) -> None:
        """Forget what was told of a channel: it takes messages again."""
        self._at_s.pop(channel, None)


class Channel(Protocol[M_contra]):
    """The client of one channel."""

    @property
    def vitals(self) -> Vitals:
        """What the last answer told."""

    def reach(self) -> None:
        """Raise unless the server answers; nothing is posted."""

    def post(self, said: M_contra, /) -> None:
        """Show a message, anew each time this is called. Raises the three errors."""

    def close(self) -> None:
        """Close the connections."""


C = TypeVar("C", bound=Channel[Any])


class Channels(Generic[C]):
    """The channels of a service, by the names that notices call their owner, each opened as it is needed.

    What was posted can be neither found nor changed: what may have arrived is sent again, and says so.
    ``Receipt.remote`` is the key of the thread's first message, which later ones name.
    """

    def __init__(
        self,
        names: Collection[str],
        opened: Callable[[str], C],
        said: Callable[[Notice, C], object],
        calls_per_minute: float,
    ) -> None:
        """Open none yet. What is ``said`` of a notice may go by the channel."""
        self.vitals = Vitals()
        self._names = names
        self._opened = opened
        self._said = said
        self._clients: dict[str, C] = {}
        self._lock = Lock()
        self._turns = Turns(calls_per_minute)
        self._told = Told()

    def close(self) -> None:
        """Close the connections."""
        for client in self._clients.values():
            client.close()

    def check(self) -> None:
        """Raise `Misconfigured` with what to change, or `RetryLater`, unless each server answers."""
        for name in self._names:
            client = self.client(name)
            client.reach()
            self.vitals = client.vitals

    def deliver(self, notices: Sequence[Notice]) -> Iterator[Receipt]:
        """Send in order, one receipt each; a wish to wait holds for the rest of them too.

        Raises:
            Misconfigured: the notice at hand and those after it were not sent. Once a day for each channel:
                that is how people are told. Then what is owed to it waits, and the other channels go on.
        """
        yield from in_turn(notices, self._receipt)

    def _receipt(self, notice: Notice) -> Receipt:
        try:
            self._post(notice)
        except RetryLater as error:
            return again(notice, error.reason, error.after_s)
        except Rejected as error:
            return Receipt(notice.key, "rejected", error.reason)
        except Misconfigured as error:
            if self._told.is_news(notice.owner):
                raise
            return again(notice, error.reason, LATER_S)
        self._told.well(notice.owner)
        return Receipt(notice.key, "sent", remote=notice.remote or notice.key)

    def _post(self, notice: Notice) -> None:
        if notice.owner not in self._names:
            raise Rejected("no_channel", "the notice names none of the channels that are set")
        client = self.client(notice.owner)
        said = self._said(notice, client)
        self._turns.wait()
        try:
            client.post(said)
        finally:
            self.vitals = client.vitals

    def client(self, name: str) -> C:
        """Return the one client of a channel, whichever thread asks first. Raises `Misconfigured`."""
        with self._lock:
            if name not in self._clients:
                self._clients[name] = self._opened(name)
            return self._clients[name]


def foot(notice: Notice, what: str, inert: Callable[[str], str]) -> Iterator[str]:
    """Yield which notice it is, which it follows, and that it may have come before: nobody can look that up.

    ``what`` people call a message; ``inert`` keeps a key from acting: it may hold a customer's own words.
    """
    yield f"Key {inert(_ends(notice.key))}"
    if notice.remote:
        yield f"Follows the {what} with the key {inert(_ends(notice.remote))}"
    if notice.attempt > 1:
        yield f"Sent again: if a {what} with this key is here already, this is the same."


def _ends(key: str) -> str:
    """A key as it can be read; of a long one its two ends."""
    return key if len(key) <= KEY_LIMIT else f"{key[:KEY_HEAD]}…{key[KEY_HEAD + 1 - KEY_LIMIT :]}"
