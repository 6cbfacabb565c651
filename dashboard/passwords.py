"""Passwords: hashed so that guessing one takes memory and time (scrypt, RFC 7914)."""

from base64 import b64decode, b64encode
from hashlib import scrypt
from hmac import compare_digest
from secrets import token_bytes

N, R, P = 2**15, 8, 1
"""32 MiB and about a tenth of a second for each try."""
LEAST = 12
"""Characters of a password."""
MOST = 200
_MEMORY = 64 * 1024 * 1024
NOBODY = "scrypt$32768$8$1$AAAAAAAAAAAAAAAAAAAAAA==$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
"""What no password gives: whoever is unknown is looked at for as long as anybody else."""


def hashed(password: str) -> str:
    """Return what is kept of a password: ``scrypt$N$r$p$salt$hash``."""
    salt = token_bytes(16)
    return f"scrypt${N}${R}${P}${_written(salt)}${_written(_of(password, salt, N, R, P))}"


def fits(password: str, kept: str) -> bool:
    """Tell whether a password is the one of which this was kept; in the same time whatever it is."""
    _, n, r, p, salt, wanted = (kept or NOBODY).split("$")
    found = _of(password, b64decode(salt), int(n), int(r), int(p))
    return compare_digest(found, b64decode(wanted)) and bool(kept)


def wrong(password: str, email: str) -> str:
    """Return what is wrong with a new password, in words; nothing where it will do."""
    if not LEAST <= len(password) <= MOST:
        return f"A password has {LEAST} to {MOST} characters: a few words are good and easy to keep."
    if len(set(password)) < LEAST // 2:
        return "The same few characters over and over are guessed at once."
    if email.partition("@")[0] in password.lower():
        return "Your own name in it is what is tried first."
    return ""


def _of(password: str, salt: bytes, n: int, r: int, p: int) -> bytes:
    return scrypt(password[:MOST].encode(), salt=salt, n=n, r=r, p=p, maxmem=_MEMORY, dklen=32)


def _written(value: bytes) -> str:
    return b64encode(value).decode()
