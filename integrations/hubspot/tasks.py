"""Messages: tasks at a company, one per key however often they are sent.

A task carries the key of the notice that made it in a property whose values are unique, so that HubSpot
itself refuses a second one. Whoever tries again reads by that key first. Later news of a thread changes
its task in place: what it says and how urgent it is, never whose it is or when it is due. Once all that it
is about is over it is completed; should that come again, it is opened again, unless a person completed it.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from html import escape
from typing import Literal

from msgspec import DecodeError, Struct, ValidationError
from msgspec.json import Decoder

from health.nouns import Notice
from integrations.errors import Rejected
from integrations.hubspot.answers import Object
from integrations.hubspot.client import HubSpotClient
from integrations.hubspot.properties import CLOSED, KEY
from integrations.hubspot.refusals import failed
from integrations.hubspot.writing import Change
from integrations.roles import Clock

PRIORITIES = {"low": "LOW", "normal": "MEDIUM", "high": "HIGH"}
TAKEN = frozenset({"conflict", "conflicting_unique_value"})
"""HubSpot's ways of saying that there is a task with this key."""
GONE = "object_not_found"
STATUS, NOT_STARTED, COMPLETED = "hs_task_status", "NOT_STARTED", "COMPLETED"
_STATE = (KEY.name, STATUS, CLOSED.name)
"""The properties that say whether a task is done, and by whom."""
NOON = time(12, tzinfo=UTC)
"""The same calendar day nearly everywhere."""


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
    """The tasks of one delivery; whom they can belong to is asked once, and only if need be."""

    def __init__(self, hubspot: HubSpotClient, clock: Clock) -> None:
        """Ask nothing yet."""
        self._hubspot = hubspot
        self._clock = clock
        self._owners: Mapping[str, str] | None = None

    def told(self, notice: Notice) -> str:
        """Make a notice's task or change its thread's; return the task's id. Raises what clients raise.

        What is done by now is never made: then it is the thread's own id, which may be none.
        """
        if not notice.owner:
            raise Rejected("not_linked", "hubspot: the notice names no company")
        task = _task(notice.body)
        there = self._by_id(notice.remote) if notice.remote else None
        if there and self._changed(there, task):
            return there.id
        if task.done:
            return notice.remote
        there = self._by_key(notice.key) if notice.attempt > 1 else None
        return self._kept(there, task) if there else self._made(notice, task)

    def _made(self, notice: Notice, task: Task) -> str:
        try:
            return self._hubspot.create_task(self._new(notice.key, task), notice.owner).id
        except Rejected as error:
            there = self._by_key(notice.key) if error.reason in TAKEN else None
            if there is None:
                raise
        return self._kept(there, task)

    def _kept(self, there: Object, task: Task) -> str:
        self._changed(there, task)
        return there.id

    def _by_id(self, task_id: str) -> Object | None:
        """The task with an id; `None` if somebody deleted it."""
        return next(iter(self._hubspot.read("tasks", (task_id,), _STATE).results), None)

    def _by_key(self, key: str) -> Object | None:
        """The task with a key; `None` if there is none."""
        return next(iter(self._hubspot.by_key("tasks", KEY.name, (key,), _STATE).results), None)

    def _changed(self, there: Object, task: Task) -> bool:
        """Say what a task says now; false if somebody deleted it. What a person completed is not ended."""
        completed = there.properties.get(STATUS) == COMPLETED
        if task.done and completed:
            return True
        properties = _words(task)
        if task.done:
            properties |= {STATUS: COMPLETED, CLOSED.name: "true"}
        elif there.properties.get(CLOSED.name) == "true":
            properties |= {CLOSED.name: "false", **({STATUS: NOT_STARTED} if completed else {})}
        change = Change(id=there.id, properties=properties, object_write_trace_id=there.id)
        try:
            answer = self._hubspot.change("tasks", (change,))
        except Rejected as error:
            if error.reason != GONE:
                raise
            return False
        if answer.results:
            return True
        return _gone(*map(failed, answer.errors))

    def _new(self, key: str, task: Task) -> dict[str, str]:
        owner = self._owner_id(task.owner)
        return {
            KEY.name: key,
            "hs_timestamp": self._due(task.due_on),
            STATUS: NOT_STARTED,
            "hs_task_type": "TODO",
            **_words(task),
            **({"hubspot_owner_id": owner} if owner else {}),
        }

    def _due(self, due_on: date | None) -> str:
        """When a task is due, in milliseconds since 1970: HubSpot must know. Now, if nobody says."""
        noon = datetime.combine(due_on, NOON) if due_on else None
        return str(round((noon.timestamp() if noon else self._clock()) * 1000))

    def _owner_id(self, address: str) -> str:
        """The owner with an address; nobody, if HubSpot knows none."""
        if not address:
            return ""
        if self._owners is None:
            self._owners = {email: owner for owner, email in self._hubspot.owner_addresses().items()}
        return self._owners.get(address.lower(), "")


def _task(body: bytes) -> Task:
    try:
        return _TASKS.decode(body)
    except (DecodeError, ValidationError):
        failure = Rejected("body_unreadable", "the body is not a rendered task")
    raise failure


def _words(task: Task) -> dict[str, str]:
    """What a task says. HubSpot shows its body as HTML: text of customers stays text."""
    return {
        "hs_task_subject": task.subject,
        "hs_task_body": escape(task.text.strip()).replace("\n", "<br>"),
        "hs_task_priority": PRIORITIES[task.priority],
    }


def _gone(*errors: Exception) -> bool:
    for error in errors:
        if not (isinstance(error, Rejected) and error.reason == GONE):
            raise error
    return False
