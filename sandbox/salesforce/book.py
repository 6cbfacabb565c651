"""What Salesforce holds of the rehearsed company. Each change that people see is an effect in the ledger."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec

from sandbox.clock import Clock
from sandbox.config import Config
from sandbox.ledger import Action, Ledger
from sandbox.salesforce.schema import Field, Kind, Schema

KEYS = {"Task": "Seatsignal_Key__c", "Opportunity": "Seatsignal_Opportunity_Key__c"}
AT = {"Task": "WhatId", "Opportunity": "AccountId"}
"""Where a record says which account it is at."""
CALLED = {"Task": "Subject", "Opportunity": "Name"}
MOST_TOLD = 60
"""Characters of a value that an effect quotes."""
FIRST_ID = 900_000
APP_USER = "005000000000000099"
"""Whom the app acts as."""
PREFIXES = {
    "Task": "00T",
    "Opportunity": "006",
    "ListView": "00B",
    "PermissionSet": "0PS",
    "FieldPermissions": "01k",
    "PermissionSetAssignment": "0Pa",
}
Row = dict[str, Any]
LONG_AGO = "2025-01-01T00:00:00.000+0000"
STATUSES = ("Not Started", "In Progress", "Completed", "Waiting on someone else", "Deferred")
"""Of tasks in every org: the first is the default, the third is closed. An org may rename them."""


class Content(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A book: records by type in Salesforce's own shapes, and the fields that somebody made."""

    records: dict[Kind, tuple[Row, ...]] = {}
    fields: dict[Kind, tuple[Field, ...]] = {}


_CONTENT = msgspec.json.Decoder(Content)


class SalesforceBook:
    """Everything that the stand-in knows."""

    def __init__(self, clock: Clock, ledger: Ledger, config: Config) -> None:
        """Start with nothing."""
        self._clock = clock
        self._ledger = ledger
        self.config = config.salesforce
        self.clear()

    def load(self, content: bytes) -> None:
        """Hold what a JSON document says, instead of what was held."""
        given = _CONTENT.decode(content)
        self.clear()
        for kind, fields in given.fields.items():
            self.schema.fields[kind] |= {field.name: field for field in fields}
        for kind, rows in given.records.items():
            unknown = {name for row in rows for name in row} - self.schema.fields[kind].keys()
            if unknown:
                raise msgspec.ValidationError(f"{kind}: there are no fields {', '.join(sorted(unknown))}")
            self.rows[kind] = {row["Id"]: row for row in rows}

    def clear(self) -> None:
        """Hold nothing but the fields that every org has."""
        self.schema = Schema()
        self.rows: dict[Kind, dict[str, Row]] = {kind: {} for kind in self.schema.fields}
        self.rows["TaskStatus"] = {each["Id"]: each for each in map(_status, range(len(STATUSES)))}
        self.tokens: set[str] = set()
        self.locators: dict[str, list[Row]] = {}
        self.calls = 0
        self._next_id = FIRST_ID

    def now(self) -> str:
        """The instant it is, as Salesforce writes it."""
        at = datetime.fromtimestamp(self._clock.now_s(), UTC)
        return f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03}+0000"

    def seen(self, kind: Kind, *, deleted: bool = False) -> Iterator[Row]:
        """Yield the records that there are by now, those in the recycle bin too if ``deleted``."""
        for row in self.rows[kind].values():
            if row["SystemModstamp"] <= self.now() and (deleted or not row.get("IsDeleted")):
                yield row

    def says(self, kind: Kind, row: Row) -> Callable[[str], Any]:
        """What a record says under a name, or what the record says that it looks up."""

        def said(path: str) -> Any:  # noqa: ANN401 - any JSON
            name, _, rest = path.partition(".")
            if not rest:
                return bool(row.get(name)) if name == "IsDeleted" else row.get(name)
            return (self.looked_up(kind, row, name) or {}).get(rest)

        return said

    def looked_up(self, _kind: Kind, row: Row, name: str) -> Row | None:
        """The user that a record looks up under a name."""
        field = f"{name.removesuffix('__r')}__c" if name.endswith("__r") else f"{name}Id"
        return self.rows["User"].get(row.get(field, ""))

    # -- writing ---------------------------------------------------------------------------------------

    def change(self, kind: Kind, row: Row, values: Mapping[str, Any]) -> None:
        """Write values; saying again what is said already shows nobody anything."""
        changed = {name: value for name, value in values.items() if row.get(name) != value}
        if not changed:
            return
        told = ", ".join(_told(name, row.get(name), value) for name, value in changed.items())
        row |= changed | {"SystemModstamp": self.now()}
        self._staged(kind, row)
        self._record("write" if kind == "Account" else "update", kind, row, told)

    def create(self, kind: Kind, values: Mapping[str, Any]) -> Row:
        """Make a record."""
        now = self.now()
        self._next_id += 1
        made: Row = {
            "Id": f"{PREFIXES[kind]}{self._next_id:015}",
            "CreatedDate": now,
            "SystemModstamp": now,
            **values,
        }
        self.rows[kind][made["Id"]] = made
        if kind == "Task":
            made.setdefault(
                "Status", next(each for each in self.statuses() if each.get("IsDefault"))["ApiName"]
            )
        if kind in CALLED:
            self._staged(kind, made)
            self._record("post", kind, made, str(values.get(CALLED[kind], "")))
        return made

    def statuses(self) -> list[Row]:
        """What tasks may say of how far they are."""
        return list(self.rows["TaskStatus"].values())

    def _staged(self, kind: Kind, row: Row) -> None:
        """Say of an opportunity or task what its stage or status says; a stage that is none is open."""
        if kind == "Opportunity":
            row |= _marks(self.rows["OpportunityStage"].values(), row.get("StageName"), "IsClosed", "IsWon")
        if kind == "Task":
            row |= _marks(self.statuses(), row.get("Status"), "IsClosed")

    def permit(self) -> None:
        """Show the app's user the fields of the permission sets that it has been given."""
        given = self.rows["PermissionSetAssignment"].values()
        sets = {each["PermissionSetId"] for each in given if each["AssigneeId"] == APP_USER}
        for right in self.rows["FieldPermissions"].values():
            if right["ParentId"] in sets and right["PermissionsRead"] and right["PermissionsEdit"]:
                self.schema.show(right["SobjectType"], right["Field"].partition(".")[2])

    def _record(self, action: Action, kind: Kind, row: Row, text: str) -> None:
        account = row["Id"] if kind == "Account" else str(row.get(AT[kind], ""))
        there = self.rows["Account"].get(account, {})
        self._ledger.record(
            system="crm",
            action=action,
            key=f"account:{account}" if kind == "Account" else str(row.get(KEYS[kind]) or row["Id"]),
            account=account,
            channel_or_to=str(there.get("Name", account)),
            text=text,
        )


def _marks(stages: Iterable[Row], said: object, *marks: str) -> Row:
    found = next((each for each in stages if each.get("ApiName") == said), {})
    return {name: bool(found.get(name)) for name in marks}


def _status(at: int) -> Row:
    said = {"ApiName": STATUSES[at], "MasterLabel": STATUSES[at], "SortOrder": at + 1}
    marks = {"IsDefault": at == 0, "IsClosed": STATUSES[at] == "Completed"}
    return {"Id": f"01J{at:015}", "CreatedDate": LONG_AGO, "SystemModstamp": LONG_AGO, **said, **marks}


def _told(name: str, before: Any, after: Any) -> str:  # noqa: ANN401 - any JSON
    """What became of a value, in few words."""
    short = name.removeprefix("Seatsignal_").removesuffix("__c")
    old, new = (" ".join(f"{value or ''}".split())[:MOST_TOLD] for value in (before, after))
    return f"{short} {old} → {new or 'nothing'}" if old else f"{short} {new}"
