"""HubSpot as a sales person sees it."""

from collections.abc import Mapping
from datetime import UTC, datetime
from html import unescape

from sandbox.crm import Company, Task, by_day, by_weight
from sandbox.hubspot.book import HubSpotBook
from sandbox.hubspot.shapes import Object

PREFIX = "seatsignal_"


def companies(book: HubSpotBook) -> list[Company]:
    """Every company, the most pressing first."""
    opened = [at for task in book.seen("tasks") if not _done(task) for at in book.companies_of(task)]
    return by_weight([_company(book, each, opened.count(each.id)) for each in book.seen("companies")])


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
    return by_day([_task(book, each) for each in book.seen("tasks") if at in book.companies_of(each)])


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
