"""An object as an API version shows it, with what the request wants expanded.

Fields that name another object show its id, and some are left out, unless ``expand[]`` names them; never
deeper than four levels (docs.stripe.com/expand).
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from sandbox.stripe.errors import Refused
from sandbox.stripe.versions import versioned

Json = dict[str, Any]
Wanted = dict[str, Any]
"""What to expand below a field, as a tree of names."""
Find = Callable[[str, str], Json | None]
"""An object by its kind and id."""

DEEPEST = 4
FIRST_ITEMS = 10
NAMED: Mapping[tuple[str, str], str] = {
    ("subscription", "customer"): "customer",
    ("subscription", "discounts"): "discount",
    ("subscription", "latest_invoice"): "invoice",
    ("subscription", "schedule"): "subscription_schedule",
    ("subscription_schedule", "customer"): "customer",
    ("subscription_schedule", "subscription"): "subscription",
    ("subscription_schedule.phases.items", "price"): "price",
    ("subscription_schedule.phases.items.discounts", "coupon"): "coupon",
    ("subscription_schedule.phases.discounts", "coupon"): "coupon",
    ("subscription_item", "discounts"): "discount",
    ("invoice", "customer"): "customer",
    ("invoice", "subscription"): "subscription",
    ("invoice.parent.subscription_details", "subscription"): "subscription",
    ("discount", "customer"): "customer",
    ("discount.source", "coupon"): "coupon",
    ("price", "product"): "product",
}
"""Fields that name objects, by the kind of object they are in, and of which kind those are."""
LEFT_OUT = {
    ("price", "tiers"),
    ("price", "currency_options"),
    ("coupon", "applies_to"),
    ("coupon", "currency_options"),
}


def wanted(paths: Iterable[str]) -> Wanted:
    """The tree of what a request wants expanded. Raises `Refused` for more than four levels."""
    tree: Wanted = {}
    for path in paths:
        names = path.split(".")
        if len(names) > DEEPEST:
            raise Refused(400, f"You cannot expand more than {DEEPEST} levels of a property: {path}.")
        below = tree
        for name in names:
            below = below.setdefault(name, {})
    return tree


class View:
    """Shows objects of one book in one version."""

    def __init__(self, find: Find, version: str) -> None:
        self._find = find
        self._version = version

    def of(self, version: str) -> "View":
        """The same in another version."""
        return View(self._find, version)

    def shown(self, thing: Json, tree: Wanted) -> Json:
        """A whole object as the API shows it."""
        return self._shown(versioned(thing, self._version), thing.get("object", ""), tree)

    def _shown(self, thing: Json, kind: str, tree: Wanted) -> Json:
        unknown = [name for name in tree if name not in thing]
        if unknown:
            raise Refused(400, f"This property cannot be expanded ({unknown[0]}).")
        return {
            name: self._field(kind, name, value, tree.get(name))
            for name, value in thing.items()
            if tree.get(name) is not None or not _left_out(kind, name)
        }

    def _field(self, kind: str, name: str, value: Any, tree: Wanted | None) -> Any:  # noqa: ANN401 - any JSON
        other = NAMED.get((kind, name))
        if other is not None:
            return self._named(other, value, tree)
        if tree == {} and not _left_out(kind, name):
            raise Refused(400, f"This property cannot be expanded ({name}).")
        if kind == "subscription" and name == "items":
            value = _first(value)
        return self._below(f"{kind}.{name}", value, tree or {})

    def _below(self, kind: str, value: Any, tree: Wanted) -> Any:  # noqa: ANN401 - any JSON
        match value:
            case {"object": "list"}:
                data = [self.shown(thing, tree.get("data", {})) for thing in value["data"]]
                return {**value, "data": data}
            case {"object": str()}:
                return self.shown(value, tree)
            case dict():
                return self._shown(value, kind, tree)
            case list() | tuple():
                return [self._below(kind, element, tree) for element in value]
            case _:
                return value

    def _named(self, kind: str, value: Any, tree: Wanted | None) -> Any:  # noqa: ANN401 - any JSON
        """The id of what a field names, or the object where that is wanted."""
        match value:
            case list() | tuple():
                return [self._named(kind, element, tree) for element in value]
            case None:
                return None
            case dict():
                return value["id"] if tree is None else self.shown(value, tree)
            case _ if tree is None:
                return value
            case _:
                found = self._find(kind, value)
                return (
                    {"id": value, "object": kind, "deleted": True}
                    if found is None
                    else self.shown(found, tree)
                )


def _left_out(kind: str, name: str) -> bool:
    return (kind, name) in LEFT_OUT or (kind.startswith("price.currency_options.") and name == "tiers")


def _first(items: Json) -> Json:
    """The first items of a list that lies in an object."""
    return {**items, "data": items["data"][:FIRST_ITEMS], "has_more": len(items["data"]) > FIRST_ITEMS}
