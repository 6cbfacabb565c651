"""Colleagues: who is reached with what is meant for somebody, should that person be away or gone."""

from collections.abc import Mapping
from datetime import date
from typing import NamedTuple


class Absence(NamedTuple):
    """Days on which somebody is away, both included."""

    first: date
    last: date


class Found(NamedTuple):
    """Somebody as a chat knows them by their address: their id, and whether they have left."""

    id: str
    left: bool = False


class Colleague(NamedTuple):
    """Somebody who looks after accounts: where they are reached, and who stands in for them, by address."""

    reached_at: str = ""
    backup: str = ""
    away: tuple[Absence, ...] = ()
    left: bool = False

    def is_there(self, on: date) -> bool:
        """Tell whether they can be reached on a day."""
        absent = any(absence.first <= on <= absence.last for absence in self.away)
        return bool(self.reached_at) and not self.left and not absent


def addressees(owner: str, people: Mapping[str, Colleague], on: date) -> tuple[str, ...]:
    """Return where an owner is reached on a day, then who stands in for them, and for these; each once.

    Whoever is not there is left out, and their backup comes in their place. Nobody is found for an owner
    that ``people``, by address in small letters, does not know.
    """
    found: list[str] = []
    seen: set[str] = set()
    name = owner.lower()
    while name in people and name not in seen:
        seen.add(name)
        person = people[name]
        if person.is_there(on) and person.reached_at not in found:
            found.append(person.reached_at)
        name = person.backup.lower()
    return tuple(found)
