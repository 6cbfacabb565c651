"""Parts: what a figure comes to of one account, such that the parts of many can be added up.

So a book of any size is read once, a few accounts at a time, and any split of it costs the same.
"""

from array import array
from collections.abc import Mapping
from dataclasses import dataclass, field

from health.figures.reading import Aim, Scale, reading
from health.figures.share import Mean, Share, mean, share, total
from health.figures.spread import Spread, spread

Part = Share | Mean | int | tuple[float, ...]
"""A share, a mean or a number of one account, which are added up, or values, which are spread."""

Parts = Mapping[str, Part]
"""By what they are of; ``""`` where a figure has one part."""

Result = Share | Mean | int | Spread | Aim
"""What the parts of many accounts come to."""


@dataclass
class Sum:
    """Parts of many accounts added up as they come; only values that are to be spread are held."""

    shares: dict[str, Share] = field(default_factory=dict)
    means: dict[str, Mean] = field(default_factory=dict)
    numbers: dict[str, int] = field(default_factory=dict)
    values: dict[str, "array[float]"] = field(default_factory=dict)
    accounts: int = 0

    def add(self, parts: Parts) -> None:
        """Add what one account comes to."""
        self.accounts += 1
        for name, part in parts.items():
            if isinstance(part, Share):
                self.shares[name] = total([self.shares[name], part]) if name in self.shares else part
            elif isinstance(part, Mean):
                before = self.means.get(name, mean(0, 0))
                self.means[name] = mean(before.total + part.total, before.over + part.over)
            elif isinstance(part, int):
                self.numbers[name] = self.numbers.get(name, 0) + part
            else:
                self.values.setdefault(name, array("d")).extend(part)

    def result(self) -> Mapping[str, Result]:
        """Return the figure so far, by part."""
        spreads = {name: spread(values) for name, values in self.values.items()}
        return {**self.shares, **self.means, **self.numbers, **spreads}

    def read(self, scale: Scale, endings: tuple[str, ...] = ("",)) -> Mapping[str, Mapping[str, Share]]:
        """Return by part, of those with such an ending, how many of its values read each word of a scale."""
        read = {name: values for name, values in self.values.items() if name.endswith(endings)}
        found = {name: [reading(value, scale) for value in values] for name, values in read.items()}
        return {
            name: {step.word: share(words.count(step.word), len(words)) for step in sorted(scale)}
            for name, words in found.items()
            if words
        }


def over_accounts(parts: Parts) -> Mapping[str, tuple[float, ...]]:
    """Return parts as values of one account, so that a sum tells how a figure lies over accounts."""
    return {name: _values(part) for name, part in parts.items()}


def _values(part: Part) -> tuple[float, ...]:
    if isinstance(part, Share):
        return (part.pct,) if isinstance(part.pct, float) else ()
    if isinstance(part, Mean):
        return (part.mean,) if isinstance(part.mean, float) else ()
    return (float(part),) if isinstance(part, int) else part


def says_anything(parts: Parts) -> bool:
    """Say whether an account tells anything at all: a share or a mean of nothing does not."""
    return any(isinstance(part, int) or bool(_values(part)) for part in parts.values())
