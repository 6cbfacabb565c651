"""Vault: what a secret looks like in the database. With keys it is encrypted, and they are never beside it.

The first key encrypts, each may decrypt, so that one follows another without a moment in which something
cannot be read (docs/operating.md, "Secrets in the database").
"""

from collections.abc import Sequence

from config.errors import Actionable

_SEALED = "fernet:"
VARIABLE = "SEATSIGNAL_ENCRYPTION_KEYS"


class Locked(Actionable):
    """A secret cannot be read or kept with the keys that are set. Its words hold no part of either."""


def new_key() -> str:
    """Return a key that is nobody's yet."""
    from cryptography.fernet import Fernet  # noqa: PLC0415 - without a key nobody pays for loading it

    return Fernet.generate_key().decode()


def sealed(plain: str, *, always: bool = False) -> str:
    """Return a secret as it is to be stored. Raises `Locked` without a key if it is ``always`` encrypted."""
    keys = _keys()
    if keys:
        from cryptography.fernet import Fernet  # noqa: PLC0415 - see above

        return _SEALED + Fernet(keys[0]).encrypt(plain.encode()).decode()
    if always:
        raise Locked(f"set {VARIABLE} first: `seatsignal config key` makes a key; nothing is stored without")
    return plain


def opened(stored: str) -> str:
    """Return a secret that is stored, encrypted or not. Raises `Locked` if no key that is set fits."""
    if not is_sealed(stored):
        return stored
    keys = _keys()
    if not keys:
        raise Locked(
            f"the database's secrets are encrypted: set {VARIABLE} to the key they were encrypted with"
        )
    from cryptography.fernet import Fernet, InvalidToken, MultiFernet  # noqa: PLC0415 - see above

    try:
        return MultiFernet([Fernet(key) for key in keys]).decrypt(stored.removeprefix(_SEALED)).decode()
    except InvalidToken:
        wrong = Locked(
            f"the database's secrets were encrypted with another key than {VARIABLE} has: "
            "add that one after a comma, then `seatsignal rekey`"
        )
    raise wrong  # outside of the handler: its context would hold what was stored


def is_sealed(stored: str) -> bool:
    """Tell whether a stored secret is encrypted."""
    return stored.startswith(_SEALED)


def _keys() -> Sequence[str]:
    from config.settings import settings  # noqa: PLC0415 - read by who opens a secret, not by who loads this

    return settings().keys
