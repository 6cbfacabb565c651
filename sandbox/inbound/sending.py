"""A sender that signs as Standard Webhooks asks."""

import hmac
from base64 import b64encode
from hashlib import sha256


def signed(name: str, body: bytes, at_s: int, key: bytes) -> dict[str, str]:
    """Return the headers of a call of that id."""
    digest = hmac.new(key, f"{name}.{at_s}.".encode() + body, sha256).digest()
    return {
        "webhook-id": name,
        "webhook-timestamp": str(at_s),
        "webhook-signature": f"v1,{b64encode(digest).decode()}",
    }
