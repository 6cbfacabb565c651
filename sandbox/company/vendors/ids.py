"""Ids as each vendor gives them: the same for the same words, and nobody else's."""

from hashlib import sha256
from uuid import UUID

_NUMBERS = 10**9


def text(prefix: str, *words: str) -> str:
    """An id such as Stripe's: ``cus_`` and letters and digits."""
    return f"{prefix}_{_digest(prefix, *words)[:14]}"


def number(*words: str) -> int:
    """An id such as Zendesk's or HubSpot's: ten or eleven digits."""
    return _NUMBERS + int(_digest(*words)[:9], 16)


def uuid(*words: str) -> str:
    """An id such as Keygen's or PostHog's."""
    return str(UUID(_digest(*words)[:32]))


def _digest(*words: str) -> str:
    return sha256("/".join(words).encode()).hexdigest()
