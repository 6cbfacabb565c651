"""The past: the fleet's pulse and every account's feature row as they were at the start of a day.

Accounts come in chunks, and what is for later waits in a file: what is in memory does not grow with them.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from tempfile import TemporaryFile
from typing import NamedTuple

from health.calendars import Workdays
from health.features import Features, Pulse
from health.measures import beat
from health.policy import Policy
from health.pulse import Fleet
from store import history
from store.database import Connection
from store.features import pack, unpack

_LENGTH_BYTES = 4


class Waiting:
    """Packed values that wait in a file; they are read once, in the order they came."""

    def __init__(self) -> None:
        """Begin with none."""
        self._file = TemporaryFile()  # noqa: SIM115 - closed when its values are read

    def add(self, packed: bytes) -> None:
        """Put a value behind the others."""
        self._file.write(len(packed).to_bytes(_LENGTH_BYTES, "big") + packed)

    def close(self) -> None:
        """Forget them, whether they were read or not."""
        self._file.close()

    def __iter__(self) -> Iterator[bytes]:
        """Yield the values."""
        with self._file as file:
            file.seek(0)
            while length := file.read(_LENGTH_BYTES):
                yield file.read(int.from_bytes(length, "big"))


class Known(NamedTuple):
    """What was known on a day: the pulse as each policy takes it, and the rows of all accounts by their ids.

    ``backfilled`` names the sources that were read later.
    """

    pulses: Sequence[Pulse]
    rows: Iterator[Features]
    backfilled: frozenset[str]


def known(  # noqa: PLR0917 - its callers have them all at hand
    connection: Connection,
    policies: Sequence[Policy],
    workdays: Workdays,
    day: date,
    against_peers: Sequence[str] = (),
    most: int | None = None,
) -> Known:
    """Return what was known at the start of a day, for policies that read the same metrics.

    ``against_peers`` are the drivers that a pulse tells the middle of, beside those of its policy's model.
    Of ``most`` accounts at most.
    """
    then = history.moment(connection, day)
    fresh = Pulse(freshness=history.freshness(connection, then))
    waiting = Waiting()
    names = [(*against_peers, *policy.against_peers) for policy in policies]
    fleets = [Fleet(each) for each in names]
    for ids in history.chunks(connection, most):
        for row in history.rows_at(connection, ids, policies[0].metrics, then):
            waiting.add(pack(row))
            for policy, fleet, told in zip(policies, fleets, names, strict=True):
                fleet.hear(beat(row, day, policy, fresh, workdays, told))
    pulses = [
        fleet.pulse(fresh.freshness, policy.fleet_accounts_min, policy.rest_pct)
        for policy, fleet in zip(policies, fleets, strict=True)
    ]
    return Known(pulses, map(unpack, waiting), then.backfilled)
