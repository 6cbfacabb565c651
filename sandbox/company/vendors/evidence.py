"""By what systems know an account: most state our own id, some the id of another system or a domain alone."""

from hashlib import sha256

from sandbox.company.cast import SISTERS

_IN = 12  # accounts, of which one is known otherwise than by our id


def known_by_domain(system: str, account_id: str) -> bool:
    """Whether a system knows an account by its domain alone; the sisters' domain names neither of them."""
    return account_id not in SISTERS and _share(system, account_id) == 0


def known_by_stripe(system: str, account_id: str) -> bool:
    """Whether a system knows an account by its customer's id at Stripe."""
    return _share(system, account_id) == 1


def _share(system: str, account_id: str) -> int:
    return sha256(f"{system}/{account_id}".encode()).digest()[0] % _IN
