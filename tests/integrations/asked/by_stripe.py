"""What Stripe's own library says of a request: the types that it gives to parameters, closed.

There a name that is not listed passes, and beside the words that are listed any text does. Here neither does.
"""

import inspect
import re
from collections.abc import Mapping
from functools import cache
from types import UnionType
from typing import Any, Literal, NotRequired, Union, get_args, get_origin

import stripe
import stripe.params
from pydantic import TypeAdapter, ValidationError
from typing_extensions import TypedDict, get_type_hints, is_typeddict

from tests.integrations.asked import Asked, Json

OPTIONS = frozenset(stripe.RequestOptions.__annotations__)
"""How the library itself is called: nothing that Stripe takes."""
PART = re.compile(r"(\w+)(?:\[(\w*)\])?")
MOST = 100


def wrong(asked: Asked) -> list[str]:
    """Names and values that Stripe's library does not know, and a version that is none."""
    objects, _, name = asked.path.partition("/")
    kind = "".join(word.title() for word in objects.removesuffix("s").split("_"))
    declared = getattr(stripe.params, f"{kind}{'Retrieve' if name else 'List'}Params", None)
    if asked.method != "GET" or declared is None:
        return ["it is not read by that"]
    try:
        query = nested(asked.query)
        checker(declared).validate_python(query)
    except (ValueError, ValidationError) as error:
        return [str(error)]
    too_many = [f"limit is {query['limit']}"] if not 0 < int(query.get("limit", 1)) <= MOST else []
    events = set(query.get("types", ())) - words("enabled_events")
    version = {asked.headers.get("stripe-version", "")} - words("api_version")
    return [*too_many, *(f"no event or version: {each!r}" for each in sorted(events | version))]


def nested(query: tuple[tuple[str, str], ...]) -> Json:
    """A query as the library takes it: ``expand[]`` is a list, ``created[gte]`` an object.

    Raises `ValueError` for a name of another form, or one that comes twice.
    """
    told: Json = {}
    for name, value in query:
        found = PART.fullmatch(name)
        if found is None:
            raise ValueError(f"{name}: no name of a parameter")
        outer, inner = found.groups()
        if inner == "":
            told.setdefault(outer, []).append(value)
            continue
        within = told if inner is None else told.setdefault(outer, {})
        if within.setdefault(inner or outer, value) is not value:
            raise ValueError(f"{name}: twice")
    return told


@cache
def checker(declared: Any) -> TypeAdapter[Any]:
    """What fits a kind of parameters, and nothing else does."""
    return TypeAdapter(closed(declared))


@cache
def words(parameter: str) -> frozenset[str]:
    """The events that there are, or the versions, as an endpoint for events is told of them."""
    found = _hints(stripe.params.WebhookEndpointCreateParams)[parameter]
    return frozenset(_literals(found))


def closed(hint: Any) -> Any:
    """The same type with no names but its own, and no words but those that are listed."""
    if is_typeddict(hint):
        own = {name: closed(each) for name, each in _hints(hint).items() if name not in OPTIONS}
        made = TypedDict(hint.__name__, own)  # type: ignore[misc]  # made from another
        made.__pydantic_config__ = {"extra": "forbid"}
        return made
    kind, parts = get_origin(hint), get_args(hint)
    if kind is NotRequired:
        return NotRequired[closed(parts[0])]
    if kind is list:
        return list[closed(parts[0])]  # type: ignore[misc]  # as above
    if kind in {Union, UnionType}:
        listed = any(get_origin(part) is Literal for part in parts)
        return Union[tuple(closed(part) for part in parts if not (listed and part is str))]  # noqa: UP007 - of a tuple
    return hint


def _hints(declared: Any) -> Mapping[str, Any]:
    names = {**vars(inspect.getmodule(declared)), "Mapping": Mapping, "StripeContext": stripe.StripeContext}
    return get_type_hints(declared, globalns=names, include_extras=True)


def _literals(hint: Any) -> list[str]:
    if get_origin(hint) is Literal:
        return list(get_args(hint))
    return [word for part in get_args(hint) for word in _literals(part)]
