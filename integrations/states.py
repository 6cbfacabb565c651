"""What every CRM does alike with what it is owed, whatever its API looks like."""

from collections.abc import Callable, Collection, Hashable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import TypeVar

from msgspec import DecodeError, Struct, ValidationError
from msgspec.json import Decoder

from health.nouns import Notice, Receipt
from integrations.errors import IntegrationError, Rejected, RetryLater
from integrations.fields import Value

T = TypeVar("T")
Written = Callable[[Mapping[str, Value]], Mapping[str, str]]
"""Words a state's fields as a CRM takes them, by its own names."""


class _Body(Struct, frozen=True):
    """A rendered record: its fields, as a vendor's ``written`` takes them."""

    fields: dict[str, Value]


_BODIES = Decoder(_Body)


def fields(body: bytes) -> Mapping[str, Value]:
    """Return the fields of a rendered record. Raises `Rejected`."""
    try:
        return _BODIES.decode(body).fields
    except (DecodeError, ValidationError):
        failure = Rejected("body_unreadable", "the body is not a rendered record")
    raise failure


def before(notice: Notice, written: Written) -> Iterator[Mapping[str, str]]:
    """Yield what we wrote, or may have; what can no longer be read is nothing to go by."""
    for body in notice.before:
        with suppress(Rejected):
            yield written(fields(body))


def batches(ready: Sequence[T], limit: int, about: Callable[[T], Hashable]) -> Iterator[list[T]]:
    """Split what is ready, in the order given, into batches of a size that are about the same thing once."""
    batch: dict[Hashable, T] = {}
    for each in ready:
        if len(batch) == limit or about(each) in batch:
            yield list(batch.values())
            batch = {}
        batch[about(each)] = each
    if batch:
        yield list(batch.values())


def receipts_or_later(notices: Sequence[Notice], receipts: Iterator[Receipt]) -> Iterator[Receipt]:
    """Yield receipts as they come, and put off the notices that have none once `RetryLater` is raised."""
    waiting = {notice.key: notice for notice in notices}
    try:
        for receipt in receipts:
            del waiting[receipt.key]
            yield receipt
    except RetryLater as error:
        yield from (refused(notice, error) for notice in waiting.values())


def told(notice: Notice, tell: Callable[[Notice], str], holds_for_all: Collection[str]) -> Receipt:
    """Return the receipt of a message, told by itself. Raises what holds for all, and `Misconfigured`."""
    try:
        return Receipt(notice.key, "sent", remote=tell(notice))
    except RetryLater as error:
        if error.reason in holds_for_all:
            raise
        return refused(notice, error)
    except Rejected as error:
        return refused(notice, error)


def refused(notice: Notice, error: IntegrationError) -> Receipt:
    """Return the receipt of a notice that was not taken: for now, or for good."""
    if isinstance(error, RetryLater):
        return Receipt(notice.key, "retry", error.reason, after_s=error.after_s)
    return Receipt(notice.key, "rejected", error.reason)
