"""Notices as texts in the channels of other chat services: at least once, each with its key."""

from collections.abc import Iterator, Sequence

from health.nouns import Notice, Receipt
from integrations.apprise.client import AppriseClient
from integrations.apprise.message import message
from integrations.apprise.settings import AppriseSettings
from integrations.budget import Budget, Unlimited
from integrations.channels import Channels
from integrations.vitals import Vitals


class AppriseDestination:
    """Posts to the channel whose name in the settings is a notice's owner.

    What it posted can be neither found nor changed (`integrations.channels`).
    """

    batch_size = 5
    keyed = False
    restates = True

    def __init__(self, settings: AppriseSettings, *, budget: Budget | None = None) -> None:
        """Open no connection yet."""
        self._settings = settings
        self._budget: Budget = budget or Unlimited()
        self._channels = Channels(settings.channels, self._opened, _said, settings.calls_per_minute)

    def _opened(self, channel: str) -> AppriseClient:
        address = self._settings.channels[channel]
        return AppriseClient(channel, address, self._settings.timeout_s, self._budget)

    @property
    def vitals(self) -> Vitals:
        """What the last answer told of the service."""
        return self._channels.vitals

    def close(self) -> None:
        """Close the connections."""
        self._channels.close()

    def check(self) -> None:
        """Raise `Misconfigured` with what to change, or `RetryLater`, unless each server answers.

        Whether a channel takes a message shows with the first one alone.
        """
        self._channels.check()

    def deliver(self, notices: Sequence[Notice]) -> Iterator[Receipt]:
        """Send in order, one receipt each. Raises `Misconfigured` as `Channels.deliver` does."""
        return self._channels.deliver(notices)


def _said(notice: Notice, channel: AppriseClient) -> str:
    return message(notice, channel.room)
