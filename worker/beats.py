"""Beats: what the accounts of a sample add to the pulse, measured once while nothing of them changes."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from typing import NamedTuple

from health.features import Freshness
from health.policy import Policy
from health.pulse import Beat


class Basis(NamedTuple):
    """What beats rest on beside the facts of their accounts."""

    as_of: date
    policy: Policy
    freshness: Mapping[str, Freshness]


class Measured(NamedTuple):
    """A beat, and the count of changes of facts that it was measured at."""

    at: int
    beat: Beat


class Beats:
    """The beats of the sample that was measured last, in this process."""

    def __init__(self) -> None:
        """Begin with none."""
        self._of: tuple[Basis | None, Mapping[int, Measured]] = (None, {})

    def still(self, basis: Basis, chosen: Iterable[tuple[int, int]]) -> dict[int, Measured]:
        """Return by account the beats that are as they were, of accounts with their counts of changes."""
        before, measured = self._of
        if before is None or not _same(before, basis):
            return {}
        return {
            account: found
            for account, count in chosen
            if (found := measured.get(account)) is not None and found.at == count
        }

    def keep(self, basis: Basis, measured: Mapping[int, Measured]) -> None:
        """Keep the beats of a sample in place of those before; of two threads one does it last."""
        self._of = (basis, measured)

    @contextmanager
    def while_it_lasts(self) -> Iterator[None]:
        """Forget all if a unit of work fails: what was never committed may be counted anew of other facts."""
        try:
            yield
        except BaseException:
            self._of = (None, {})
            raise


def _same(one: Basis, other: Basis) -> bool:
    """Say whether beats that rest on one are those that rest on the other; a policy is read once."""
    return (one.as_of, one.freshness) == (other.as_of, other.freshness) and one.policy is other.policy
