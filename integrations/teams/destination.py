"""Notices as cards in Teams: at least once, each with its key."""

from collections.abc import Iterator, Sequence
from threading import Lock

from health.nouns import Notice, Receipt
from integrations.budget import Budget, Unlimited
from integrations.channels import LATER_S, Told, Turns
from integrations.errors import Misconfigured, Rejected, RetryLater
from integrations.teams.client import TeamsClient
from integrations.teams.message import message
from integrations.teams.settings import TeamsSettings
from integrations.turns import again, in_turn
from integrations.vitals import Vitals


class TeamsDestination:
    """Posts to the channel whose name in the settings is a notice's owner.

    A workflow knows no keys, and what it posted can be neither found nor changed: what may have arrived is
    sent again, and says so. ``Receipt.remote`` is the key of the thread's first card, which later ones name.
    """

    batch_size = 5
    keyed = False
    restates = True

    def __init__(self, settings: TeamsSettings, *, budget: Budget | None = None) -> None:
        """Open no connection yet."""
        self._settings = settings
        self._budget: Budget = budget or Unlimited()
        self._clients: dict[str, TeamsClient] = {}
        self._vitals = Vitals()
        self._lock = Lock()
        self._turns = Turns(settings.calls_per_minute)
        self._told = Told()

    @property
    def vitals(self) -> Vitals:
        """What the last answer told of Teams."""
        return self._vitals

    def close(self) -> None:
        """Close the connections."""
        for client in self._clients.values():
            client.close()

    def check(self) -> None:
        """Raise `Misconfigured` with what to change, or `RetryLater`, unless each server answers.

        Whether a workflow takes a card shows with the first one alone.
        """
        for channel in self._settings.channels:
            self._client(channel).reach()
            self._vitals = self._client(channel).vitals

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
        if notice.owner not in self._settings.channels:
            raise Rejected("no_channel", "teams: the notice names no channel of SEATSIGNAL_TEAMS_CHANNELS")
        said, client = message(notice), self._client(notice.owner)
        self._turns.wait()
        try:
            client.post(said)
        finally:
            self._vitals = client.vitals

    def _client(self, channel: str) -> TeamsClient:
        """The one client of a channel, whichever thread asks first. Raises `Misconfigured`."""
        with self._lock:
            if channel not in self._clients:
                address, timeout_s = self._settings.channels[channel], self._settings.timeout_s
                self._clients[channel] = TeamsClient(channel, address, timeout_s, self._budget)
            return self._clients[channel]
