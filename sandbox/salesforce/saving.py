"""Collections: records read and saved many at a time. There is no way to make an account."""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from sandbox.salesforce.book import AT, Row, SalesforceBook
from sandbox.salesforce.errors import NotSaved, Refused, malformed, no_field
from sandbox.salesforce.schema import REQUIRED, Kind, check

LARGEST, MOST_READ, MOST_COLLECTIONS = 200, 2_000, 5
CREATED = frozenset({"PermissionSet", "FieldPermissions", "PermissionSetAssignment"})
UPSERTED = frozenset(AT)


class Collection(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="camel"):
    """Records to save."""

    records: tuple[Row, ...]
    all_or_none: bool = False


class Step(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="camel"):
    """One of several calls that are sent as one."""

    method: str
    url: str
    reference_id: str
    body: msgspec.Raw


class Steps(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="camel"):
    """Calls that are sent as one."""

    composite_request: tuple[Step, ...]
    all_or_none: bool = False


class Wanted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Records to read."""

    ids: tuple[str, ...]
    fields: tuple[str, ...]


def update(book: SalesforceBook, body: bytes) -> list[dict[str, Any]]:
    """Write fields of records by their ids; each is saved or not by itself."""
    kind, records = _collection(book, body)
    ids = [record.pop("id", None) for record in records]
    if not all(isinstance(each, str) for each in ids):
        raise Refused(400, "MISSING_ARGUMENT", "The Id field should not be empty in the request")
    if len(set(ids)) < len(ids):
        raise Refused(400, "INVALID_INPUT", "Duplicate id in collection")

    def saved(record_id: str, values: Row) -> dict[str, Any]:
        book.change(kind, _there(book, kind, record_id), _checked(book, kind, values))
        return {"id": record_id, "success": True, "errors": []}

    return [_tried(saved, each, values) for each, values in zip(ids, records, strict=True)]


def create(book: SalesforceBook, body: bytes) -> list[dict[str, Any]]:
    """Make records of permissions, and of nothing else: no account is ever made."""
    kind, records = _collection(book, body)
    if kind not in CREATED:
        raise Refused(400, "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", f"{kind} is not to be made")

    def saved(_named: str, values: Row) -> dict[str, Any]:
        if any(each.items() >= values.items() for each in book.rows[kind].values()):
            raise NotSaved("DUPLICATE_VALUE", "duplicate value found")
        made = book.create(kind, _checked(book, kind, values))
        book.permit()
        return {"id": made["Id"], "success": True, "errors": []}

    return [_tried(saved, "", each) for each in records]


def composite(book: SalesforceBook, root: str, body: bytes) -> dict[str, Any]:
    """Collections that are sent as one call; each succeeds or fails by itself."""
    try:
        asked = msgspec.json.decode(body, type=Steps)
    except msgspec.DecodeError as error:
        raise malformed(str(error)) from error
    if len(asked.composite_request) > MOST_COLLECTIONS or asked.all_or_none:
        raise Refused(400, "LIMIT_EXCEEDED", f"at most {MOST_COLLECTIONS} collections")
    if len({step.reference_id for step in asked.composite_request}) < len(asked.composite_request):
        raise Refused(400, "DUPLICATE_VALUE", "reference ids must differ")
    return {"compositeResponse": [_step(book, root, step) for step in asked.composite_request]}


def _step(book: SalesforceBook, root: str, step: Step) -> dict[str, Any]:
    if (step.method, step.url) != ("PATCH", f"{root}/composite/sobjects"):
        raise Refused(404, "NOT_FOUND", "The requested resource does not exist")
    try:
        content, status = update(book, bytes(step.body)), 200
    except Refused as refused:
        content, status = refused.content, refused.status
    return {"body": content, "httpHeaders": {}, "httpStatusCode": status, "referenceId": step.reference_id}


def upsert(book: SalesforceBook, kind: Kind, name: str, body: bytes) -> list[dict[str, Any]]:
    """Make records, or change those that have a value of an external id."""
    given, records = _collection(book, body)
    field = book.schema.of(kind).get(name)
    if kind not in UPSERTED or given != kind or field is None or not field.external_id:
        raise Refused(404, "NOT_FOUND", "Provided external ID field does not exist or is not accessible")
    if any("id" in record or "Id" in record for record in records):
        raise Refused(400, "INVALID_FIELD", "Id must not be there")

    values_given = [record.get(name) for record in records]

    def saved(value: str, values: Row) -> dict[str, Any]:
        if not value:
            raise NotSaved("MISSING_ARGUMENT", f"{name} not specified")
        if values_given.count(value) > 1:
            raise NotSaved("DUPLICATE_VALUE", f"Duplicate external id specified: {value}", name)
        checked = _checked(book, kind, values)
        found = [row for row in book.seen(kind) if row.get(name) == value]
        if len(found) > 1:
            raise NotSaved("DUPLICATE_EXTERNAL_ID", f"{name}: more than one record found", name)
        made = not found
        if made:
            _complete(book, kind, checked)
        row = book.create(kind, checked) if made else found[0]
        if not made:
            book.change(kind, row, checked)
        return {"id": row["Id"], "success": True, "errors": [], "created": made}

    return [_tried(saved, str(record.get(name, "")), record) for record in records]


def _complete(book: SalesforceBook, kind: Kind, values: Row) -> None:
    """Raise `NotSaved` unless a record can be made of values: complete, and at an account that is there."""
    missing = [name for name in REQUIRED.get(kind, ()) if not values.get(name)]
    if missing:
        raise NotSaved("REQUIRED_FIELD_MISSING", f"Required fields are missing: {missing}", *missing)
    _there(book, "Account", str(values.get(AT[kind], "")))


def read(book: SalesforceBook, kind: Kind, body: bytes) -> list[dict[str, Any] | None]:
    """Records by their ids, in that order; null for one that is not there."""
    try:
        asked = msgspec.json.decode(body, type=Wanted)
    except msgspec.DecodeError as error:
        raise malformed(str(error)) from error
    fields = book.schema.of(kind)
    if len(asked.ids) > MOST_READ:
        raise Refused(400, "INVALID_BATCH_SIZE", f"The batch size must be at most {MOST_READ}")
    for name in asked.fields:
        if name not in fields:
            raise no_field(kind, name)
    there = {
        each: row for each in asked.ids if (row := book.rows[kind].get(each)) and not row.get("IsDeleted")
    }
    return [
        {"attributes": {"type": kind}, **{name: there[each].get(name) for name in asked.fields}}
        if each in there
        else None
        for each in asked.ids
    ]


def _collection(book: SalesforceBook, body: bytes) -> tuple[Kind, list[Row]]:
    """The one type of a collection, and its records without what says so."""
    try:
        given = msgspec.json.decode(body, type=Collection)
    except msgspec.DecodeError as error:
        raise malformed(str(error)) from error
    kinds = {str((record.get("attributes") or {}).get("type", "")) for record in given.records}
    if not 1 <= len(given.records) <= LARGEST:
        raise Refused(400, "INVALID_BATCH_SIZE", f"The batch size must be at most {LARGEST}")
    if len(kinds) != 1 or "" in kinds or given.all_or_none:
        raise Refused(400, "INVALID_TYPE", "Records must be of one type, and say so")
    [kind] = kinds
    records = [{name: each[name] for name in each if name != "attributes"} for each in given.records]
    unknown = {name for record in records for name in record} - book.schema.of(kind).keys() - {"id"}
    for name in sorted(unknown):
        raise no_field(kind, name)
    return kind, records


def _checked(book: SalesforceBook, kind: Kind, values: Mapping[str, Any]) -> Row:
    fields = book.schema.of(kind)
    for name, value in values.items():
        check(fields[name], value)
    owner = values.get("OwnerId")
    if owner and not book.rows["User"].get(owner, {}).get("IsActive"):
        raise NotSaved("INACTIVE_OWNER_OR_USER", "operation performed with inactive user", "OwnerId")
    status = values.get("Status")
    if "Status" in values and status not in {each["ApiName"] for each in book.statuses()}:
        said = f"Status: bad value for restricted picklist field: {status}"
        raise NotSaved("INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", said, "Status")
    return dict(values)


def _there(book: SalesforceBook, kind: Kind, record_id: str) -> Row:
    found = book.rows[kind].get(record_id)
    if found is None:
        raise NotSaved("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id")
    if found.get("IsDeleted"):
        raise NotSaved("ENTITY_IS_DELETED", "entity is deleted")
    return found


def _tried(save: Callable[[str, Row], dict[str, Any]], named: str, values: Row) -> dict[str, Any]:
    try:
        return save(named, values)
    except NotSaved as error:
        return {"success": False, "errors": [error.content]}
