"""What Keygen's webhooks tell, and which of it matters: most events are noise here.

Page: keygen.sh/docs/api/webhooks. An event holds the object that it is about as a text of JSON.
"""

from collections.abc import Mapping

import msgspec

from integrations.errors import Rejected
from integrations.keygen.answers import Licence

MATTERS: Mapping[str, bool] = {
    "*": False,
    "license.*": True,
    "license.check-in-*": False,
    "license.checked-in": False,
    "license.checked-out": False,
    "license.expiring-soon": False,
    "license.usage.*": False,
    "license.validation.*": False,
    "machine.created": True,
    "machine.deleted": True,
    "policy.updated": True,
}
"""Whether an event of a name, or of all that begin so, changes what a pull brings.

The longest name that fits decides. Validations are counted from the event log, by whole days.
"""


class Attributes(msgspec.Struct, frozen=True):
    """The name of an event, and its object."""

    event: str
    payload: str = ""


class Told(msgspec.Struct, frozen=True):
    """An event."""

    id: str
    attributes: Attributes


class Delivery(msgspec.Struct, frozen=True):
    """A body."""

    data: Told


class _Shown(msgspec.Struct, frozen=True):
    """The object of an event about a licence."""

    data: Licence


def event(body: bytes) -> Told:
    """Return the event of a body. Raises `Rejected` for one that has none."""
    try:
        found = msgspec.json.decode(body, type=Delivery).data
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        found = None
    if found is None or not found.id or len(found.id) > 255:  # noqa: PLR2004 - an id, and no text
        raise Rejected("event_unreadable", "keygen: a delivery without an event")
    return found


def matters(name: str, chosen: Mapping[str, bool]) -> bool:
    """Return whether an event changes what a pull brings; what is ``chosen`` goes before `MATTERS`."""
    known = {**MATTERS, **chosen}
    fitting = [each for each in known if name == each or (each.endswith("*") and name.startswith(each[:-1]))]
    return known[max(fitting, key=len)]


def licence(told: Told) -> Licence | None:
    """Return the licence that an event shows; `None` for one about anything else."""
    if not told.attributes.event.startswith("license."):
        return None
    try:
        return msgspec.json.decode(told.attributes.payload, type=_Shown).data
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return None
