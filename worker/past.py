"""Past: every account as it was known at the start of a day gone by, and the fleet's pulse of that day.

Accounts come in chunks, and a day's feature rows wait in a file while the pulse is taken: memory holds a few
numbers of each account and no row.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from tempfile import TemporaryFile
from typing import IO

from health.calendars import Workdays
from health.drivers import levels, medians, subject
from health.features import Features, Pulse
from health.measures import trend
from health.policy import Policy
from health.pulse import fleet_sources, fleet_trends
from store import history
from store.database import Connection
from store.features import pack, unpack

_LENGTH_BYTES = 4


def known_then(  # noqa: PLR0917 - its callers have them all at hand
    connection: Connection,
    policy: Policy,
    workdays: Workdays,
    day: date,
    against_peers: Sequence[str] = (),
    most: int | None = None,
) -> tuple[Pulse, Iterator[Features]]:
    """Return the fleet's pulse as of a day, and the feature rows of the accounts as they were then.

    ``against_peers`` are the drivers that the pulse tells the medians of. Of ``most`` accounts at most.
    """
    then = history.moment(connection, day)
    fresh = Pulse(freshness=history.freshness(connection, then))
    waiting = TemporaryFile()  # noqa: SIM115 - closed when its rows are read
    trends, told = [], []
    for ids in history.chunks(connection, most):
        for row in history.rows_at(connection, ids, policy.metrics, then):
            _write(waiting, row)
            trends.append((trend(row, day, policy, fresh, workdays), row.sources))
            if against_peers:
                told.append(levels(against_peers, subject(row, day, policy, fresh, workdays)))
    least = policy.fleet_accounts_min
    pulse = replace(
        fresh,
        fleet_trends=fleet_trends((shares for shares, _ in trends), least),
        fleet_sources=fleet_sources(trends, fresh.freshness, least),
        peers=medians(against_peers, told, least),
    )
    return pulse, _read(waiting)


def _write(waiting: IO[bytes], row: Features) -> None:
    packed = pack(row)
    waiting.write(len(packed).to_bytes(_LENGTH_BYTES, "big") + packed)


def _read(waiting: IO[bytes]) -> Iterator[Features]:
    with waiting:
        waiting.seek(0)
        while length := waiting.read(_LENGTH_BYTES):
            yield unpack(waiting.read(int.from_bytes(length, "big")))
