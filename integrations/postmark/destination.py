"""Notices as mails through Postmark, each handed over at most once."""

from collections.abc import Iterator, Sequence

from health.nouns import Notice, Receipt
from integrations.budget import Budget
from integrations.errors import IntegrationError, Rejected, RetryLater
from integrations.http import NEVER_SENT
from integrations.letter import digest
from integrations.postmark.client import INACTIVE, PostmarkClient
from integrations.postmark.message import Email, email
from integrations.postmark.settings import PostmarkSettings
from integrations.turns import again, in_turn
from integrations.vitals import Vitals

NOT_TAKEN = NEVER_SENT | {"maintenance", "status_408", "status_425", "status_503"}
"""Reasons to come back by which Postmark does not have the mail. By any other it may have it."""

TOO_LARGE = "answer_too_large"
"""The one refusal that is ours, of an answer: Postmark may have the mail."""


class PostmarkDestination:
    """Sends to the address that is a notice's owner. ``Receipt.remote`` is Postmark's id of the mail.

    Postmark knows no idempotency keys. After an attempt of unknown fate it is asked for the mail: one that
    it has was sent. That it shows none proves nothing, since its search lags: the fate stays unknown.
    """

    batch_size = 20
    keyed = False

    def __init__(self, settings: PostmarkSettings, *, budget: Budget | None = None) -> None:
        """Open no connection yet."""
        self._settings = settings
        self._postmark = PostmarkClient(settings, budget)

    @property
    def vitals(self) -> Vitals:
        """What the last answer told of Postmark."""
        return self._postmark.vitals

    def close(self) -> None:
        """Close the connections."""
        self._postmark.close()

    def check(self) -> None:
        """Raise `Misconfigured` with what to change, or `RetryLater`, unless Postmark knows the token."""
        self._postmark.server()

    def deliver(self, notices: Sequence[Notice]) -> Iterator[Receipt]:
        """Send in order, one receipt each; Postmark's wish to wait holds for the rest of them too.

        Raises:
            Misconfigured: the notice at hand and those after it were not sent.
        """
        yield from in_turn(notices, self._receipt)

    def _receipt(self, notice: Notice) -> Receipt:
        try:
            return self._sent(notice, email(notice, self._settings))
        except Rejected as error:
            outcome = "suppressed" if error.reason == INACTIVE else "rejected"
            return Receipt(notice.key, outcome, error.reason)

    def _sent(self, notice: Notice, letter: Email) -> Receipt:
        try:
            return Receipt(notice.key, "sent", remote=self._postmark.send(letter))
        except RetryLater as error:
            if error.reason in NOT_TAKEN:
                return again(notice, error.reason, error.after_s)
            reason = error.reason
        except Rejected as error:
            if error.reason != TOO_LARGE:
                raise
            reason = error.reason
        remote = self._found(notice.key)
        return Receipt(notice.key, "sent" if remote else "unknown", "" if remote else reason, remote=remote)

    def _found(self, key: str) -> str:
        """Whatever keeps Postmark from being asked: the mail's fate is no clearer by it."""
        try:
            return self._postmark.find(digest(key))
        except IntegrationError:
            return ""
