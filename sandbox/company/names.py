"""The names that `data/names.toml` holds."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from random import Random


@dataclass(frozen=True, slots=True)
class Names:
    """Words to make names of; ``owners`` and ``sales`` are people of the company ``vendor`` itself."""

    vendor: str
    owners: tuple[str, ...]
    sales: tuple[str, ...]
    place_first: tuple[str, ...]
    place_second: tuple[str, ...]
    given: tuple[str, ...]
    family: tuple[str, ...]
    legal_form: Mapping[str, str]
    industry: Mapping[str, str]

    def firms(self, number: int, chance: Random) -> list[tuple[str, str]]:
        """Return as many different pairs of a place and a trade."""
        places = [first + second for first in self.place_first for second in self.place_second]
        return chance.sample([(place, trade) for place in places for trade in self.industry], number)

    def colleague(self, people: tuple[str, ...], chance: Random) -> str:
        """Return the address of one of the company's own people."""
        return f"{chance.choice(people)}@{self.vendor}"


def names() -> Names:
    """Read the names."""
    text = (Path(__file__).parent / "data" / "names.toml").read_text(encoding="utf-8")
    return Names(**tomllib.loads(text))
