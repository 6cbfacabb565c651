"""What is counted per account and day, as expressions of HogQL.

Whatever people typed goes into a query as a value under a name; only property names, which the settings
restrict to letters, digits, ``_`` and ``$``, are part of its text.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from integrations.happenings import CORE, COUNTED, FEATURE, Happening, Happenings
from integrations.posthog.settings import PostHogSettings


class Measure(NamedTuple):
    """A metric's name in our records, and how PostHog counts it over a person's events of a day."""

    name: str
    expression: str


class Values:
    """The values of a query, each under a name of its own."""

    def __init__(self) -> None:
        """Hold none yet."""
        self.named: dict[str, str] = {}

    def placed(self, value: str) -> str:
        """Where a value goes in the text."""
        name = f"v{len(self.named)}"
        self.named[name] = value
        return f"{{{name}}}"


def measures(settings: PostHogSettings, values: Values) -> tuple[Measure, ...]:
    """All metrics that the settings ask for; their values are added to ``values``."""
    return tuple(_measures(settings, values))


def _measures(settings: PostHogSettings, values: Values) -> Iterator[Measure]:
    yield Measure("events", "count()")
    for name in COUNTED:
        if getattr(settings, name):
            yield _counted(name, getattr(settings, name), values)
    if settings.consumption:
        amount = f"toFloat({_text(settings.consumption)})"
        yield Measure("consumption", f"sum(ifNull({amount}, 0))")
    for prefix, named in ((FEATURE, settings.features), (CORE, settings.core)):
        for name in sorted(named):
            yield _counted(prefix + name, named[name], values)


def _counted(name: str, happenings: Happenings, values: Values) -> Measure:
    conditions = " OR ".join(_condition(happening, values) for happening in happenings)
    return Measure(name, f"countIf({conditions})")


def _condition(happening: Happening, values: Values) -> str:
    event = f"event = {values.placed(happening.event)}"
    if not happening.property:
        return event
    return f"({event} AND {_text(happening.property)} = {values.placed(happening.value)})"


def _text(name: str) -> str:
    """An event property as text, whatever type PostHog has found for it."""
    return f"toString(properties.{name})"


def not_ignored(events: Iterable[str], values: Values) -> str:
    """The condition that leaves events out; empty without any."""
    places = ", ".join(values.placed(event) for event in events)
    return f" AND event NOT IN ({places})" if places else ""
