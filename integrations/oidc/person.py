"""Who somebody is by what their provider states: an address, and the role that a claim of theirs means."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any, NamedTuple

from integrations.errors import Rejected
from integrations.oidc.settings import RANKS, OidcSettings, Role
from integrations.oidc.tokens import Claims

LONGEST = 254
"""Characters of an address (RFC 5321)."""


class Person(NamedTuple):
    """A colleague that the provider vouches for: their address in small letters, and their role."""

    email: str
    role: Role


def person(stated: Claims, given: OidcSettings) -> Person:
    """Return who somebody is. Raises `Rejected` in words for them."""
    email = _email(stated)
    if given.domains and email.rpartition("@")[2] not in given.domains:
        raise Rejected("domain", "Your address is of none of the domains that are let in here.")
    held = {role for claim, values in given.roles.items() for role in _meant(stated, claim, values)}
    if not held:
        raise Rejected(
            "no_role",
            "You are known, and nothing says what you may do here: ask whoever administers Seatsignal to map "
            "a group of yours to a role.",
        )
    return Person(email, max(held, key=RANKS.index))


def _email(stated: Claims) -> str:
    email = stated.get("email")
    if not isinstance(email, str) or not _is_address(email):
        raise Rejected(
            "no_address", "Your provider tells no mail address of yours: by it you are known here."
        )
    if stated.get("email_verified", True) not in (True, "true"):
        raise Rejected("unverified", "Your provider has not verified that your mail address is yours.")
    return email.strip().lower()


def _is_address(email: str) -> bool:
    before, _, after = email.strip().rpartition("@")
    return (
        bool(before and after) and "@" not in before and len(email) <= LONGEST and email.strip().isprintable()
    )


def _meant(stated: Claims, claim: str, values: Mapping[str, Role]) -> Iterator[Role]:
    """Yield the roles that a claim means; it is one value or several."""
    found = _found(stated, claim)
    several: Collection[object] = found if isinstance(found, list) else [found]
    yield from (values[one] for one in several if isinstance(one, str) and one in values)


def _found(stated: Claims, claim: str) -> object:
    """Return a claim by its name, or by a path with dots (as Keycloak's ``realm_access.roles``)."""
    if claim in stated:
        return stated[claim]
    found: Any = stated
    for name in claim.split("."):
        found = found.get(name) if isinstance(found, Mapping) else None
    return found
