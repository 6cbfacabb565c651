"""What types of records there are, and their fields."""

from collections.abc import Mapping
from typing import Any

import msgspec

from sandbox.salesforce.errors import NotSaved, Refused

Kind = str
LARGEST_LINES = 32_000


class Field(msgspec.Struct, frozen=True, rename="camel"):
    """A field, as a description shows it. ``shown`` is whether the app's user may see and edit it."""

    name: str
    type: str = "string"
    external_id: bool = False
    updateable: bool = True
    length: int = 255
    shown: bool = True


def _fields(**types: str) -> tuple[Field, ...]:
    return tuple(Field(name, kind) for name, kind in types.items())


SYSTEM = _fields(
    Id="id", SystemModstamp="datetime", CreatedDate="datetime", IsDeleted="boolean", OwnerId="reference"
)
STANDARD: Mapping[Kind, tuple[Field, ...]] = {
    "Account": _fields(
        Name="string", Website="url", Industry="picklist", BillingCountry="string", NumberOfEmployees="int",
        ParentId="reference",
    ),
    "Contact": _fields(
        AccountId="reference", Email="email", FirstName="string", LastName="string",
        HasOptedOutOfEmail="boolean",
    ),
    "Contract": _fields(AccountId="reference", StartDate="date", EndDate="date", StatusCode="picklist"),
    "Opportunity": (
        *_fields(AccountId="reference", CloseDate="date", StageName="picklist", Type="picklist"),
        Field("Name", length=120),
        Field("Description", "textarea", length=LARGEST_LINES),
        Field("Amount", "currency"),
        Field("IsClosed", "boolean", updateable=False),
        Field("IsWon", "boolean", updateable=False),
    ),
    "OpportunityStage": _fields(ApiName="string", IsActive="boolean", IsClosed="boolean", IsWon="boolean"),
    "ListView": _fields(DeveloperName="string", Name="string", SobjectType="picklist"),
    "Task": (
        *_fields(
            WhatId="reference", Subject="string", Priority="picklist", Status="picklist", ActivityDate="date"
        ),
        Field("Description", "textarea", length=LARGEST_LINES),
        Field("IsClosed", "boolean", updateable=False),
    ),
    "TaskStatus": _fields(
        ApiName="string", MasterLabel="string", SortOrder="int", IsClosed="boolean", IsDefault="boolean"
    ),
    "PermissionSet": _fields(Name="string", Label="string", Description="string"),
    "FieldPermissions": _fields(
        ParentId="reference", SobjectType="picklist", Field="picklist", PermissionsRead="boolean",
        PermissionsEdit="boolean",
    ),
    "PermissionSetAssignment": _fields(PermissionSetId="reference", AssigneeId="reference"),
    "User": _fields(Email="email", IsActive="boolean", Name="string"),
}  # fmt: skip
TYPES = {
    "Number": "double",
    "LongTextArea": "textarea",
    "Text": "string",
    "Date": "date",
    "Checkbox": "boolean",
    "Picklist": "picklist",
}
REQUIRED = {"Opportunity": ("Name", "StageName", "CloseDate")}
"""What a record must say to be made."""
HOLDERS = {"Activity": "Task"}
"""Where fields are made of what is seen elsewhere."""
_PYTHON: Mapping[str, tuple[type, ...]] = {
    "double": (int, float),
    "currency": (int, float),
    "int": (int,),
    "boolean": (bool,),
}


class Definition(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A field to be made."""

    FullName: str
    Metadata: dict[str, Any]


class Schema:
    """Every type's fields, by name."""

    def __init__(self) -> None:
        """Start with what every org has."""
        self.fields: dict[Kind, dict[str, Field]] = {
            kind: {field.name: field for field in (*SYSTEM, *fields)} for kind, fields in STANDARD.items()
        }

    def of(self, kind: Kind) -> Mapping[str, Field]:
        """The fields of a type that the app's user sees. Raises `Refused` if there is no such type."""
        if kind not in self.fields:
            raise Refused(400, "INVALID_TYPE", f"sObject type '{kind}' is not supported.")
        return {name: field for name, field in self.fields[kind].items() if field.shown}

    def show(self, kind: Kind, name: str) -> None:
        """Let the app's user see and edit a field. Raises `NotSaved` if there is none."""
        if name not in self.fields.get(kind, {}):
            raise NotSaved(
                "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", f"Field: bad value: {kind}.{name}", "Field"
            )
        self.fields[kind][name] = msgspec.structs.replace(self.fields[kind][name], shown=True)

    def make(self, made: Definition) -> str:
        """Make a field, which nobody sees before a permission set shows it; return its id."""
        holder, _, name = made.FullName.partition(".")
        kind, form = HOLDERS.get(holder, holder), TYPES.get(str(made.Metadata.get("type")))
        if (
            kind not in self.fields
            or not name.endswith("__c")
            or form is None
            or not made.Metadata.get("label")
        ):
            raise Refused(400, "FIELD_INTEGRITY_EXCEPTION", "The field cannot be made")
        if name in self.fields[kind]:
            raise Refused(400, "DUPLICATE_DEVELOPER_NAME", f"There is already a field named {name}")
        external = made.Metadata.get("externalId") is True
        length = int(made.Metadata.get("length", 255))
        self.fields[kind][name] = Field(name, form, external, length=length, shown=False)
        return f"00N{len(self.fields[kind]):015}"


def check(field: Field, value: Any) -> None:  # noqa: ANN401 - any JSON
    """Raise `NotSaved` for a value that a field does not take."""
    if not field.updateable:
        said = f"Unable to create/update fields: {field.name}"
        raise NotSaved("INVALID_FIELD_FOR_INSERT_UPDATE", said, field.name)
    if value is None:
        if field.type == "boolean":
            raise NotSaved("INVALID_TYPE_ON_FIELD_IN_RECORD", f"{field.name}: null is no boolean", field.name)
        return
    if not isinstance(value, _PYTHON.get(field.type, (str,))) or (
        isinstance(value, bool) and field.type != "boolean"
    ):
        raise NotSaved(
            "INVALID_TYPE_ON_FIELD_IN_RECORD", f"{field.name}: value not of required type", field.name
        )
    if field.type in {"string", "textarea"} and len(str(value)) > field.length:
        raise NotSaved("STRING_TOO_LONG", f"{field.name}: data value too large", field.name)
