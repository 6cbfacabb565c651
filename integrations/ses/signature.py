"""Amazon's signature of a request, version 4, of requests without a query.

What is signed is the method, the path, the headers that are given and a digest of the body, so that a call
that was changed on its way is refused, and one that was kept is refused after five minutes
(https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html).
"""

import hmac
from collections.abc import Mapping
from datetime import UTC, datetime
from hashlib import sha256
from typing import NamedTuple
from urllib.parse import quote

ALGORITHM = "AWS4-HMAC-SHA256"
END = "aws4_request"


class Key(NamedTuple):
    """An access key: its public id, its secret, and for a temporary one the token that goes with it."""

    id: str
    secret: str
    session: str = ""

    def __repr__(self) -> str:
        """Never show a secret."""
        return "Key"


class Scope(NamedTuple):
    """What a signature is good for besides its day."""

    region: str
    service: str


class Call(NamedTuple):
    """A request to be signed: its headers by name, among them ``host``; its path before it is quoted."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes = b""


def signed(call: Call, key: Key, scope: Scope, at: datetime) -> dict[str, str]:
    """The headers of a call but for ``host``, with those that sign it ``at`` an instant with a zone."""
    stamp = at.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    headers = {name.lower(): " ".join(value.split()) for name, value in call.headers.items()}
    headers["x-amz-date"] = stamp
    if key.session:
        headers["x-amz-security-token"] = key.session
    names = ";".join(sorted(headers))
    reach = "/".join((stamp[:8], *scope, END))
    words = "\n".join((ALGORITHM, stamp, reach, sha256(_canonical(call, headers, names)).hexdigest()))
    signature = hmac.new(_derived(key.secret, reach), words.encode(), sha256).hexdigest()
    del headers["host"]
    credential = f"{ALGORITHM} Credential={key.id}/{reach}, SignedHeaders={names}, Signature={signature}"
    return {**headers, "authorization": credential}


def _canonical(call: Call, headers: Mapping[str, str], names: str) -> bytes:
    """The request in the one form that both sides take the digest of."""
    lines = "".join(f"{name}:{headers[name]}\n" for name in sorted(headers))
    path = quote(call.path, safe="/-_.~")
    return "\n".join((call.method, path, "", lines, names, sha256(call.body).hexdigest())).encode()


def _derived(secret: str, reach: str) -> bytes:
    """The key of one day, region and service."""
    made = f"AWS4{secret}".encode()
    for step in reach.split("/"):
        made = hmac.new(made, step.encode(), sha256).digest()
    return made
