"""Series: what an account's days of use come to, packed by the day; all of them, or what has changed."""

from array import array
from collections import defaultdict
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import date, timedelta
from operator import itemgetter
from types import MappingProxyType
from typing import NamedTuple

import msgspec

from health.features import FEATURE_DAYS, FEATURES, Features, Floats, Series
from store.days import NEVER, DailyCount, Days, Span, series_since
from store.reading import Fact

_ALL_FEATURE_DAYS = (1 << FEATURE_DAYS) - 1
_NOTHING: Mapping[str, float] = MappingProxyType({})
_metrics = msgspec.json.Decoder(dict[str, float])


class Use(NamedTuple):
    """An account's days of use, as its feature row tells of them."""

    span: Span = NEVER
    series: Series | None = None


def use(known: Days, account: int) -> Use:
    """Return the use of an account whose days are known, from first to last."""
    span = known.spans.get(account, NEVER)
    if span.stated is None:
        return Use(span)
    read = _read(known, account, series_since(span.stated))
    return Use(span, _added(read, read.start, {}, {}, known) if read else None)


def renewed(old: Features, known: Days) -> Use | None:
    """Return the use of an account of which the days from ``known.since`` on are read anew.

    It is what reading all of its days would give. `None` where the row does not tell that: where the first
    day of the series leaves it, nobody knows whether the next one was stated; where nothing but zeros is left
    of a metric, nobody knows whether they were; a series without a metric has no end.
    """
    before, since, stated = old.series, known.since, known.spans.get(old.account, NEVER)
    span = _span(old, stated, since)
    if span is None or span.stated is None or before is None or not before.values or before.start >= since:
        return None
    if stated.stated is None:
        return Use(span, before) if before.end < since else None
    window = series_since(span.stated)
    read = _read(known, old.account, window)
    series = None if read is None else _joined(before, read, window, known)
    return None if series is None else Use(span, series)


class _Read(NamedTuple):
    """The days of use of an account that were read, and the first and the last of them.

    ``rows`` are its usage, with the map of others beside each, ``counts`` its validations.
    """

    start: date
    end: date
    rows: Sequence[tuple[Fact, Mapping[str, float]]]
    counts: Sequence[DailyCount]


def _read(known: Days, account: int, since: date) -> _Read | None:
    """Return the days after one, if there are any that count: the account's own, whoever was read with it."""
    rows = _in_order([row for row in known.usage.get(account, ()) if row[0] > since])
    counts = [
        each for each in known.validations.get(account, ()) if each[0] > since and each[1] in known.others
    ]
    days = [each[0] for each in (*rows, *counts)]
    if not days:
        return None
    told = bool(known.others)
    maps = [(row, _metrics.decode(row[3]) if told and row[3] else _NOTHING) for row in rows]
    return _Read(min(days), max(days), maps, counts)


def _in_order(rows: Sequence[Fact]) -> Sequence[Fact]:
    """Return rows in the order of their keys where several share a day: so are fractions added up alike."""
    if len({row[0] for row in rows}) == len(rows):
        return rows
    return sorted(rows, key=itemgetter(1, 2, 0))


def _added(
    read: _Read, start: date, kept: Mapping[str, Floats], features: Mapping[str, int], known: Days
) -> Series:
    """Return a series from a day on: what was ``kept`` of it, and the days that were read.

    A metric is there if any of these states it. ``features`` are the days on which they were used.
    """
    length = (read.end - start).days + 1
    values = {name: daily + _zeros(length - len(daily)) for name, daily in kept.items()}
    for row, told in read.rows:
        at = (row[0] - start).days
        for name, value in zip(known.columns, row[4:-1], strict=True):
            if value is not None:
                (values.get(name) or values.setdefault(name, _zeros(length)))[at] += value
        for name in known.others if told else ():
            if (value := told.get(name)) is not None:
                (values.get(name) or values.setdefault(name, _zeros(length)))[at] += value
    for day, name, value in read.counts:
        (values.get(name) or values.setdefault(name, _zeros(length)))[(day - start).days] += value
    days = _with_features(read, features)
    names = tuple(sorted(days))
    return Series(start, values, tuple(days[name] for name in names), names)


def _zeros(days: int) -> Floats:
    return array("d", bytes(8 * days))


def _with_features(read: _Read, kept: Mapping[str, int]) -> Mapping[str, int]:
    """Return the days each feature that is stated was used, as `Series` holds them, by name."""
    found: dict[str, int] = defaultdict(int, kept)
    for row, told in read.rows:
        back = (read.end - row[0]).days
        if told and back < FEATURE_DAYS:
            for name, value in told.items():
                if name.startswith(FEATURES):
                    found[name] |= (value > 0) << back
    return found


# -- what was known before ---------------------------------------------------------------------------


def _span(old: Features, read: Span, since: date) -> Span | None:
    """Return the days between which use lies; `None` where a last day is not there any more."""
    first, last, stated = old.first_used_on, old.last_used_on, old.stated_on
    if stated is None or (stated >= since and (read.stated is None or read.stated < stated)):
        return None
    if last is not None and last >= since and read.last is None:
        return None
    used = first if first is not None and first < since else read.first
    return Span(used, read.last or last, read.stated or stated)


def _joined(old: Series, read: _Read, window: date, known: Days) -> Series | None:
    """Return the days before ``known.since`` that a window still holds, with those that were read."""
    gone, stay = max(0, (window - old.start).days + 1), (known.since - old.start).days
    if stay <= gone:
        return _added(read, read.start, {}, {}, known)
    wanted = {*known.columns, *known.others}
    kept = {name: daily[gone:stay] for name, daily in old.values.items() if name in wanted}
    if gone and not any(daily and daily[0] for daily in kept.values()):
        return None
    features = _features_kept(old, read.end, known.since) if old.features else {}
    if features is None:
        return None
    silent = {name for name, daily in kept.items() if not any(daily)}
    unused = {name for name, days in features.items() if not days}
    if (silent or unused) and not _all_stated(silent, unused, read, known):
        return None
    return _added(read, old.start + timedelta(days=gone), kept, features, known)


def _all_stated(metrics: AbstractSet[str], features: AbstractSet[str], read: _Read, known: Days) -> bool:
    """Say whether the days that were read state all of some metrics, and of some features of late."""
    told = {name for _, name, _ in read.counts}
    of_late = set[str]()
    for row, stated in read.rows:
        told.update(stated)
        told.update(name for name, value in zip(known.columns, row[4:-1], strict=True) if value is not None)
        if (read.end - row[0]).days < FEATURE_DAYS:
            of_late.update(stated)
    return metrics <= told and features <= of_late


def _features_kept(old: Series, end: date, since: date) -> Mapping[str, int] | None:
    """Return the days before one on which features were used, as seen from the end of a later series.

    `None` if it ends earlier: what lay before the first of these days is not known.
    """
    anew, ahead = max(0, (old.end - since).days + 1), (end - old.end).days
    if ahead < 0:
        return None
    return {
        name: ((days >> anew) << (anew + ahead)) & _ALL_FEATURE_DAYS
        for name, days in zip(old.features, old.feature_days, strict=True)
    }
