"""Identity: which account a source's account is. The ladder, without its rows."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

FREE_MAIL = frozenset(
    {
        "aol.com", "gmail.com", "gmx.de", "gmx.net", "googlemail.com", "hotmail.com", "icloud.com",
        "live.com", "mail.com", "me.com", "msn.com", "outlook.com", "proton.me", "protonmail.com",
        "t-online.de", "web.de", "yahoo.com", "yandex.com",
    }
)  # fmt: skip
"""Domains that anyone may have: they join nobody."""


@dataclass(frozen=True, slots=True)
class SourceAccount:
    """What a source tells of one of its accounts, as far as it can join it to one of ours."""

    external_id: str
    our_id: str = ""
    crm_id: str = ""
    domain: str = ""
    domain_verified: bool = False
    emails: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Candidate:
    """One of our accounts, with all that is known to belong to it."""

    account: int
    key: str
    external_ids: frozenset[str] = frozenset()
    crm_ids: frozenset[str] = frozenset()
    domains: frozenset[str] = frozenset()
    emails: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Link:
    """The account, the rung that found it, and what the two have in common."""

    account: int
    rule: str
    evidence: str


@dataclass(frozen=True, slots=True)
class Refused:
    """No account, and why: ``none`` fits, or ``two`` fit on the same rung. A person decides."""

    reason: str
    rule: str = ""
    candidates: tuple[int, ...] = ()


_Rung = Callable[[SourceAccount, Candidate], str]


def resolve(source_account: SourceAccount, candidates: Sequence[Candidate]) -> Link | Refused:
    """Climb the ladder: our id, external id, CRM link, verified domain, contact's e-mail.

    The first rung on which any candidate fits decides; where two fit, it is refused and no further rung
    is tried. Free-mail domains join nobody.
    """
    for rule, rung in _LADDER:
        fits = [(each.account, found) for each in candidates if (found := rung(source_account, each))]
        if len(fits) > 1:
            return Refused("two", rule, tuple(account for account, _ in fits))
        if fits:
            return Link(fits[0][0], rule, fits[0][1])
    return Refused("none")


def _our_id(source: SourceAccount, candidate: Candidate) -> str:
    return source.our_id if source.our_id == candidate.key else ""


def _external_id(source: SourceAccount, candidate: Candidate) -> str:
    return source.external_id if source.external_id in candidate.external_ids else ""


def _crm_id(source: SourceAccount, candidate: Candidate) -> str:
    return source.crm_id if source.crm_id in candidate.crm_ids else ""


def _domain(source: SourceAccount, candidate: Candidate) -> str:
    domain = source.domain.lower()
    if not source.domain_verified or domain in FREE_MAIL:
        return ""
    return domain if domain in candidate.domains else ""


def _email(source: SourceAccount, candidate: Candidate) -> str:
    shared = {email.lower() for email in source.emails} & {email.lower() for email in candidate.emails}
    return min((email for email in shared if email.partition("@")[2] not in FREE_MAIL), default="")


_LADDER: tuple[tuple[str, _Rung], ...] = (
    ("our_id", _our_id),
    ("external_id", _external_id),
    ("crm_link", _crm_id),
    ("verified_domain", _domain),
    ("contact_email", _email),
)
