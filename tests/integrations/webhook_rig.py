"""What the tests of every webhook must know of one: its secrets, how it signs, and what it delivers.

A new webhook brings `tests/integrations/<name>/webhook_rig.py` with a function ``rig()``.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module

from health.records import Record
from health.streams import Told

Sign = Callable[[bytes, int, str], Mapping[str, str]]
"""The headers of a delivery, from its body, the second it is signed at, and the secret."""


@dataclass(frozen=True)
class Delivery:
    """A body as the vendor sends it, the id of its event, and what it says."""

    body: bytes
    event: str
    records: frozenset[Record | Told]


@dataclass(frozen=True)
class WebhookRig:
    """One webhook.

    ``good`` are settings by environment variable, without those of the secrets; ``secret`` and ``old`` name
    these: the one in use, and the one before it. What deliveries say is what a pull of the vendor's
    source rig brings, unless the vendor cannot be asked. Without ``tolerance_s`` no time is signed.
    ``as_set`` is what is set of a secret that the vendor keeps to itself: the public key that belongs to it.
    """

    vendor: str
    good: Mapping[str, str]
    secret: str
    old: str
    sign: Sign
    deliveries: Sequence[Delivery]
    tolerance_s: int | None = 300
    as_set: Callable[[str], str] = str


def webhook_rig(name: str) -> WebhookRig:
    """The rig that a webhook's tests bring."""
    made = import_module(f"tests.integrations.{name}.webhook_rig").rig()
    assert isinstance(made, WebhookRig)
    return made
