"""Messages: tasks at an account, one per key however often they are sent.

A task carries the key of the notice that made it in an external id, by which Salesforce makes it or finds
it again. Who tries again asks for it first, because later news of a thread changes what a task says and how
urgent it is, and never whose it is or when it is due. Once all that it is about is over it is completed;
should that come again, it is opened again, unless a person completed it.
"""

from datetime import UTC, date, datetime
from typing import Literal

from msgspec import DecodeError, Struct, ValidationError
from msgspec.json import Decoder

from health.nouns import Notice
from integrations.errors import Rejected
from integrations.roles import Clock
from integrations.salesforce.answers import Row
from integrations.salesforce.client import SalesforceClient
from integrations.salesforce.fields import CLOSED, KEY
from integrations.salesforce.refusals import NO_SUCH_RECORD, failed
from integrations.salesforce.soql import quoted
from integrations.salesforce.states import check_record

PRIORITIES = {"low": "Low", "normal": "Normal", "high": "High"}
SUBJECT_LIMIT, TEXT_LIMIT = 255, 32_000
"""The most characters that Salesforce keeps of a task's subject and text."""
STATUS = "Status"
_STATE = ("IsClosed", CLOSED.name)
"""The fields that say whether a task is done, and by whom."""
Words = dict[str, str | int | float | bool | None]


class Task(Struct, frozen=True):
    """A rendered task. ``owner`` is the address of whose task it is, or empty."""

    subject: str
    text: str
    priority: Literal["low", "normal", "high"] = "normal"
    due_on: date | None = None
    owner: str = ""
    done: bool = False


_TASKS = Decoder(Task)


class Tasks:
    """The tasks of one delivery; whose an address is, and what the org calls done, is asked if need be."""

    def __init__(self, salesforce: SalesforceClient, clock: Clock) -> None:
        """Ask nothing yet."""
        self._salesforce = salesforce
        self._clock = clock
        self._users: dict[str, str] = {}
        self._statuses: dict[str, str] = {}

    def told(self, notice: Notice) -> str:
        """Make a notice's task or change its thread's; return the task's id. Raises what clients raise.

        What is done by now is never made: then it is the thread's own id, which may be none.
        """
        check_record(notice)
        task = _task(notice.body)
        if notice.remote and self._changed(notice.remote, task):
            return notice.remote
        if task.done:
            return notice.remote
        there = self._there(notice.key) if notice.attempt > 1 else ""
        if there and self._changed(there, task):
            return there
        [saved] = self._salesforce.keep("Task", KEY.name, [self._new(notice, task)])
        if not saved.success:
            raise failed(saved.errors)
        return saved.id or there

    def _there(self, key: str) -> str:
        """The id of the task with a key; empty if there is none."""
        asked = f"SELECT Id FROM Task WHERE {KEY.name} = {quoted(key)} LIMIT 1"  # noqa: S608 - SOQL, quoted
        return self._first(asked)

    def _changed(self, task_id: str, task: Task) -> bool:
        """Say what a task says now; false if somebody deleted it. What a person completed is not ended."""
        [there] = self._salesforce.read("Task", [task_id], _STATE)
        if there is None:
            return False
        if task.done and there.get("IsClosed") is True:
            return True
        changes = _words(task) | self._state(there, task)
        [saved] = self._salesforce.change("Task", [{"id": task_id, **changes}])
        error = None if saved.success else failed(saved.errors)
        if error and error.reason != NO_SUCH_RECORD:
            raise error
        return error is None

    def _state(self, there: Row, task: Task) -> Words:
        """What becomes of whether a task is done: it is opened again only if it was we who completed it."""
        if task.done:
            return {STATUS: self._status("IsClosed"), CLOSED.name: True}
        if there.get(CLOSED.name) is not True:
            return {}
        opened = {STATUS: self._status("IsDefault")} if there.get("IsClosed") is True else {}
        return {CLOSED.name: False, **opened}

    def _new(self, notice: Notice, task: Task) -> Words:
        today = datetime.fromtimestamp(self._clock(), UTC).date()
        owner = self._user(task.owner)
        return {
            KEY.name: notice.key,
            "WhatId": notice.owner,
            "ActivityDate": (task.due_on or today).isoformat(),
            **_words(task),
            **({"OwnerId": owner} if owner else {}),
        }

    def _user(self, address: str) -> str:
        """The user with an address; nobody, if Salesforce knows none who is there."""
        if address and address not in self._users:
            asked = f"SELECT Id FROM User WHERE IsActive = true AND Email = {quoted(address)} LIMIT 1"  # noqa: S608 - as above
            self._users[address] = self._first(asked)
        return self._users.get(address, "")

    def _status(self, mark: str) -> str:
        """What the org calls the first status of a mark: an admin may have given them other names."""
        if mark not in self._statuses:
            asked = f"SELECT ApiName FROM TaskStatus WHERE {mark} = true ORDER BY SortOrder LIMIT 1"  # noqa: S608 - a name of ours
            self._statuses[mark] = self._first(asked, "ApiName")
        return self._statuses[mark]

    def _first(self, asked: str, field: str = "Id") -> str:
        rows = self._salesforce.queried(asked).records
        return str(rows[0].get(field) or "") if rows else ""


def _task(body: bytes) -> Task:
    try:
        return _TASKS.decode(body)
    except (DecodeError, ValidationError):
        failure = Rejected("body_unreadable", "the body is not a rendered task")
    raise failure


def _words(task: Task) -> Words:
    """What a task says. Salesforce shows it as the text that it is."""
    return {
        "Subject": task.subject[:SUBJECT_LIMIT],
        "Description": task.text.strip()[:TEXT_LIMIT],
        "Priority": PRIORITIES[task.priority],
    }
