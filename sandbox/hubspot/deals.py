"""Deals: upserted by a unique property, and associated with companies in a call of its own."""

from collections.abc import Iterator, Mapping
from typing import Annotated

import msgspec

from sandbox.hubspot.book import HubSpotBook
from sandbox.hubspot.errors import Problem, Refused, failure, invalid, problem, values_refused
from sandbox.hubspot.objects import Id, Shown, batch, by_value, check_once, check_size, show
from sandbox.hubspot.shapes import Associations, Kind, Object

ENDS_A_PAGE = 500
PRIMARY, ANY = {"deals": 5, "companies": 6}, {"deals": 341, "companies": 342}
"""HubSpot's own types of the associations of deals and companies, by where they begin."""


class _Asked(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="camel"):
    pass


class Keeping(_Asked, frozen=True, forbid_unknown_fields=True):
    """Values of a deal by a unique one; values are strings."""

    id: str
    id_property: str
    properties: dict[str, str]
    object_write_trace_id: str = ""


class Keepings(_Asked, frozen=True, forbid_unknown_fields=True):
    """A batch of deals to be made or changed."""

    inputs: tuple[Keeping, ...]


class From(_Asked, frozen=True, forbid_unknown_fields=True):
    """Whose associations are asked for, and from which on."""

    id: str
    after: Annotated[str, msgspec.Meta(pattern=r"^[0-9]*$")] = ""


class Asking(_Asked, frozen=True, forbid_unknown_fields=True):
    """Whose associations are asked for."""

    inputs: tuple[From, ...]


class Pair(_Asked, frozen=True, forbid_unknown_fields=True):
    """A deal and a company."""

    from_: Id = msgspec.field(name="from")
    to: Id = msgspec.field(name="to")


class Pairs(_Asked, frozen=True, forbid_unknown_fields=True):
    """Deals and companies to be associated."""

    inputs: tuple[Pair, ...]


# -- upsert ------------------------------------------------------------------------------------------


def keep(book: HubSpotBook, asked: Keepings) -> tuple[int, Shown]:
    """Make or change deals. Without a trace on each input one wrong value refuses them all."""
    check_size(asked.inputs)
    check_once([each.id for each in asked.inputs])
    properties = book.schema.properties["deals"]
    for each in asked.inputs:
        if each.id_property not in properties or not properties[each.id_property].has_unique_value:
            raise invalid(f"Property {each.id_property} is not unique")
    wrong = {each.id: refused for each in asked.inputs if (refused := _refused(book, each))}
    if wrong and not all(each.object_write_trace_id for each in asked.inputs):
        raise Refused(400, *next(iter(wrong.values())))
    results = [_kept(book, each) for each in asked.inputs if each.id not in wrong]
    failures = [
        failure(*wrong[each.id], context={"objectWriteTraceId": [each.object_write_trace_id]})
        for each in asked.inputs
        if each.id in wrong
    ]
    return batch(book, 200, results[::-1], failures)


def _kept(book: HubSpotBook, asked: Keeping) -> Shown:
    there = by_value(book, "deals", asked.id_property, asked.id)
    values = {asked.id_property: asked.id, **asked.properties}
    now = book.change("deals", there, values) if there else book.create("deals", values, {})
    told = {"new": there is None, "objectWriteTraceId": asked.object_write_trace_id}
    return show(book, "deals", now, tuple(values)) | told


def _refused(book: HubSpotBook, asked: Keeping) -> tuple[str, str] | None:
    there = by_value(book, "deals", asked.id_property, asked.id)
    if there is None and any(
        each.properties.get(asked.id_property) == asked.id for each in book.seen("deals", archived=True)
    ):
        return "CONFLICT", "A deal with this value is in the recycle bin."
    problems = [*book.schema.problems("deals", asked.properties), *_misplaced(book, asked, there)]
    return values_refused(problems) if problems else None


def _misplaced(book: HubSpotBook, asked: Keeping, there: Object | None) -> Iterator[Problem]:
    """Yield what is wrong with a deal's place: it must have a stage, and one of its own pipeline."""
    values: Mapping[str, str] = {**(there.properties if there else {}), **asked.properties}
    if not values.get("dealstage"):
        yield problem("dealstage", "REQUIRED_FIELD", "dealstage is required")
    elif book.stage(values) is None:
        yield problem("dealstage", "INVALID_OPTION", f'"{values["dealstage"]}" is no stage of the pipeline')


# -- associations ------------------------------------------------------------------------------------


def associated(book: HubSpotBook, kind: Kind, with_kind: Kind, asked: Asking) -> tuple[int, Shown]:
    """What each object is associated with; of those without associations nothing is said."""
    check_size(asked.inputs)
    check_once([each.id for each in asked.inputs])
    told = [_told(book, kind, each) for each in asked.inputs]
    missing = [each.id for each in asked.inputs if book.object(kind, each.id) is None]
    words = f"No {with_kind} are associated with some {kind}, or they do not exist."
    failures = [failure("OBJECT_NOT_FOUND", words, context={"fromObjectId": missing})] if missing else []
    return batch(book, 200, [each for each in told if each], failures)


def _told(book: HubSpotBook, kind: Kind, asked: From) -> Shown | None:
    ends = list(_ends(book, kind, asked.id))
    start = int(asked.after or 0)
    page, rest = ends[start : start + ENDS_A_PAGE], ends[start + ENDS_A_PAGE :]
    more = {"paging": {"next": {"after": str(start + ENDS_A_PAGE)}}} if rest else {}
    return {"from": {"id": asked.id}, "to": page, **more} if page else None


def _ends(book: HubSpotBook, kind: Kind, id: str) -> Iterator[Shown]:  # noqa: A002 - HubSpot's word
    for deal in book.seen("deals"):
        for end in deal.associations.get("companies", Associations(results=())).results:
            if id == (deal.id if kind == "deals" else end.id):
                primary = [PRIMARY[kind]] if end.type == "deal_to_company" else []
                types = [{"category": "HUBSPOT_DEFINED", "typeId": each} for each in (*primary, ANY[kind])]
                there = end.id if kind == "deals" else deal.id
                yield {"toObjectId": there, "associationTypes": types}


def join(book: HubSpotBook, asked: Pairs) -> tuple[int, Shown]:
    """Associate deals with companies; what is associated already stays so."""
    check_size(asked.inputs)
    results, missing = [], []
    for each in asked.inputs:
        deal = book.object("deals", each.from_.id)
        if deal is None or book.object("companies", each.to.id) is None:
            missing.append(each.from_.id)
            continue
        book.join(deal, each.to.id)
        kind = {"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": ANY["deals"]}
        results.append({"from": {"id": deal.id}, "to": {"id": each.to.id}, "associationSpec": kind})
    words = "Some objects to be associated do not exist."
    failures = [failure("OBJECT_NOT_FOUND", words, context={"ids": missing})] if missing else []
    return batch(book, 200, results, failures)
