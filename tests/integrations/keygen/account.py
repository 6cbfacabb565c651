"""Objects of an invented Keygen account, in the shapes of its API."""

from datetime import UTC, datetime
from typing import Any

TOKEN = "prod-canary-4402"
SLUG = "sundial"
ACCOUNT = "00000001-acc0-4000-8000-000000000000"
PERMISSIONS = ("product.read", "policy.read", "license.read", "machine.read", "event-log.read")
KEY = "KEY-CANARY-9917"
"""How every licence's key begins: no record may hold it."""

Json = dict[str, Any]


def uuid(kind: str, number: int) -> str:
    """An id, by a letter for the kind of thing and a number."""
    return f"{number:08x}-{ord(kind):04x}-4000-8000-000000000000"


def to(kind: str, type_: str, number: int | None) -> Json:
    """A relationship to one thing or none."""
    return {"data": None if number is None else {"type": type_, "id": uuid(kind, number)}}


def ms(instant: str) -> int:
    """An instant of UTC such as ``2026-11-16T11:00:00`` in milliseconds since 1970."""
    return round(datetime.fromisoformat(instant).replace(tzinfo=UTC).timestamp() * 1_000)


def product(number: int, name: str) -> Json:
    return {"id": uuid("p", number), "attributes": {"name": name, "created": "2025-01-01T00:00:00Z"}}


def policy(number: int, name: str, product_: int, **more: object) -> Json:
    return {
        "id": uuid("r", number),
        "attributes": {"name": name, "created": "2025-01-02T00:00:00Z", **more},
        "relationships": {"product": to("p", "products", product_)},
    }


def license_(
    number: int,
    policy_: int,
    created: str,
    *,
    owner: int | None = None,
    group: int | None = None,
    users: int = 0,
    **more: object,
) -> Json:
    return {
        "id": uuid("l", number),
        "attributes": {"key": f"{KEY}-{number}", "created": f"{created}Z", **more},
        "relationships": {
            "policy": to("r", "policies", policy_),
            "owner": to("u", "users", owner),
            "group": to("g", "groups", group),
            "users": {"meta": {"count": users}},
        },
    }


def machine(number: int, license_number: int, created: str, **more: object) -> Json:
    return {
        "id": uuid("m", number),
        "attributes": {"fingerprint": f"print-{number}", "created": f"{created}Z", **more},
        "relationships": {"license": to("l", "licenses", license_number)},
    }


def event(number: int, license_number: int, code: str | None, at: str, *, succeeded: bool) -> Json:
    return {
        "id": uuid("e", number),
        "attributes": {
            "event": f"license.validation.{'succeeded' if succeeded else 'failed'}",
            "metadata": {"code": code} if code else {},
            "created": f"{at}Z",
        },
        "relationships": {"resource": to("l", "licenses", license_number)},
    }


def content(**held: object) -> Json:
    """An account that holds some things, and whose token may read all of them."""
    token = {"value": TOKEN, "permissions": PERMISSIONS}
    return {"account": ACCOUNT, "slug": SLUG, "token": token, **held}
