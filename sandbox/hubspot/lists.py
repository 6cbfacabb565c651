"""Lists (segments) that HubSpot keeps by filters: made, found by their names, and told who is in them."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal

import msgspec

from sandbox.hubspot.book import HubSpotBook
from sandbox.hubspot.errors import invalid, not_found
from sandbox.hubspot.objects import Shown
from sandbox.hubspot.shapes import Kind

KINDS: dict[str, Kind] = {"0-2": "companies"}


class _Asked(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="camel"):
    pass


class Operation(_Asked, frozen=True, forbid_unknown_fields=True):
    """What a yes-or-no property must say; HubSpot asks for all of it."""

    operation_type: Literal["BOOL"]
    operator: Literal["IS_EQUAL_TO", "IS_NOT_EQUAL_TO"]
    value: bool
    include_objects_with_no_value_set: bool


class Filter(_Asked, frozen=True, forbid_unknown_fields=True):
    """A condition on a property."""

    filter_type: Literal["PROPERTY"]
    property: str
    operation: Operation


class And(_Asked, frozen=True, forbid_unknown_fields=True):
    """Conditions that all hold."""

    filter_branch_type: Literal["AND"]
    filter_branch_operator: Literal["AND"]
    filter_branches: Annotated[tuple[Any, ...], msgspec.Meta(max_length=0)]
    filters: Annotated[tuple[Filter, ...], msgspec.Meta(min_length=1)]


class Or(_Asked, frozen=True, forbid_unknown_fields=True):
    """The root of any filter: it holds branches, and no condition itself."""

    filter_branch_type: Literal["OR"]
    filter_branch_operator: Literal["OR"]
    filter_branches: Annotated[tuple[And, ...], msgspec.Meta(min_length=1)]
    filters: Annotated[tuple[Filter, ...], msgspec.Meta(max_length=0)]


class Creation(_Asked, frozen=True, forbid_unknown_fields=True):
    """A list to be made; one that is kept by filters must have some."""

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
    object_type_id: str
    processing_type: Literal["DYNAMIC"]
    filter_branch: Or


def create(book: HubSpotBook, asked: Creation) -> tuple[int, Shown]:
    """Make a list. Its name must be new, and its filters be of properties that there are."""
    kind = KINDS.get(asked.object_type_id)
    if kind is None:
        raise invalid(f"There is no type of object {asked.object_type_id!r}")
    if (asked.object_type_id, asked.name) in book.lists:
        raise invalid(f"A list named {asked.name!r} already exists.")
    for each in _filters(asked):
        definition = book.schema.properties[kind].get(each.property)
        if definition is None or definition.type != "bool":
            raise invalid(f"{each.property!r} is no property that says yes or no")
    book.lists[asked.object_type_id, asked.name] = str(len(book.lists) + 1), asked
    return 200, _shown(book, asked.object_type_id, asked.name)


def found(book: HubSpotBook, object_type_id: str, name: str) -> tuple[int, Shown]:
    """A list by its name, with how many are in it."""
    if (object_type_id, name) not in book.lists:
        raise not_found(f"List does not exist with name {name!r}.")
    return 200, _shown(book, object_type_id, name)


def _shown(book: HubSpotBook, object_type_id: str, name: str) -> Shown:
    number, asked = book.lists[object_type_id, name]
    held = {
        "listId": number,
        "listVersion": 1,
        "name": name,
        "objectTypeId": object_type_id,
        "processingType": asked.processing_type,
        "processingStatus": "COMPLETE",
        "size": sum(1 for _ in _members(book, asked)),
    }
    return {"list": held}


def _members(book: HubSpotBook, asked: Creation) -> Iterator[str]:
    for each in book.seen(KINDS[asked.object_type_id]):
        branches = asked.filter_branch.filter_branches
        if any(all(_holds(each.properties, one) for one in branch.filters) for branch in branches):
            yield each.id


def _holds(values: Mapping[str, str], one: Filter) -> bool:
    said = values.get(one.property)
    if said is None:
        return one.operation.include_objects_with_no_value_set
    return ((said == "true") is one.operation.value) is (one.operation.operator == "IS_EQUAL_TO")


def _filters(asked: Creation) -> Iterator[Filter]:
    for branch in asked.filter_branch.filter_branches:
        yield from branch.filters
