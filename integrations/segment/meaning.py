"""What one event adds to the metrics of its account's day."""

from collections import defaultdict
from collections.abc import Iterator, Mapping

from integrations.happenings import CORE, COUNTED, FEATURE, Happening, Happenings
from integrations.segment.settings import SegmentSettings

CONSUMPTION = "consumption"
Properties = Mapping[str, object]


class Meaning:
    """What events mean, by their names, as the settings say."""

    def __init__(self, settings: SegmentSettings) -> None:
        """Sort the metrics by the events that they count."""
        self._ignored = frozenset(settings.ignored_events)
        self._consumption = settings.consumption
        self._by_event: dict[str, list[tuple[Happening, str]]] = defaultdict(list)
        named = dict(_metrics(settings))
        for metric, happenings in named.items():
            for happening in happenings:
                self._by_event[happening.event].append((happening, metric))
        self.metrics = ("events", *named, *((CONSUMPTION,) if settings.consumption else ()))
        """Every metric that a day states."""

    def of(self, event: str, properties: Properties) -> tuple[tuple[str, float], ...]:
        """Return the metrics that an event adds to, and how much; nothing where it is no use of the product.

        An event that is one metric's in two ways counts once.
        """
        if event in self._ignored:
            return ()
        met = (metric for happening, metric in self._by_event.get(event, ()) if _is(happening, properties))
        counted = [("events", 1.0), *((metric, 1.0) for metric in dict.fromkeys(met))]
        if amount := self._consumed(properties):
            counted.append((CONSUMPTION, amount))
        return tuple(counted)

    def _consumed(self, properties: Properties) -> float:
        """Return what an event says that was consumed; what is no number of 0 or more is nothing."""
        value = properties.get(self._consumption) if self._consumption else None
        if isinstance(value, bool) or not isinstance(value, int | float):
            return 0.0
        return float(value) if 0 <= value < float("inf") else 0.0


def _metrics(settings: SegmentSettings) -> Iterator[tuple[str, Happenings]]:
    for name in COUNTED:
        if happenings := getattr(settings, name):
            yield name, happenings
    for prefix, named in ((FEATURE, settings.features), (CORE, settings.core)):
        yield from ((prefix + name, named[name]) for name in sorted(named))


def _is(happening: Happening, properties: Properties) -> bool:
    if not happening.property:
        return True
    value = properties.get(happening.property)
    shown = str(value).lower() if isinstance(value, bool) else "" if value is None else str(value)
    return shown == happening.value
