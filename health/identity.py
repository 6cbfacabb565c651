"""Identity: which account a source's account is. The ladder, without its rows."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from health.domains import DOMAIN, is_anyones

OUR_ID, CONTACT_EMAIL = "our_id", "contact_email"
CRMS = frozenset({"hubspot", "salesforce", "pipedrive"})
"""Sources that people keep by hand: a link by one of them ranks below one by a machine."""


class Name(NamedTuple):
    """A name that an account goes by: ``our_id``, a verified ``domain``, its id in a source.

    A ``contact_email`` is the token of a person's address, which two accounts share.
    """

    kind: str
    value: str

    def __str__(self) -> str:
        return f"{self.kind} {self.value}"


@dataclass(frozen=True, slots=True)
class Link:
    """The account, the rung that found it, and the name that the two have in common."""

    account: int
    rule: str
    evidence: str


@dataclass(frozen=True, slots=True)
class Refused:
    """No account, and why: ``none`` fits, or ``two`` fit on the same rung. A person decides."""

    reason: str
    rule: str = ""
    candidates: tuple[int, ...] = ()


def resolve(names: Collection[Name], candidates: Mapping[int, Collection[Name]]) -> Link | Refused:
    """Climb the ladder: our id, external id, CRM link, verified domain, contact e-mail.

    ``candidates`` are our accounts with all names they go by. The first rung on which any of them shares a
    name decides; where two do, it is refused and no further rung is tried. Domains of anyone join nobody.
    """
    for rule, rung in _LADDER:
        own = {name for name in names if rung(name)}
        shared = {account: own.intersection(theirs) for account, theirs in candidates.items()}
        fits = {account: found for account, found in shared.items() if found}
        if len(fits) > 1:
            return Refused("two", rule, tuple(sorted(fits)))
        for account, found in fits.items():
            return Link(account, rule, str(min(found)))
    return Refused("none")


def _external(name: Name) -> bool:
    return name.kind not in {OUR_ID, DOMAIN, CONTACT_EMAIL} and name.kind not in CRMS


_LADDER: tuple[tuple[str, Callable[[Name], bool]], ...] = (
    ("our_id", lambda name: name.kind == OUR_ID),
    ("external_id", _external),
    ("crm_link", lambda name: name.kind in CRMS),
    ("verified_domain", lambda name: name.kind == DOMAIN and not is_anyones(name.value)),
    ("contact_email", lambda name: name.kind == CONTACT_EMAIL),
)
