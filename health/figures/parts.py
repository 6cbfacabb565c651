"""Parts: what a figure comes to of one account, such that the parts of many can be added up.

So a book of any size is read once, a few accounts at a time, and any split of it costs the same.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from health.figures.share import Share, total
from health.figures.spread import Spread, spread

Part = Share | int | tuple[float, ...]
"""A share or a number of one account, which are added up, or values, which are spread."""

Parts = Mapping[str, Part]
"""By what they are of; ``""`` where a figure has one part."""


@dataclass
class Sum:
    """Parts of many accounts added up as they come; only values that are to be spread are held."""

    shares: dict[str, Share] = field(default_factory=dict)
    numbers: dict[str, int] = field(default_factory=dict)
    values: dict[str, list[float]] = field(default_factory=dict)

    def add(self, parts: Parts) -> None:
        """Add what one account comes to."""
        for name, part in parts.items():
            if isinstance(part, Share):
                self.shares[name] = total([self.shares[name], part]) if name in self.shares else part
            elif isinstance(part, int):
                self.numbers[name] = self.numbers.get(name, 0) + part
            else:
                self.values.setdefault(name, []).extend(part)

    def result(self) -> Mapping[str, Share | int | Spread]:
        """Return the figure so far, by part."""
        spreads = {name: spread(values) for name, values in self.values.items()}
        return {**self.shares, **self.numbers, **spreads}


def over_accounts(parts: Parts) -> Parts:
    """Return parts as values of one account, so that a sum tells how a figure lies over accounts."""
    return {name: _values(part) for name, part in parts.items()}


def _values(part: Part) -> tuple[float, ...]:
    if isinstance(part, Share):
        return (part.pct,) if isinstance(part.pct, float) else ()
    return (float(part),) if isinstance(part, int) else part
