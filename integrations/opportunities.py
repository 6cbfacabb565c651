"""Opportunities in a CRM, whatever it calls them: what one is to say, and what stands in its place there."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import NamedTuple

from health.nouns import Notice
from integrations import edits
from integrations.fields import Value, text
from integrations.roles import Clock
from integrations.states import Written, batches, before

TEMPLATE = "opportunity"
OPENED, OPEN, CLOSED, DELETED = (
    "opened_by_others",
    "open_already",
    "closed_by_a_person",
    "deleted_by_a_person",
)
"""Why an opportunity is not written: what stands in its place there."""
RENEWAL = "renewal"


class Wanted(NamedTuple):
    """A notice, the key and matter of its opportunity, and what that is to say, as text by field."""

    notice: Notice
    key: str
    matter: str
    values: Mapping[str, str]


class Names(NamedTuple):
    """What a CRM calls the fields of an opportunity that go together."""

    amount: str
    currency: str


def in_batches(ready: Sequence[Wanted], limit: int) -> Iterator[list[Wanted]]:
    """Split opportunities into batches of a size: of an account one of each matter."""
    return batches(ready, limit, lambda each: (each.notice.owner, each.matter))


def today(clock: Clock) -> date:
    """The day that it is: none closes before it."""
    return datetime.fromtimestamp(clock(), UTC).date()


def priced(amount_minor: Value, currency: str, only: str, names: Names) -> dict[str, str]:
    """What it is worth, and in which currency where a CRM has several: with ``only`` one no other is told."""
    is_told = bool(currency) and only in {"", currency}
    return {
        names.amount: text("amount_minor", amount_minor, currency) if is_told else "",
        **({names.currency: currency} if currency and not only else {}),
    }


def left(wanted: Wanted, written: Written, says: Mapping[str, str], names: Names) -> dict[str, str]:
    """What is left to be written: what it does not say, and no person has changed.

    An amount goes with its currency. Where nothing is known of what we wrote, all of it is theirs.
    """
    earlier = list(before(wanted.notice, written))
    if not earlier:
        return {}
    values, theirs = edits.left(wanted.values, earlier, says, wanted.notice.taken)
    spoilt = {names.amount} if any(each.field == names.currency for each in theirs) else set()
    return {name: value for name, value in values.items() if name not in spoilt}


def in_its_place(matter: str, opened: Iterable[str]) -> str:
    """Why none is made beside those that are open: by the keys that we gave them, if we did; or empty."""
    keys = set(opened)
    if "" in keys:
        return OPENED
    return OPEN if any(key.startswith(f"{matter}/") for key in keys) else ""
