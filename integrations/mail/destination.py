"""Notices as mails, each handed over at most once."""

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from functools import partial

from health.nouns import Notice, Receipt
from integrations.budget import Budget, Unlimited
from integrations.errors import Rejected, RetryLater
from integrations.mail.message import mail
from integrations.mail.session import MailSession
from integrations.mail.settings import MailSettings
from integrations.turns import again, in_turn
from integrations.vitals import Vitals


def _now() -> datetime:
    return datetime.now(UTC)


class MailDestination:
    """Sends to the address that is a notice's owner. ``Receipt.remote`` is the mail's Message-ID.

    SMTP knows no keys: a mail whose fate is unknown is never sent again by itself.
    """

    batch_size = 20
    keyed = False

    def __init__(
        self, settings: MailSettings, *, budget: Budget | None = None, clock: Callable[[], datetime] = _now
    ) -> None:
        """Open no connection yet. ``clock`` gives an instant with a zone, for the Date header."""
        self._settings = settings
        self._budget: Budget = budget or Unlimited()
        self._clock = clock

    @property
    def vitals(self) -> Vitals:
        """SMTP tells neither its time nor its limits."""
        return Vitals()

    def close(self) -> None:
        """Nothing stays open between batches."""

    def check(self) -> None:
        """Sign in and leave. Raises `Misconfigured` with what to change, or `RetryLater`."""
        with MailSession(self._settings) as session:
            session.opened()

    def deliver(self, notices: Sequence[Notice]) -> Iterator[Receipt]:
        """Send in order over one connection, one receipt each.

        Raises:
            Misconfigured: the notice at hand and those after it were not sent.
        """
        with MailSession(self._settings) as session:
            yield from in_turn(notices, partial(self._receipt, session))

    def _receipt(self, session: MailSession, notice: Notice) -> Receipt:
        try:
            letter = mail(notice, self._settings, self._clock())
            wait_s = self._budget.take(1)
            if wait_s > 0:
                return again(notice, "budget", wait_s)
            sent = session.send(letter)
        except RetryLater as error:
            return again(notice, error.reason, error.after_s)
        except Rejected as error:
            return Receipt(notice.key, "rejected", error.reason)
        outcome, reason = ("sent", "") if sent else ("unknown", "no_answer_to_the_final_dot")
        return Receipt(notice.key, outcome, reason, remote=letter.message_id)
