"""Objects: listed, read and written in batches, and tasks made. There is no way to make a company."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import msgspec

from sandbox.hubspot.book import HubSpotBook
from sandbox.hubspot.errors import Refused, failure, invalid, problem, values_refused
from sandbox.hubspot.schema import CHANGED, CREATED, OBJECT_ID
from sandbox.hubspot.shapes import Associated, Associations, Kind, Object

LARGEST_BATCH = 100
TASK_TO_COMPANY = 192
DEFAULTS: Mapping[Kind, tuple[str, ...]] = {
    "companies": ("name", "domain"),
    "contacts": ("email", "firstname", "lastname"),
    "tasks": ("hs_timestamp", "hs_task_subject"),
    "deals": ("dealname", "dealstage", "pipeline", "amount", "closedate"),
}
Shown = dict[str, Any]


class _Asked(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="camel"):
    pass


class Page(_Asked, frozen=True, forbid_unknown_fields=True):
    """How a listing is asked for; names are separated by commas."""

    limit: Annotated[int, msgspec.Meta(ge=1, le=100)] = 10
    after: str = ""
    properties: str = ""
    associations: str = ""
    archived: bool = False


class Id(_Asked, frozen=True, forbid_unknown_fields=True):
    """An object by its id or by a unique value."""

    id: str


class Reading(_Asked, frozen=True, forbid_unknown_fields=True):
    """Objects to read."""

    inputs: tuple[Id, ...]
    properties: tuple[str, ...]
    properties_with_history: tuple[str, ...]
    id_property: str = ""


class Change(_Asked, frozen=True, forbid_unknown_fields=True):
    """New values of an object; values are strings."""

    id: str
    properties: dict[str, str]
    object_write_trace_id: str = ""


class Changes(_Asked, frozen=True, forbid_unknown_fields=True):
    """A batch of changes."""

    inputs: tuple[Change, ...]


class AssociationType(_Asked, frozen=True, forbid_unknown_fields=True):
    """What an association is."""

    association_category: str
    association_type_id: int


class Association(_Asked, frozen=True, forbid_unknown_fields=True):
    """What a new object belongs to."""

    to: Id
    types: tuple[AssociationType, ...]


class Creation(_Asked, frozen=True, forbid_unknown_fields=True):
    """A new object."""

    properties: dict[str, str]
    associations: tuple[Association, ...] = ()


def listed(book: HubSpotBook, kind: Kind, asked: Page) -> Shown:
    """A page of all objects, by rising ids; `after` is the id of the first one shown."""
    if asked.after and not asked.after.isdecimal():
        raise invalid("Invalid paging cursor")
    there = [
        each for each in book.seen(kind, archived=asked.archived) if int(each.id) >= int(asked.after or 0)
    ]
    part, rest = there[: asked.limit], there[asked.limit :]
    names = tuple(filter(None, asked.properties.split(",")))
    with_companies = "companies" in asked.associations.split(",")
    shown = [show(book, kind, each, names) | _associations(each, shown=with_companies) for each in part]
    return {"results": shown, **({"paging": {"next": {"after": rest[0].id}}} if rest else {})}


def show(book: HubSpotBook, kind: Kind, each: Object, names: Sequence[str]) -> Shown:
    """An object with the properties asked for; those that nobody defined are left out without a word."""
    values = book.values(kind, each)
    asked = dict.fromkeys((*(names or DEFAULTS[kind]), OBJECT_ID, CREATED[kind], CHANGED[kind]))
    known = book.schema.properties[kind]
    return {
        "id": each.id,
        "properties": {name: values.get(name) for name in asked if name in known},
        "createdAt": each.created_at,
        "updatedAt": each.updated_at,
        "archived": each.archived,
    }


def _associations(each: Object, *, shown: bool) -> Shown:
    if not shown or not each.associations:
        return {}
    return {"associations": {kind: {"results": ends.results} for kind, ends in each.associations.items()}}


def read(book: HubSpotBook, kind: Kind, asked: Reading) -> tuple[int, Shown]:
    """The objects that are there, and a failure that names the others."""
    check_size(asked.inputs)
    if asked.id_property and not book.schema.properties[kind][asked.id_property].has_unique_value:
        raise invalid(f"Property {asked.id_property} is not unique")
    found = {each.id: by_value(book, kind, asked.id_property, each.id) for each in asked.inputs}
    results = [show(book, kind, each, asked.properties) for each in found.values() if each]
    missing = [name for name, each in found.items() if each is None]
    return batch(book, 200, results, _missing(kind, missing))


def by_value(book: HubSpotBook, kind: Kind, unique_property: str, value: str) -> Object | None:
    if not unique_property:
        return book.object(kind, value)
    return next((each for each in book.seen(kind) if each.properties.get(unique_property) == value), None)


def change(book: HubSpotBook, kind: Kind, asked: Changes) -> tuple[int, Shown]:
    """Write what can be written. Without a trace on each input one wrong value refuses them all."""
    check_size(asked.inputs)
    check_once([each.id for each in asked.inputs])
    there = {each.id: book.object(kind, each.id) for each in asked.inputs}
    wrong = {each.id: refused for each in asked.inputs if (refused := _refused(book, kind, each))}
    traced = all(each.object_write_trace_id for each in asked.inputs)
    if wrong and not traced:
        raise Refused(400, *next(iter(wrong.values())))
    results = [
        show(book, kind, book.change(kind, found, each.properties), tuple(each.properties))
        | {"objectWriteTraceId": each.object_write_trace_id}
        for each in asked.inputs
        if (found := there[each.id]) and each.id not in wrong
    ]
    failures = [
        failure(*wrong[each.id], context={"objectWriteTraceId": [each.object_write_trace_id]})
        for each in asked.inputs
        if each.id in wrong
    ]
    missing = [name for name, found in there.items() if found is None and name not in wrong]
    return batch(book, 200, results[::-1], [*failures, *_missing(kind, missing)])


def _refused(book: HubSpotBook, kind: Kind, each: Change) -> tuple[str, str] | None:
    problems = list(book.schema.problems(kind, each.properties))
    return values_refused(problems) if problems else None


def create_task(book: HubSpotBook, asked: Creation) -> Shown:
    """Make a task at companies. A second one with a unique value that is taken is refused."""
    if "hs_timestamp" not in asked.properties:
        raise invalid("Some required properties were not set.", properties=["hs_timestamp"])
    problems = list(book.schema.problems("tasks", asked.properties))
    if not problems:
        taken = _taken(book, asked.properties)
        problems = [
            problem(name, "CONFLICTING_UNIQUE_VALUE", f"{value} already has that value.")
            for name, value in taken
        ]
    if problems:
        raise Refused(400, *values_refused(problems))
    ends = [_company(book, each) for each in asked.associations]
    made = book.create("tasks", asked.properties, {"companies": Associations(results=tuple(ends))})
    return show(book, "tasks", made, tuple(asked.properties))


def _taken(book: HubSpotBook, values: Mapping[str, str]) -> list[tuple[str, str]]:
    unique = book.schema.unique("tasks", values)
    return [(name, value) for name, value in unique if by_value(book, "tasks", name, value)]


def _company(book: HubSpotBook, asked: Association) -> Associated:
    kinds = {(each.association_category, each.association_type_id) for each in asked.types}
    if kinds != {("HUBSPOT_DEFINED", TASK_TO_COMPANY)}:
        raise invalid("One or more associations are not valid")
    if book.object("companies", asked.to.id) is None:
        raise invalid(f"COMPANY {asked.to.id} is not valid", ids=[asked.to.id])
    return Associated(id=asked.to.id, type="task_to_company")


def check_size(inputs: Sequence[object]) -> None:
    if not 1 <= len(inputs) <= LARGEST_BATCH:
        raise invalid(f"The maximum number of inputs supported in a batch request is {LARGEST_BATCH}")


def check_once(ids: Sequence[str]) -> None:
    twice = sorted({each for each in ids if ids.count(each) > 1})
    if twice:
        raise invalid(
            f"Duplicate IDs found in batch input: [{', '.join(twice)}]. IDs must be unique", ids=twice
        )


def _missing(kind: Kind, ids: Sequence[str]) -> list[Shown]:
    words = f"Could not get some {kind} objects, they may be deleted or not exist. Check that ids are valid."
    return [failure("OBJECT_NOT_FOUND", words, context={"ids": ids})] if ids else []


def batch(
    book: HubSpotBook, status: int, results: list[Shown], failures: Sequence[Shown]
) -> tuple[int, Shown]:
    now = book.now()
    done: Shown = {"status": "COMPLETE", "results": results, "startedAt": now, "completedAt": now}
    if not failures:
        return status, done
    return 207, done | {"numErrors": len(failures), "errors": list(failures)}
