"""What vendors called in, read: records as they are, and use that is told event by event."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import partial
from typing import NamedTuple

import structlog

from health.records import Record
from health.streams import Deed, Described, Member, Told, Unread
from integrations.errors import Rejected
from integrations.roles import Doorbell, Webhook
from store import streams
from store.database import Connection
from store.inbox import Call
from worker.deployment import Deployment

log = structlog.get_logger()


def _no_more(_connection: Connection) -> Sequence[Record]:
    return ()


@dataclass(frozen=True, slots=True)
class Heard:
    """What calls say: records, and how many rows could not be read.

    ``more`` gives the records that are only known in the unit of work that stores them; ``calls`` are the
    calls' ids, and ``size`` their bytes.
    """

    records: Sequence[Record] = ()
    rejects: int = 0
    more: Callable[[Connection], Sequence[Record]] = _no_more
    calls: Sequence[int] = ()
    size: int = 0


NOTHING = Heard()


class _Read(NamedTuple):
    """Of one call: records, and what it tells event by event."""

    records: list[Record]
    told: streams.Heard
    unread: Counter[str]


def heard(name: str, webhook: Webhook, calls: Sequence[Call]) -> Heard:
    """Return what some calls say. One that cannot be read is a reject, and so is an event of one."""
    if isinstance(webhook, Doorbell):
        records, rejects = webhook.read([call.body for call in calls])
        return Heard(records, rejects, calls=_ids(calls), size=_size(calls))
    read = [_read(webhook, call) for call in calls]
    unread = sum((each.unread for each in read), Counter[str]())
    told = [each.told for each in read if each.told.told]
    return Heard(
        [record for each in read for record in each.records],
        unread.total(),
        partial(_counted, name, told, unread) if told or unread else _no_more,
        _ids(calls),
        _size(calls),
    )


def _ids(calls: Sequence[Call]) -> Sequence[int]:
    return [call.id for call in calls]


def _size(calls: Sequence[Call]) -> int:
    return sum(len(call.body) for call in calls)


def _read(webhook: Webhook, call: Call) -> _Read:
    records: list[Record] = []
    told: list[Told] = []
    unread: Counter[str] = Counter()
    try:
        for each in webhook.parse(call.body):
            if isinstance(each, Unread):
                unread[each.reason] += 1
            elif isinstance(each, Deed | Member | Described):
                told.append(each)
            else:
                records.append(each)
    except Rejected as error:
        unread[error.reason] += 1
    on = datetime.fromtimestamp(call.received_ms / 1_000, UTC).date()
    return _Read(records, streams.Heard(told, on), unread)


def _counted(
    name: str, told: Sequence[streams.Heard], unread: Counter[str], connection: Connection
) -> Sequence[Record]:
    """Count what was told, and say in the log how much of it did not count, and why."""
    kept = streams.keep(connection, name, told)
    left_out = {reason: number for reason, number in sorted((kept.left_out + unread).items()) if number}
    if left_out:
        log.info("events_left_out", source=name, **left_out)
    return kept.records


def over(deployment: Deployment, name: str) -> Iterator[Heard]:
    """Yield, some accounts at a time, the days that are over of what was told event by event."""
    stream = deployment.stream(name)
    if stream is None:
        return
    ended = stream.last_day(deployment.clock())
    while (last := _last_waiting(deployment, name, ended)) is not None:
        yield Heard(more=partial(_days, name, last, stream.metrics))


def _days(name: str, last: date, metrics: Sequence[str], connection: Connection) -> Sequence[Record]:
    return streams.over(connection, name, last, metrics)


def _last_waiting(deployment: Deployment, name: str, ended: date) -> date | None:
    with deployment.database.read() as connection:
        last = streams.last_told(connection, name, ended)
        return last if last and streams.waits(connection, name, last) else None
