"""Series: what an account's days of use come to, packed by the day; all of them, or what has changed."""

from array import array
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from operator import itemgetter
from typing import NamedTuple

import msgspec

from health.features import FEATURE_DAYS, FEATURES, Features, Floats, Series
from store.days import NEVER, Days, Span, series_since
from store.reading import Fact

_ALL_FEATURE_DAYS = (1 << FEATURE_DAYS) - 1
_metrics = msgspec.json.Decoder(dict[str, float])


class Use(NamedTuple):
    """An account's days of use, as its feature row tells of them."""

    span: Span = NEVER
    series: Series | None = None


def use(known: Days, account: int) -> Use:
    """Return the use of an account whose days are known, from first to last."""
    span = known.spans.get(account, NEVER)
    return Use(span, None if span.stated is None else _series(known, account, series_since(span.stated)))


# -- from the days ----------------------------------------------------------------------------------


def _series(known: Days, account: int, since: date) -> Series | None:
    """Return the daily values of the metrics that any fact states after a day, over the days they span.

    The days are the account's own, whatever other accounts were read with it.
    """
    rows = _in_order([row for row in known.usage.get(account, ()) if row[0] > since])
    counts = [
        each for each in known.validations.get(account, ()) if each[0] > since and each[1] in known.others
    ]
    days = [row[0] for row in rows]
    every = [*days, *(day for day, _, _ in counts)]
    if not every:
        return None
    start = min(every)
    length = (max(every) - start).days + 1
    values: dict[str, Floats] = {}
    offsets = [(day - start).days for day in days]
    maps = [_metrics.decode(row[3]) if row[3] else {} for row in rows] if known.others else []
    for name, stated in _stated(rows, maps, known):
        series = values[name] = _nothing(length)
        for offset, value in zip(offsets, stated, strict=True):
            if value is not None:
                series[offset] += value
    for day, name, value in counts:
        values.setdefault(name, _nothing(length))[(day - start).days] += value
    return _with_features(
        Series(start, values), _feature_days(maps, [length - 1 - offset for offset in offsets])
    )


def _nothing(days: int) -> Floats:
    return array("d", bytes(8 * days))


def _feature_days(maps: Sequence[Mapping[str, float]], ago: Sequence[int]) -> Mapping[str, int]:
    """Return the days each feature that is stated was used, as `Series` holds them."""
    found: dict[str, int] = defaultdict(int)
    for stated, back in zip(maps, ago, strict=False):
        if back < FEATURE_DAYS:
            for name, value in stated.items():
                if name.startswith(FEATURES):
                    found[name] |= (value > 0) << back
    return found


def _with_features(series: Series, days: Mapping[str, int]) -> Series:
    names = tuple(sorted(days))
    return Series(series.start, series.values, tuple(days[name] for name in names), names)


def _in_order(rows: Sequence[Fact]) -> Sequence[Fact]:
    """Return rows in the order of their keys where several share a day: so are fractions added up alike."""
    if len({row[0] for row in rows}) == len(rows):
        return rows
    return sorted(rows, key=itemgetter(1, 2, 0))


def _stated(
    rows: Sequence[Fact], maps: Sequence[Mapping[str, float]], known: Days
) -> Iterator[tuple[str, Sequence[float | None]]]:
    """Yield each metric that any row states, with every row's value of it."""
    if not rows:
        return
    _, _, _, _, *columns, _ = zip(*rows, strict=True)
    yield from _any(zip(known.columns, columns, strict=True))
    if known.others:
        there = set[str]().union(*maps)
        yield from _any((name, [each.get(name) for each in maps]) for name in known.others if name in there)


def _any(
    stated: Iterable[tuple[str, Sequence[float | None]]],
) -> Iterator[tuple[str, Sequence[float | None]]]:
    return ((name, values) for name, values in stated if values.count(None) < len(values))


# -- from what was known of them ---------------------------------------------------------------------


def renewed(old: Features, known: Days) -> Use | None:
    """Return the use of an account of which the days from ``known.since`` on are read anew.

    It is what reading all of its days would give. `None` where the row does not tell that: where the first
    day of the series leaves it, nobody knows whether the next one was stated; where nothing but zeros is left
    of a metric, nobody knows whether they were; a series without a metric has no end.
    """
    before, since, read = old.series, known.since, known.spans.get(old.account, NEVER)
    span = _span(old, read, since)
    if span is None or span.stated is None or before is None or not before.values or before.start >= since:
        return None
    if read.stated is None:
        return Use(span, before) if before.end < since else None
    window = series_since(span.stated)
    again = _series(known, old.account, window)
    series = _joined(before, again, window, known) if again is not None and again.values else None
    return None if series is None else Use(span, series)


def _span(old: Features, read: Span, since: date) -> Span | None:
    """Return the days between which use lies; `None` where a last day is not there any more."""
    first, last, stated = old.first_used_on, old.last_used_on, old.stated_on
    if stated is None or (stated >= since and (read.stated is None or read.stated < stated)):
        return None
    if last is not None and last >= since and read.last is None:
        return None
    used = first if first is not None and first < since else read.first
    return Span(used, read.last or last, read.stated or stated)


def _joined(old: Series, read: Series, window: date, known: Days) -> Series | None:
    """Return the days before ``known.since`` that a window still holds, with those that were read."""
    gone, stay = max(0, (window - old.start).days + 1), (known.since - old.start).days
    if stay <= gone:
        return read
    wanted = {*known.columns, *known.others}
    kept = {name: daily[gone:stay] for name, daily in old.values.items() if name in wanted}
    features = _features_joined(old, read, known.since)
    if features is None or any(name not in read.values and not any(daily) for name, daily in kept.items()):
        return None
    if gone and not any(daily[:1] != _nothing(1) for daily in kept.values()):
        return None
    start = old.start + timedelta(days=gone)
    length, at = (read.end - start).days + 1, (read.start - start).days
    values = {name: _nothing(length) for name in {**kept, **read.values}}
    for name, daily in kept.items():
        values[name][: len(daily)] = daily
    for name, daily in read.values.items():
        values[name][at:] = daily
    return _with_features(Series(start, values), features)


def _features_joined(old: Series, read: Series, since: date) -> Mapping[str, int] | None:
    """Return the days on which features were used; `None` where a row may have stated one, or not."""
    on, again = (old.end - since).days + 1, dict(zip(read.features, read.feature_days, strict=True))
    ahead = (read.end - old.end).days
    if ahead < 0:
        return None
    found = again
    for name, days in zip(old.features, old.feature_days, strict=True):
        left = ((days >> max(0, on)) << (max(0, on) + ahead)) & _ALL_FEATURE_DAYS
        if not left and name not in again:
            return None
        found[name] = left | again.get(name, 0)
    return found
