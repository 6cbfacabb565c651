"""Keygen's JSON for what the account holds, as it stands at an instant."""

from datetime import datetime, timedelta
from typing import Any

import msgspec

from sandbox.keygen.book import KeygenBook
from sandbox.keygen.resources import MAXIMA, License, Machine, Resource

UNUSED = timedelta(days=90)
SOON = timedelta(days=3)
USER_UNTIL = (1, 5)
"""The last version in which a licence's owner is called its user."""

Json = dict[str, Any]


def rendered(book: KeygenBook, resource: Resource, version: tuple[int, int]) -> Json:
    """A resource as the API returns it in a version."""
    shown: Json = msgspec.to_builtins(resource)
    shown["attributes"]["updated"] = shown["attributes"]["created"]
    match resource:
        case License():
            _license(book, resource, shown, version)
        case Machine():
            _machine(book, resource, shown)
        case _:
            pass
    return shown


def _license(book: KeygenBook, license_: License, shown: Json, version: tuple[int, int]) -> None:
    policy, machines = book.policy(license_), book.machines(license_)
    attributes, relationships = shown["attributes"], shown["relationships"]
    del attributes["banned"]
    inherited = msgspec.to_builtins(policy.attributes)
    attributes |= {name: inherited[name] for name in MAXIMA if attributes[name] is None}
    attributes |= {"status": status(license_, book.now()), "strict": policy.attributes.strict}
    attributes["lastValidated"] = _past(license_.attributes.last_validated, book.now())
    relationships["product"] = msgspec.to_builtins(policy.relationships.product)
    cores = sum(machine.attributes.cores or 0 for machine in machines)
    relationships["machines"] = {"meta": {"count": len(machines), "cores": cores, "memory": 0, "disk": 0}}
    if version <= USER_UNTIL:
        relationships["user"] = relationships.pop("owner")


def _machine(book: KeygenBook, machine: Machine, shown: Json) -> None:
    policy, beat = book.policy_of(machine), machine.attributes.last_heartbeat
    asked = policy is not None and policy.attributes.require_heartbeat
    shown["attributes"]["requireHeartbeat"] = asked or beat is not None


def _past(instant: datetime | None, now: datetime) -> str | None:
    return None if instant is None or instant > now else instant.isoformat()


def status(license_: License, now: datetime) -> str:
    """A licence's status, for which the worst that is true of it counts."""
    told = license_.attributes
    if told.banned:
        return "BANNED"
    if told.suspended:
        return "SUSPENDED"
    if told.expiry is not None and told.expiry <= now:
        return "EXPIRED"
    if told.expiry is not None and told.expiry < now + SOON:
        return "EXPIRING"
    used = [instant for instant in (told.created, told.last_validated) if instant and instant <= now]
    return "INACTIVE" if max(used, default=told.created) < now - UNUSED else "ACTIVE"
