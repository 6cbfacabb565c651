"""The CRM as a sales person sees it: companies with the verdict beside them, and what there is to do."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from html import unescape
from typing import NamedTuple

from sandbox.hubspot.book import HubSpotBook
from sandbox.hubspot.shapes import Object
from sandbox.ledger import Effect, Ledger

PREFIX = "seatsignal_"
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


def companies(book: HubSpotBook) -> list[Company]:
    """Every company, the most pressing first."""
    opened = [at for task in book.seen("tasks") if not _done(task) for at in book.companies_of(task)]
    found = [_company(book, each, opened.count(each.id)) for each in book.seen("companies")]
    return sorted(found, key=lambda each: (-each.weight, each.name, each.id))


def company(book: HubSpotBook, id: str) -> Company | None:  # noqa: A002 - HubSpot's word
    """One company, if it is there."""
    return next((each for each in companies(book) if each.id == id), None)


def _company(book: HubSpotBook, each: Object, open_tasks: int) -> Company:
    values = each.properties
    said = {name.removeprefix(PREFIX): value for name, value in values.items() if name.startswith(PREFIX)}
    return Company(
        each.id,
        values.get("name", f"Company {each.id}"),
        values.get("domain", ""),
        _owner(book, values),
        said,
        open_tasks,
    )


def tasks(book: HubSpotBook, at: str) -> list[Task]:
    """A company's tasks, those to be done first, by the day they are due."""
    found = [_task(book, each) for each in book.seen("tasks") if at in book.companies_of(each)]
    return sorted(found, key=lambda task: (task.done, task.due))


def _task(book: HubSpotBook, each: Object) -> Task:
    values = each.properties
    return Task(
        subject=values.get("hs_task_subject", "(no subject)"),
        text=unescape(values.get("hs_task_body", "").replace("<br>", "\n")),
        priority=values.get("hs_task_priority", "NONE").lower(),
        done=_done(each),
        due=_instant(values["hs_timestamp"]),
        owner=_owner(book, values),
    )


def _done(task: Object) -> bool:
    return task.properties.get("hs_task_status") == "COMPLETED"


def _instant(value: str) -> datetime:
    if value.isdecimal():
        return datetime.fromtimestamp(int(value) / 1000, UTC)
    return datetime.fromisoformat(value)


def _owner(book: HubSpotBook, values: Mapping[str, str]) -> str:
    """The name of who it belongs to; nobody's is empty."""
    owner = book.owners.get(values.get("hubspot_owner_id", ""))
    if owner is None:
        return ""
    return f"{owner.first_name} {owner.last_name}".strip() or owner.email


def changes(ledger: Ledger, at: str) -> Iterator[Effect]:
    """What people saw change at a company, the latest first."""
    seen = [effect for effect in ledger.effects(system="crm") if effect.account == at]
    yield from seen[: -MOST_CHANGES - 1 : -1]
