"""Edits: fields of ours that say something else than what we wrote, so that a person changed them."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import NamedTuple

from health.nouns import Edit


class Left(NamedTuple):
    """What is left to be written to a record, and what of it people have changed, which is left alone."""

    values: Mapping[str, str]
    edits: tuple[Edit, ...]


def left(
    wanted: Mapping[str, str],
    ours: Sequence[Mapping[str, str]],
    there: Mapping[str, str | None],
    taken: Collection[str],
) -> Left:
    """What a record does not say yet, and no person has changed; the rest as `edited`."""
    edits = tuple(edited(wanted, ours, there, taken))
    theirs = {each.field for each in edits}
    values = {
        name: value
        for name, value in wanted.items()
        if name not in theirs and not same(there.get(name) or "", value)
    }
    return Left(values, edits)


def edited(
    wanted: Mapping[str, str],
    ours: Sequence[Mapping[str, str]],
    there: Mapping[str, str | None],
    taken: Collection[str],
) -> Iterator[Edit]:
    """Yield the fields, of those that are to be written, that a person changed.

    ``ours`` is what we wrote last, and may have written since. What says already what is wanted, what we
    never wrote, and what was given back is ours to write.
    """
    for name, value in wanted.items():
        said = [each[name] for each in ours if name in each]
        theirs = there.get(name) or ""
        if name in taken or not said or any(same(theirs, each) for each in (value, *said)):
            continue
        yield Edit(name, value, theirs)


def same(one: str, other: str) -> bool:
    """Whether two values are one to a CRM, which keeps numbers and ends of lines in ways of its own."""
    if one.split() == other.split():
        return True
    try:
        return Decimal(one) == Decimal(other)
    except InvalidOperation:
        return False
