"""The metric catalogue: what every figure and every measure means, in the words of `config/catalogue/`.

One entry a name: a **figure** of the book has the function that computes it (`health.figures`), a **measure**
of an account is one that rules may name (`health.rules.NUMBERS`). docs/catalogue.md is made from it.
"""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from config.files import SHIPPED, ConfigError, nearest, read
from health.figures.reading import Scale, Step
from health.rules import NUMBERS

FOLDER = SHIPPED / "catalogue"
FAMILIES = (
    "licences",
    "utilisation",
    "use",
    "adoption",
    "activation",
    "validations",
    "capacity",
    "consumption",
    "revenue",
    "renewals",
    "service",
    "surveys",
    "cohorts",
)
"""The files of the catalogue, in the order people read them."""

Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=3)]
Owner = Literal["billing", "csm", "licensing", "manager", "operator", "product", "sales", "support"]
Input = Annotated[str, StringConstraints(pattern=r"^[a-z_]+\.[a-z_0-9]+(:[a-z_*]+)?$")]


class BandEntry(BaseModel):
    """From ``at`` on, and up to the next, a value reads ``word``."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    at: float
    word: Words


class NextStepEntry(BaseModel):
    """What to do about a kind of failure, and who is to do it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    to_do: Words
    recipient: Words


class Example(BaseModel):
    """A worked example: what is given, by parameter of the function or kind of fact, and what that gives.

    Where ``gives`` is a mapping it may leave out what the example is not about.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    given: dict[str, Any]
    gives: Any


class Entry(BaseModel):
    """What one figure or measure means, how it is read, and what to do about it.

    ``worse`` is the end at which an account is worse off, `None` where neither is. ``no_value`` says why a
    figure cannot come to anything for the book as it stands.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: Words
    definition: Words
    tells: Words
    formula: Words
    unit: str = Field(min_length=1)
    owner: Owner
    inputs: tuple[Input, ...] = Field(min_length=1)
    trend: Words
    bands: dict[str, tuple[BandEntry, ...]] = {}
    target: Words
    questions: tuple[Words, ...] = Field(min_length=1, max_length=4)
    actions: tuple[Words, ...] = Field(min_length=1, max_length=4)
    chart: Words
    tools: tuple[Words, ...] = Field(min_length=1)
    pitfalls: tuple[Words, ...] = Field(min_length=1, max_length=4)
    connects: tuple[str, ...] = Field(min_length=1)
    changes: Words
    next_steps: dict[str, NextStepEntry] = {}
    worse: Literal["low", "high"] | None = None
    no_value: Words | None = None
    function: Annotated[str, StringConstraints(pattern=r"^health\.figures\.[a-z_]+:[a-z_]+$")] | None = None
    example: Example


class Family(BaseModel):
    """A file of the catalogue: its title, what its entries have in common, and the entries by name."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: Words
    about: Words
    entries: dict[str, Entry] = Field(min_length=1)


def scales(entry: Entry) -> Mapping[str, Scale]:
    """Return the words in which a figure or a measure is read, by scale."""
    return {name: [Step(band.at, band.word) for band in bands] for name, bands in entry.bands.items()}


Catalogue = Mapping[str, Family]
"""By the name of the family, in order."""


@cache
def load_metrics(folder: Path = FOLDER) -> Catalogue:
    """Return the catalogue. Raises `config.files.ConfigError` with everything that is wrong with it."""
    problems: list[str] = []
    found: dict[str, Family] = {}
    for name in FAMILIES:
        try:
            found[name] = read(Family, folder / f"{name}.yaml")
        except ConfigError as error:
            problems += error.problems
    problems += _across(found) if not problems else []
    if problems:
        raise ConfigError(problems)
    return found


def entries(catalogue: Catalogue) -> dict[str, Entry]:
    """Return every entry by name."""
    return {name: entry for family in catalogue.values() for name, entry in family.entries.items()}


def _across(catalogue: Catalogue) -> list[str]:
    """Return what is wrong between the files: a name twice, a link to nowhere, neither figure nor measure."""
    names = [name for family in catalogue.values() for name in family.entries]
    twice = {name for name in names if names.count(name) > 1}
    problems = [f"{name}: has two entries" for name in sorted(twice)]
    for family, known in catalogue.items():
        for name, entry in known.entries.items():
            problems += [f"{family}.yaml: {name}: {problem}" for problem in _wrong(name, entry, names)]
    return problems


def _wrong(name: str, entry: Entry, names: list[str]) -> list[str]:
    links = [
        f"connects to {other}, which has no entry{nearest(other, names)}"
        for other in entry.connects
        if other not in names
    ]
    if name in entry.connects:
        links.append("connects to itself")
    if entry.function is None and name not in NUMBERS:
        links.append(f"is no measure, so it needs its function{nearest(name, NUMBERS)}")
    if entry.function is not None and name in NUMBERS:
        links.append("is a measure, which has no function of its own")
    return links
