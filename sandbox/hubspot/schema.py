"""Properties: those that every account has, those that people make, and the values that they take."""

import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from math import isfinite

from msgspec import convert
from msgspec.structs import replace

from sandbox.hubspot.errors import Problem, problem
from sandbox.hubspot.shapes import KINDS, Group, Kind, Option, Property

LONGEST_TEXT = 65_536
MOST_UNIQUE = 10
OBJECT_ID = "hs_object_id"
CREATED: Mapping[Kind, str] = {
    "companies": "createdate",
    "contacts": "createdate",
    "tasks": "hs_createdate",
    "deals": "createdate",
}
CHANGED: Mapping[Kind, str] = {
    "companies": "hs_lastmodifieddate",
    "contacts": "lastmodifieddate",
    "tasks": "hs_lastmodifieddate",
    "deals": "hs_lastmodifieddate",
}
BUILT_IN_GROUP: Mapping[Kind, str] = {
    "companies": "companyinformation",
    "contacts": "contactinformation",
    "tasks": "task",
    "deals": "dealinformation",
}
IS_CLOSED, IS_WON = "hs_is_closed", "hs_is_closed_won"
READ_ONLY = frozenset(
    {
        OBJECT_ID,
        *CREATED.values(),
        *CHANGED.values(),
        "associatedcompanyid",
        "hs_email_optout",
        IS_CLOSED,
        IS_WON,
    }
)
TASK_WORDS: Mapping[str, tuple[str, ...]] = {
    "hs_task_status": ("NOT_STARTED", "IN_PROGRESS", "WAITING", "DEFERRED", "COMPLETED"),
    "hs_task_priority": ("NONE", "LOW", "MEDIUM", "HIGH"),
    "hs_task_type": ("TODO", "CALL", "EMAIL"),
}
_TYPES: Mapping[Kind, Mapping[str, str]] = {
    "companies": {
        "name": "string",
        "domain": "string",
        "industry": "string",
        "country": "string",
        "city": "string",
        "phone": "string",
        "numberofemployees": "number",
        "lifecyclestage": "string",
        "hubspot_owner_id": "string",
        "hs_merged_object_ids": "string",
    },
    "contacts": {
        "email": "string",
        "firstname": "string",
        "lastname": "string",
        "phone": "string",
        "jobtitle": "string",
        "lifecyclestage": "string",
        "hs_language": "string",
        "hs_email_optout": "bool",
        "hs_buying_role": "string",
        "associatedcompanyid": "number",
        "hubspot_owner_id": "string",
    },
    "tasks": {
        "hs_timestamp": "datetime",
        "hs_task_subject": "string",
        "hs_task_body": "string",
        "hubspot_owner_id": "string",
        **dict.fromkeys(TASK_WORDS, "enumeration"),
    },
    "deals": {
        "dealname": "string",
        "description": "string",
        "pipeline": "string",
        "dealstage": "string",
        "closedate": "datetime",
        "amount": "number",
        "deal_currency_code": "string",
        "hubspot_owner_id": "string",
        IS_CLOSED: "bool",
        IS_WON: "bool",
    },
}
_NAME = re.compile(r"[a-z][a-z0-9_]{0,99}")
_FIELD_TYPE = {
    "string": "text",
    "number": "number",
    "bool": "booleancheckbox",
    "datetime": "date",
    "date": "date",
}
BOOLEANS = frozenset({"true", "false"})


def _built_in(kind: Kind, name: str, value_type: str) -> Property:
    options = tuple(Option(value=word, label=word) for word in TASK_WORDS.get(name, ()))
    shape = {
        "name": name,
        "label": name,
        "type": value_type,
        "fieldType": _FIELD_TYPE.get(value_type, "select"),
        "groupName": BUILT_IN_GROUP[kind],
    }
    return replace(convert(shape, Property), options=options)


class Schema:
    """The properties and groups of each kind of object."""

    def __init__(self) -> None:
        """Start with what every account has."""
        self.properties: dict[Kind, dict[str, Property]] = {kind: {} for kind in KINDS}
        self.groups: dict[Kind, dict[str, Group]] = {kind: {} for kind in KINDS}
        for kind in KINDS:
            own = {OBJECT_ID: "number", CREATED[kind]: "datetime", CHANGED[kind]: "datetime"}
            for name, value_type in {**_TYPES[kind], **own}.items():
                self.properties[kind][name] = _built_in(kind, name, value_type)
            self.groups[kind][BUILT_IN_GROUP[kind]] = Group(name=BUILT_IN_GROUP[kind], label=kind)

    def add_group(self, kind: Kind, group: Group) -> None:
        """Add a group; what is wrong with it is a ValueError."""
        if not _NAME.fullmatch(group.name):
            raise ValueError(f"Invalid group name {group.name!r}")
        self.groups[kind][group.name] = group

    def add(self, kind: Kind, definition: Property) -> None:
        """Add a property; what is wrong with it is a ValueError."""
        for wrong in self._wrong(kind, definition):
            raise ValueError(wrong)
        self.properties[kind][definition.name] = definition

    def _wrong(self, kind: Kind, definition: Property) -> Iterator[str]:
        if not _NAME.fullmatch(definition.name):
            yield f"Invalid property name {definition.name!r}"
        if definition.group_name not in self.groups[kind]:
            yield f"There is no property group {definition.group_name!r}"
        if definition.type == "enumeration" and not definition.options:
            yield "An enumeration needs options"
        if definition.type == "bool" and {option.value for option in definition.options} != BOOLEANS:
            yield "A boolean needs the options true and false"
        unique = sum(each.has_unique_value for each in self.properties[kind].values())
        if definition.has_unique_value and unique >= MOST_UNIQUE:
            yield f"There are {MOST_UNIQUE} unique properties already"

    def problems(self, kind: Kind, values: Mapping[str, str]) -> Iterator[Problem]:
        """Yield what is wrong with values that somebody writes, uniqueness aside."""
        for name, value in values.items():
            definition = self.properties[kind].get(name)
            if definition is None:
                yield problem(name, "PROPERTY_DOESNT_EXIST", f'Property "{name}" does not exist')
            elif name in READ_ONLY:
                yield problem(
                    name, "READ_ONLY_VALUE", f'"{name}" is a read only property; its value cannot be set'
                )
            elif value and (error := _mistake(definition, value)):
                yield problem(name, error, f'"{value[:80]}" was not valid for {name}')

    def unique(self, kind: Kind, values: Mapping[str, str]) -> Iterator[tuple[str, str]]:
        """Yield those of the values that no other object may have."""
        properties = self.properties[kind]
        yield from (
            (name, value) for name, value in values.items() if value and properties[name].has_unique_value
        )


def _mistake(definition: Property, value: str) -> str:
    """HubSpot's name for what is wrong with a value; empty if nothing is."""
    match definition.type:
        case "number":
            return "" if _is_number(value) else "INVALID_NUMBER"
        case "bool":
            return "" if value in BOOLEANS else "INVALID_OPTION"
        case "enumeration":
            known = {option.value for option in definition.options}
            return "" if set(value.split(";")) <= known else "INVALID_OPTION"
        case "date":
            return "" if _is_day(value) else "INVALID_DATE"
        case "datetime":
            return "" if _is_instant(value) else "INVALID_DATE"
        case _:
            return "" if len(value) <= LONGEST_TEXT else "INVALID_LENGTH"


def _is_number(value: str) -> bool:
    try:
        return isfinite(float(value))
    except ValueError:
        return False


def _is_day(value: str) -> bool:
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True


def _is_instant(value: str) -> bool:
    if value.isdecimal():
        return True
    try:
        return datetime.fromisoformat(value).tzinfo is not None
    except ValueError:
        return False
