"""What is written: fields and tags of organizations, and comments at tickets. Nothing makes either."""

import re
from functools import partial
from typing import Annotated

import msgspec
from msgspec import Meta

from sandbox.zendesk.book import ZendeskBook
from sandbox.zendesk.errors import Refused
from sandbox.zendesk.jobs import Row
from sandbox.zendesk.listings import LARGEST_PAGE, MOST_IDS, Many, Nothing
from sandbox.zendesk.objects import Comment, Organization, OrganizationField, Ticket, Value

Shown = dict[str, object]
_WHOLE, _DAY = re.compile(r"[+-]?\d+"), re.compile(r"\d{4}-\d{2}-\d{2}")
_TAG = re.compile(r"\S{1,255}")


class _Asked(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    pass


class Change(_Asked, frozen=True, forbid_unknown_fields=True):
    """New values of an organization's fields."""

    id: int
    organization_fields: dict[str, Value]


class Changes(_Asked, frozen=True, forbid_unknown_fields=True):
    """A batch of changes."""

    organizations: Annotated[tuple[Change, ...], Meta(min_length=1, max_length=MOST_IDS)]


class Tags(_Asked, frozen=True, forbid_unknown_fields=True):
    """Tags to add or to remove."""

    tags: Annotated[tuple[str, ...], Meta(min_length=1)]


class Noted(_Asked, frozen=True, forbid_unknown_fields=True):
    """An update of a ticket by a comment."""

    comment: Comment
    metadata: dict[str, str] = {}


class Update(_Asked, frozen=True, forbid_unknown_fields=True):
    """A request to update a ticket."""

    ticket: Noted


class NewField(_Asked, frozen=True, forbid_unknown_fields=True):
    """A request to make a field."""

    organization_field: OrganizationField


class Paged(_Asked, frozen=True, forbid_unknown_fields=True):
    """How a listing is asked for."""

    size: Annotated[int, Meta(ge=1, le=LARGEST_PAGE)] = msgspec.field(default=100, name="page[size]")
    after: str = msgspec.field(default="", name="page[after]")


# -- organizations -------------------------------------------------------------------------------------


def show_many(book: ZendeskBook, asked: Many) -> Shown:
    """The organizations with those ids, each with every active field; those that are gone are left out."""
    there = book.organizations()
    found = [_shown(book, there[each]) for each in asked.numbers if each in there]
    return {"organizations": found, "count": len(found), "next_page": None, "previous_page": None}


def _shown(book: ZendeskBook, each: Organization) -> Shown:
    active = [field for field in book.fields.values() if field.active]
    values = {field.key: _as_shown(field, each.organization_fields.get(field.key)) for field in active}
    return {**msgspec.structs.asdict(each), "organization_fields": values}


def _as_shown(field: OrganizationField, value: Value) -> Value:
    return f"{value}T00:00:00+00:00" if field.type == "date" and value else value


def update_many(book: ZendeskBook, asked: Changes) -> Shown:
    """Queue a job that writes what it can. Fields that nobody made are passed over without a word."""
    ids = [each.id for each in asked.organizations]
    if len(set(ids)) < len(ids):
        raise Refused(400, "BadRequest", "an organization is named twice")
    return book.jobs.begin([partial(_written, book, each) for each in asked.organizations])


def _written(book: ZendeskBook, change: Change) -> Row:
    there = book.organizations().get(change.id)
    if there is None:
        return _failed(change.id, "OrganizationNotFound", "not found")
    known = {key: value for key, value in change.organization_fields.items() if key in book.fields}
    wrong = [key for key, value in known.items() if not _fits(book.fields[key], value)]
    if wrong:
        return _failed(change.id, "RecordInvalid", f"{', '.join(wrong)} is invalid")
    book.change(there, {key: _kept(book.fields[key], value) for key, value in known.items()})
    return {"id": change.id, "action": "update", "status": "Updated", "success": True}


def _failed(id: int, error: str, details: str) -> Row:  # noqa: A002 - Zendesk's word
    return {"id": id, "action": "update", "success": False, "error": error, "details": details}


def _fits(field: OrganizationField, value: Value) -> bool:
    if value in {None, ""}:
        return True
    match field.type:
        case "integer":
            return bool(_WHOLE.fullmatch(str(value)))
        case "date":
            return bool(_DAY.fullmatch(str(value)))
        case "dropdown":
            return value in {each.value for each in field.custom_field_options}
        case _:
            return isinstance(value, str)


def _kept(field: OrganizationField, value: Value) -> Value:
    if value in {None, ""}:
        return None
    return int(str(value)) if field.type == "integer" else value


def add_tags(book: ZendeskBook, organization: int, asked: Tags) -> Shown:
    """Add tags; all others stay."""
    there = _organization(book, organization)
    if not all(map(_TAG.fullmatch, asked.tags)):
        raise Refused(422, "RecordInvalid", "a tag has no blanks")
    tags = tuple(dict.fromkeys((*there.tags, *asked.tags)))
    book.tag(there, tags)
    return {"tags": tags}


def remove_tags(book: ZendeskBook, organization: int, asked: Tags) -> Shown:
    """Take tags away; all others stay."""
    there = _organization(book, organization)
    book.tag(there, tuple(tag for tag in there.tags if tag not in asked.tags))
    return {}


def _organization(book: ZendeskBook, id: int) -> Organization:  # noqa: A002 - Zendesk's word
    there = book.organizations().get(id)
    if there is None:
        raise Refused(404, "RecordNotFound", "Not found")
    return there


def fields(book: ZendeskBook, asked: Paged) -> Shown:
    """The fields of organizations."""
    return {"organization_fields": list(book.fields.values()), **_end(asked)}


def make_field(book: ZendeskBook, asked: NewField) -> Shown:
    """Make a field; its key and the values of its choices are taken by nobody else."""
    made = asked.organization_field
    values = [each.value for each in made.custom_field_options]
    if made.key in book.fields or not re.fullmatch(r"[A-Za-z0-9_]+", made.key):
        raise Refused(422, "RecordInvalid", "Key is not unique, or has other characters")
    if (made.type == "dropdown") != bool(values) or len(set(values)) < len(values):
        raise Refused(422, "RecordInvalid", "choices are for drop-downs, each value once")
    book.fields[made.key] = made
    return {"organization_field": made}


def _end(asked: Paged) -> Shown:
    if asked.after:
        raise Refused(400, "InvalidPaginationParameter", "page[after] is not valid")
    return {"meta": {"has_more": False, "after_cursor": None, "before_cursor": None}}


def job(book: ZendeskBook, name: str, _asked: Nothing) -> Shown:
    """How a job stands."""
    return book.jobs.show(name)


# -- tickets -------------------------------------------------------------------------------------------


def update_ticket(book: ZendeskBook, ticket: int, asked: Update) -> Shown:
    """Add a comment to a ticket. One that was closed takes none."""
    there = _ticket(book, ticket)
    if there.status == "closed":
        details = {"status": [{"description": "Status: closed prevents ticket update"}]}
        raise Refused(422, "RecordInvalid", "Record validation errors", details=details)
    audit = book.note(there, asked.ticket.comment, asked.ticket.metadata)
    return {"ticket": {"id": ticket, "status": there.status}, "audit": audit.shown()}


def audits(book: ZendeskBook, ticket: int, asked: Paged) -> Shown:
    """A page of a ticket's updates, in the order they were made."""
    _ticket(book, ticket)
    found = [each for each in book.audits if each.ticket_id == ticket and each.id > int(asked.after or 0)]
    part, more = found[: asked.size], asked.size < len(found)
    meta = {"has_more": more, "after_cursor": str(part[-1].id) if part else None, "before_cursor": None}
    return {"audits": [each.shown() for each in part], "meta": meta}


def _ticket(book: ZendeskBook, id: int) -> Ticket:  # noqa: A002 - Zendesk's word
    there = book.tickets().get(id)
    if there is None:
        raise Refused(404, "RecordNotFound", "Not found")
    return there
