"""Amazon's signature of a request as the one who is called checks it: from what arrived, and nothing else.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
"""

import hmac
import re
from datetime import UTC, datetime
from hashlib import sha256

from starlette.requests import Request

SKEW_S = 300
HEADER = re.compile(
    r"AWS4-HMAC-SHA256 "
    r"Credential=(?P<id>\w+)/(?P<day>\d{8})/(?P<region>[a-z0-9-]+)/(?P<service>\w+)/aws4_request, "
    r"SignedHeaders=(?P<names>[a-z0-9;-]+), Signature=(?P<signature>[0-9a-f]{64})"
)
NEEDED = frozenset({"host", "x-amz-date"})
"""Headers that must be signed, and whatever else of Amazon's own is there."""


class Unsigned(Exception):  # noqa: N818 - an answer, not a defect
    """Amazon's name of what is wrong, and words."""

    def __init__(self, kind: str, words: str) -> None:
        super().__init__(words)
        self.kind, self.words = kind, words


def check(request: Request, body: bytes, key: tuple[str, str], region: str, now_s: float) -> None:
    """Return if the holder of a key (id, secret) has signed this request just now. Raises `Unsigned`."""
    found = HEADER.fullmatch(request.headers.get("authorization", ""))
    if found is None:
        raise Unsigned("MissingAuthenticationTokenException", "Missing Authentication Token")
    if found["id"] != key[0]:
        raise Unsigned(
            "UnrecognizedClientException", "The security token included in the request is invalid."
        )
    if (found["region"], found["service"]) != (region, "ses"):
        raise Unsigned("InvalidSignatureException", "Credential should be scoped to a valid region.")
    stamp = request.headers.get("x-amz-date", "")
    _check_time(stamp, found["day"], now_s)
    _check_names(request, found["names"].split(";"))
    reach = f"{found['day']}/{region}/ses/aws4_request"
    string = "\n".join(("AWS4-HMAC-SHA256", stamp, reach, _digest(request, found["names"], body)))
    day = _mac(f"AWS4{key[1]}".encode(), found["day"])
    signing = _mac(_mac(_mac(day, region), "ses"), "aws4_request")
    if not hmac.compare_digest(_mac(signing, string).hex(), found["signature"]):
        raise Unsigned("InvalidSignatureException", "The request signature we calculated does not match.")


def _check_time(stamp: str, day: str, now_s: float) -> None:
    try:
        at = datetime.strptime(stamp, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC).timestamp()
    except ValueError as error:
        raise Unsigned("IncompleteSignatureException", "Date is missing or unreadable.") from error
    if not stamp.startswith(day):
        raise Unsigned("InvalidSignatureException", "Date in Credential scope does not match.")
    if at < now_s - SKEW_S:
        raise Unsigned(
            "InvalidSignatureException", f"Signature expired: {stamp} is now earlier than it may be"
        )
    if at > now_s + SKEW_S:
        raise Unsigned("InvalidSignatureException", f"Signature not yet current: {stamp} is still later")


def _check_names(request: Request, names: list[str]) -> None:
    of_amazon = {name for name in request.headers if name.startswith("x-amz-")}
    if names != sorted(names) or not NEEDED | of_amazon <= set(names):
        raise Unsigned(
            "InvalidSignatureException", "'Host' and every x-amz- header must be signed, in order."
        )


def _digest(request: Request, names: str, body: bytes) -> str:
    query = "&".join(sorted(request.url.query.split("&"))) if request.url.query else ""
    path = request.scope["raw_path"].decode().partition("?")[0]
    headers = [f"{name}:{' '.join(request.headers.getlist(name)).strip()}" for name in names.split(";")]
    lines = [request.method, path, query, *headers, "", names, sha256(body).hexdigest()]
    return sha256("\n".join(lines).encode()).hexdigest()


def _mac(key: bytes, words: str) -> bytes:
    return hmac.digest(key, words.encode(), "sha256")
