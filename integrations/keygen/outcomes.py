"""What a validation's event says of how it ended. Codes: docs/integrations/keygen.md, "Outcomes"."""

from collections.abc import Mapping

from integrations.keygen.answers import EventAttributes
from integrations.keygen.client import FAILED, SUCCEEDED

OK = "ok"
UNTOLD = "failed"
"""A failure whose code is not told."""
NOT_ACTIVATED = "not_activated"
"""By this an app learns that it has to activate: a step on the way, no failure of it."""

MISMATCHES = frozenset({"COMPONENTS_SCOPE_MISMATCH", "FINGERPRINT_SCOPE_MISMATCH", "MACHINE_SCOPE_MISMATCH"})
WORDS: Mapping[str, str] = {
    "NOT_FOUND": "invalid_key",
    "NO_MACHINE": NOT_ACTIVATED,
    "NO_MACHINES": NOT_ACTIVATED,
}
"""Codes that have a word of ours; every other is its own in small letters."""


def outcome(told: EventAttributes, machines_are: str) -> str | None:
    """How a validation ended; `None` for an event that is none.

    The event decides whether it succeeded, not its code: a policy may let an expired licence pass.
    """
    match told.event:
        case event if event == SUCCEEDED:
            return OK
        case event if event == FAILED:
            return _failure(told.metadata.code if told.metadata else None, machines_are)
        case _:
            return None


def _failure(code: str | None, machines_are: str) -> str:
    if code in MISMATCHES:
        return "domain_mismatch" if machines_are == "domains" else "fingerprint_mismatch"
    return WORDS.get(code, code.lower()) if code else UNTOLD
