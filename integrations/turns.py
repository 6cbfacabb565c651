"""Notices one by one: a receipt for each as soon as it is known, until something holds for all of them."""

from collections.abc import Callable, Iterator, Sequence
from collections.abc import Set as AbstractSet

from health.nouns import Notice, Receipt
from integrations.http import NEVER_SENT


def in_turn(
    notices: Sequence[Notice], send: Callable[[Notice], Receipt], hold: AbstractSet[str] = NEVER_SENT
) -> Iterator[Receipt]:
    """Send in order and yield one receipt each; a reason of ``hold`` holds for the rest of them too.

    Whatever ``send`` raises ends it: the notice at hand and those after it were not sent.
    """
    waiting = iter(notices)
    for notice in waiting:
        receipt = send(notice)
        yield receipt
        if receipt.reason in hold:
            yield from (again(later, receipt.reason, receipt.after_s) for later in waiting)


def again(notice: Notice, reason: str, after_s: float) -> Receipt:
    """Return the receipt of what is to be tried again, ``after_s`` seconds later at the earliest."""
    return Receipt(notice.key, "retry", reason, after_s=after_s)
