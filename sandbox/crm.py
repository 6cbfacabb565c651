"""A CRM as a sales person sees it, whichever it is: companies with the verdict, and what there is to do."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import NamedTuple

from sandbox.ledger import Effect, Ledger

BANDS = {"at_risk": "At risk", "watch": "Watch", "healthy": "Healthy", "unknown": "Unknown"}
UPSELL = "upsell"
MOST_CHANGES = 8
NOTHING = "\N{EN DASH}"


class Company(NamedTuple):
    """A company, what our fields say of it (by their names without prefix), and its open tasks."""

    id: str
    name: str
    domain: str
    owner: str
    said: Mapping[str, str]
    open_tasks: int

    @property
    def band(self) -> str:
        """The health band; empty where nothing was written yet."""
        return self.said.get("band", "")

    @property
    def grows(self) -> bool:
        """Whether there is room to grow."""
        return self.said.get("expansion") == "true"

    @property
    def room(self) -> str:
        """What there is room for: seats, or whatever the evidence names."""
        match self.said.get("suggested_seats"):
            case None:
                return "beyond seats"
            case "1":
                return "1 seat"
            case _:
                return f"{self.number('suggested_seats')} seats"

    @property
    def weight(self) -> float:
        """How far up the list it belongs."""
        return float(self.said.get("priority", "-1"))

    def lines(self, name: str) -> list[str]:
        """A field of several lines."""
        return self.said.get(name, "").splitlines()

    def number(self, name: str, unit: str = "") -> str:
        """A figure as people read it; a dash where there is none."""
        return f"{float(self.said[name]):,.0f}{unit}" if name in self.said else NOTHING

    def money(self, name: str) -> str:
        """An amount with its currency."""
        figure = self.number(name)
        return figure if figure == NOTHING else f"{figure} {self.said.get('currency', '')}".strip()

    def day(self, name: str) -> str:
        """A date as people read it."""
        found = self.said.get(name)
        return datetime.fromisoformat(found).strftime("%-d %b %Y") if found else NOTHING


class Task(NamedTuple):
    """A task, as its owner reads it."""

    subject: str
    text: str
    priority: str
    done: bool
    due: datetime
    owner: str


class Shelf(NamedTuple):
    """What one CRM holds: what it is called, under which path it is shown, and how its book is read."""

    label: str
    path: str
    companies: Callable[[], list[Company]]
    tasks: Callable[[str], list[Task]]

    def company(self, id: str) -> Company | None:  # noqa: A002 - the field's word
        """One company, if it is there."""
        return next((each for each in self.companies() if each.id == id), None)


def by_weight(found: list[Company]) -> list[Company]:
    """Companies, the most pressing first."""
    return sorted(found, key=lambda each: (-each.weight, each.name, each.id))


def by_day(found: list[Task]) -> list[Task]:
    """Tasks, those to be done first, by the day they are due."""
    return sorted(found, key=lambda task: (task.done, task.due))


def changes(ledger: Ledger, at: str) -> Iterator[Effect]:
    """Yield what people saw change at a company, the latest first."""
    seen = [effect for effect in ledger.effects(system="crm") if effect.account == at]
    yield from seen[: -MOST_CHANGES - 1 : -1]
