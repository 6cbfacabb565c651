"""Signatures as Standard Webhooks has them (www.standardwebhooks.com), made and checked.

What is signed is the id, the second and the body, with full stops between; a header holds one signature or
several, so that a secret can change.
"""

import hmac
import re
from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from hashlib import sha256

from pydantic import SecretStr

from integrations.errors import Misconfigured, Rejected

PREFIX = "whsec_"
TOLERANCE_S = 300
"""How far the time of a signature may lie from ours, either way."""
ID, AT, SIGNATURE = "webhook-id", "webhook-timestamp", "webhook-signature"
LEAST, MOST = 24, 64
"""Bytes of a key."""
_SECOND = re.compile(r"[0-9]{1,12}")
_ID = re.compile(r"[!-~]{1,255}")


def key(variable: str, secret: SecretStr) -> bytes:
    """Return the bytes of a secret ``whsec_…``, which is base64. Raises `Misconfigured`."""
    written = secret.get_secret_value().removeprefix(PREFIX)
    try:
        made = b64decode(written, validate=True)
    except ValueError:
        made = b""
    if LEAST <= len(made) <= MOST:
        return made
    raise Misconfigured(
        "secret_unusable", f"set {variable} to {PREFIX} and {LEAST} to {MOST} bytes as base64"
    )


def headers(secrets: Sequence[bytes], name: str, at_s: int, body: bytes) -> dict[str, str]:
    """Return the headers that say of a body what it is, when it was sent, and who we are by each secret."""
    signatures = (f"v1,{_signature(secret, name, str(at_s), body)}" for secret in secrets)
    return {ID: name, AT: str(at_s), SIGNATURE: " ".join(signatures)}


def event(secrets: Sequence[bytes], given: Mapping[str, str], body: bytes, now_s: float) -> str:
    """Return the id of a call that was signed just now with one of the secrets. Raises `Rejected`."""
    found = {name.lower(): value for name, value in given.items()}
    name, at, signatures = (found.get(header, "") for header in (ID, AT, SIGNATURE))
    theirs = [part[3:].encode(errors="replace") for part in signatures.split(" ") if part.startswith("v1,")]
    if not (_ID.fullmatch(name) and _SECOND.fullmatch(at) and theirs):
        raise Rejected("signature_missing", f"no {ID}, {AT} and {SIGNATURE} that can be read")
    ours = [_signature(secret, name, at, body).encode() for secret in secrets]
    if not any([hmac.compare_digest(mine, other) for mine in ours for other in theirs]):  # noqa: C419 - all of them
        raise Rejected("signature_wrong", "no signature fits the body and the secrets that are set")
    if abs(now_s - int(at)) > TOLERANCE_S:
        raise Rejected("signature_untimely", f"signed more than {TOLERANCE_S} s from now")
    return name


def _signature(secret: bytes, name: str, at: str, body: bytes) -> str:
    return b64encode(
        hmac.new(secret, b".".join((name.encode(), at.encode(), body)), sha256).digest()
    ).decode()
