"""A message of SNS: who has signed it, and what it says.

https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html. The certificate is read from
nowhere but SNS in the topic's own region.
"""

import re
from base64 import b64decode
from binascii import Error
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA1, SHA256, HashAlgorithm
from cryptography.x509 import Certificate, load_pem_x509_certificate
from msgspec import DecodeError, Struct, field
from msgspec.json import decode

from integrations.errors import Rejected

NOTIFICATION, CONFIRMATION = "Notification", "SubscriptionConfirmation"
SIGNED = {
    NOTIFICATION: ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"),
    CONFIRMATION: ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"),
    "UnsubscribeConfirmation": (
        "Message",
        "MessageId",
        "SubscribeURL",
        "Timestamp",
        "Token",
        "TopicArn",
        "Type",
    ),
}
"""What is signed of each type of message, in this order; a subject only where there is one."""
HASHES: dict[str, Callable[[], HashAlgorithm]] = {"1": SHA1, "2": SHA256}
OLDEST, NEWEST = timedelta(hours=1, minutes=5), timedelta(minutes=5)
"""SNS goes on trying for an hour with the first signature."""
CERTIFICATE = re.compile(r"SimpleNotificationService-[0-9a-zA-Z]{1,64}\.pem")
KEPT = 8


class Told(Struct, frozen=True, rename="pascal"):
    """A message of any type."""

    type: str
    message_id: str
    topic_arn: str
    message: str
    timestamp: str
    signature_version: str
    signature: str
    certificate: str = field(name="SigningCertURL")
    subject: str | None = None
    token: str | None = None
    subscribe_url: str | None = field(name="SubscribeURL", default=None)


def told(body: bytes) -> Told:
    """The message in a body. Raises `Rejected`."""
    try:
        return decode(body, type=Told)
    except (DecodeError, UnicodeError):
        failure = Rejected("event_unreadable", "ses: a call that is no message of SNS")
    raise failure


def words(message: Told) -> bytes:
    """What SNS has signed of a message. Raises `Rejected`."""
    names = SIGNED.get(message.type)
    if names is None:
        raise Rejected("event_unreadable", "ses: a message of SNS of an unknown type")
    values = {
        "Message": message.message,
        "MessageId": message.message_id,
        "Subject": message.subject,
        "SubscribeURL": message.subscribe_url,
        "Timestamp": message.timestamp,
        "Token": message.token,
        "TopicArn": message.topic_arn,
        "Type": message.type,
    }
    lines = (f"{name}\n{values[name]}\n" for name in names if values[name] is not None)
    return "".join(lines).encode("utf-8", "surrogatepass")


def instant(text: str) -> datetime:
    """An instant as SNS and SES write it, with a zone. Raises `Rejected`."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        failure = Rejected("event_unreadable", "ses: a call that does not say when")
    else:
        return at if at.tzinfo else at.replace(tzinfo=UTC)
    raise failure


class Signatures:
    """Checks messages of one topic by certificates that ``fetch`` reads from SNS, and keeps a few of them."""

    def __init__(self, base: str, fetch: Callable[[str], bytes], clock: Callable[[], datetime]) -> None:
        """Read nothing yet. ``fetch`` takes the name of a certificate under ``base``, the address of SNS."""
        self._base = base.rstrip("/")
        self._fetch = fetch
        self._clock = clock
        self._known: dict[str, Certificate] = {}

    def check(self, message: Told) -> None:
        """Return if SNS has signed the message lately. Raises `Rejected`, and what ``fetch`` raises."""
        now = self._clock()
        if not now - OLDEST <= instant(message.timestamp) <= now + NEWEST:
            raise Rejected("event_too_old", "ses: a message of SNS that is too old, or of the future")
        hashed = HASHES.get(message.signature_version)
        if hashed is None:
            raise Rejected("signature_wrong", "ses: a signature of an unknown version")
        key = self._certificate(message.certificate, now).public_key()
        if not isinstance(key, RSAPublicKey) or not _fits(key, message, hashed()):
            raise Rejected("signature_wrong", "ses: a message that SNS has not signed, or not so")

    def _certificate(self, url: str, now: datetime) -> Certificate:
        base, _, name = url.rpartition("/")
        if base != self._base or not CERTIFICATE.fullmatch(name):
            raise Rejected(
                "certificate_elsewhere", "ses: a certificate that is not at SNS in the topic's region"
            )
        found = self._known.get(name) or _read(self._fetch(name))
        if not found.not_valid_before_utc <= now <= found.not_valid_after_utc:
            raise Rejected("certificate_wrong", "ses: a certificate of SNS that does not hold now")
        if name not in self._known and len(self._known) >= KEPT:
            self._known.clear()
        self._known[name] = found
        return found


def _read(pem: bytes) -> Certificate:
    try:
        return load_pem_x509_certificate(pem)
    except ValueError:
        failure = Rejected("certificate_wrong", "ses: what is at SNS is no certificate")
    raise failure


def _fits(key: RSAPublicKey, message: Told, hashed: HashAlgorithm) -> bool:
    try:
        key.verify(b64decode(message.signature, validate=True), words(message), PKCS1v15(), hashed)
    except (InvalidSignature, Error, ValueError):
        return False
    return True
