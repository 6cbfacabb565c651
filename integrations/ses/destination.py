"""Notices as mails through Amazon SES, each handed over at most once."""

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime

from health.nouns import Notice, Receipt
from integrations.budget import Budget
from integrations.errors import Rejected, RetryLater
from integrations.http import NEVER_SENT
from integrations.letter import digest
from integrations.mime import Mime, Sender, mime
from integrations.ses.client import SesClient
from integrations.ses.settings import SesSettings
from integrations.turns import again, in_turn
from integrations.vitals import Vitals

HOLDS_FOR_ALL = NEVER_SENT | {"daily_limit"}

NOT_TAKEN = HOLDS_FOR_ALL | {"service_unavailable", "status_408", "status_425", "status_503"}
"""Reasons to come back by which SES does not have the mail. By any other it may have it."""

TOO_LARGE = "answer_too_large"
"""The one refusal that is ours, of an answer: SES may have the mail."""


def _now() -> datetime:
    return datetime.now(UTC)


class SesDestination:
    """Sends to the address that is a notice's owner. ``Receipt.remote`` is SES's id of the mail.

    SES knows no idempotency keys and cannot be asked for a mail: one whose fate is unknown stays so, and is
    never sent again by itself.
    """

    batch_size = 20
    keyed = False

    def __init__(
        self, settings: SesSettings, *, budget: Budget | None = None, clock: Callable[[], datetime] = _now
    ) -> None:
        """Open no connection yet. ``clock`` gives an instant with a zone, for the signature and the Date."""
        self._sender = Sender(settings.sender_name, settings.sender)
        self._clock = clock
        self._ses = SesClient(settings, clock, budget)

    @property
    def vitals(self) -> Vitals:
        """What the last answer told of SES."""
        return self._ses.vitals

    def close(self) -> None:
        """Close the connections."""
        self._ses.close()

    def check(self) -> None:
        """Raise `Misconfigured` with what to change, or `RetryLater`, unless the account may send."""
        self._ses.check()

    def deliver(self, notices: Sequence[Notice]) -> Iterator[Receipt]:
        """Send in order, one receipt each; SES's wish to wait holds for the rest of them too.

        Raises:
            Misconfigured: the notice at hand and those after it were not sent.
        """
        yield from in_turn(notices, self._receipt, HOLDS_FOR_ALL)

    def _receipt(self, notice: Notice) -> Receipt:
        try:
            return self._sent(notice, mime(notice, self._sender, self._clock()))
        except Rejected as error:
            return Receipt(notice.key, "rejected", error.reason)

    def _sent(self, notice: Notice, mail: Mime) -> Receipt:
        try:
            return Receipt(notice.key, "sent", remote=self._ses.send(mail, digest(notice.key)))
        except RetryLater as error:
            if error.reason in NOT_TAKEN:
                return again(notice, error.reason, error.after_s)
            reason = error.reason
        except Rejected as error:
            if error.reason != TOO_LARGE:
                raise
            reason = error.reason
        return Receipt(notice.key, "unknown", reason)
