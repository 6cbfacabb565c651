"""Reading a listing page by page, newest first, to its end and never in circles."""

from collections.abc import Callable, Iterator
from typing import TypeVar

from integrations.errors import Rejected, RetryLater
from integrations.http import Query
from integrations.stripe.answers import Listing, Reply
from integrations.stripe.client import GONE

R = TypeVar("R", bound=Reply)
Ask = Callable[[Query], Listing[R]]
"""Asks for the part of a listing that a query names."""


def pages(ask: Ask[R], after: str = "", after_s: int = 0) -> Iterator[Listing[R]]:
    """Yield the pages behind the row ``after``, made at ``after_s``, or all of them without one.

    Raises:
        RetryLater: ``repeated_page``, or ``unexpected_answer`` for an empty page that is not the last one.
    """
    met = {after}
    while True:
        page = _behind(ask, after, after_s)
        if page.has_more and not page.data:
            raise RetryLater("unexpected_answer", "stripe: a page that is not the last one is empty")
        if not met.isdisjoint(row.id for row in page.data):
            raise RetryLater("repeated_page", "stripe: the same page came again")
        yield page
        if not page.has_more:
            return
        last = page.data[-1]
        after, after_s = last.id, last.created or 0
        met.add(after)


def _behind(ask: Ask[R], after: str, after_s: int) -> Listing[R]:
    """Return the page behind a row; by its time where that row has left the listing meanwhile.

    Stripe knows no row as a cursor that was deleted, or that the filter does not fit any more.
    """
    if not after:
        return ask({})
    try:
        return ask({"starting_after": after})
    except Rejected as error:
        if error.reason not in GONE or not after_s:
            raise
    return ask({"created[lte]": after_s})
