"""Salesforce as a sales person sees it."""

from collections.abc import Mapping
from datetime import UTC, datetime
from urllib.parse import urlsplit

from sandbox.crm import Company, Task, by_day, by_weight
from sandbox.salesforce.book import Row, SalesforceBook

PREFIX, SUFFIX = "Seatsignal_", "__c"
CALLED: Mapping[str, str] = {"renewal": "renewal_on", "act_by": "anchor_on"}
"""Fields that are called otherwise than on the page."""


def accounts(book: SalesforceBook) -> list[Company]:
    """Every account, the most pressing first."""
    opened = [task.get("WhatId") for task in book.seen("Task") if not task.get("IsClosed")]
    return by_weight([_account(book, each, opened.count(each["Id"])) for each in book.seen("Account")])


def _account(book: SalesforceBook, each: Row, open_tasks: int) -> Company:
    said = {_name(name): _text(value) for name, value in each.items() if name.startswith(PREFIX)}
    site = str(each.get("Website") or "")
    return Company(
        each["Id"],
        each.get("Name") or f"Account {each['Id']}",
        urlsplit(site if "//" in site else f"//{site}").hostname or "",
        _owner(book, each),
        {name: value for name, value in said.items() if value},
        open_tasks,
    )


def tasks(book: SalesforceBook, at: str) -> list[Task]:
    """An account's tasks, those to be done first, by the day they are due."""
    return by_day([_task(book, each) for each in book.seen("Task") if each.get("WhatId") == at])


def _task(book: SalesforceBook, each: Row) -> Task:
    day = each.get("ActivityDate") or each["CreatedDate"][:10]
    return Task(
        subject=each.get("Subject") or "(no subject)",
        text=each.get("Description") or "",
        priority=str(each.get("Priority") or "none").lower(),
        done=bool(each.get("IsClosed")),
        due=datetime.fromisoformat(day).replace(tzinfo=UTC),
        owner=_owner(book, each),
    )


def _name(field: str) -> str:
    name = field.removeprefix(PREFIX).removesuffix(SUFFIX).lower()
    return CALLED.get(name, name)


def _text(value: object) -> str:
    """A value as text; empty where there is none."""
    match value:
        case None:
            return ""
        case bool():
            return str(value).lower()
        case float() if value.is_integer():
            return f"{value:.0f}"
        case _:
            return f"{value}"


def _owner(book: SalesforceBook, each: Row) -> str:
    """The name or address of the user whose it is; nobody's is empty."""
    owner = book.rows["User"].get(each.get("OwnerId") or "", {})
    return str(owner.get("Name") or owner.get("Email") or "")
