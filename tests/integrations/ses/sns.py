"""SNS as a test needs it: a certificate, and messages that are signed with its key."""

import json
from base64 import b64encode
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA1, SHA256
from cryptography.hazmat.primitives.serialization import Encoding

BASE = "https://sns.eu-west-1.amazonaws.com"
CERTIFICATE = f"{BASE}/SimpleNotificationService-0123456789abcdef0123456789abcdef.pem"
TOPIC = "arn:aws:sns:eu-west-1:123456789012:letters"
NOW = datetime(2026, 6, 1, 10, tzinfo=UTC)
AT = "2026-06-01T09:59:30.123Z"
DANA = "Dana.Quill@customer.example"
EVENT = {
    "mail": {"messageId": "m-1", "destination": [DANA], "tags": {"notice": ["ab"]}},
}


@cache
def key(number: int = 0) -> rsa.RSAPrivateKey:
    """A key of SNS's, or with another number of somebody else's."""
    del number
    return rsa.generate_private_key(65_537, 2_048)


@cache
def certificate(number: int = 0, since: datetime = NOW - timedelta(days=90)) -> bytes:
    """The certificate of a key, good for a year."""
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "sns.amazonaws.com")])
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key(number).public_key())
    dated = made.not_valid_before(since).not_valid_after(since + timedelta(days=365))
    return dated.serial_number(1).sign(key(number), SHA256()).public_bytes(Encoding.PEM)


@dataclass(frozen=True)
class Message:
    """A message to be signed; ``more`` changes fields before that."""

    event: object = None
    kind: str = "Notification"
    version: str = "2"
    by: int = 0
    more: dict[str, str] = field(default_factory=dict)

    def fields(self) -> dict[str, str]:
        """All that is in it, the signature last."""
        text = self.event if isinstance(self.event, str) else json.dumps(self.event)
        made = {"Type": self.kind, "MessageId": "i-1", "TopicArn": TOPIC, "Message": text, "Timestamp": AT}
        if self.kind != "Notification":
            made |= {"Token": "token-1", "SubscribeURL": f"{BASE}/?Action=ConfirmSubscription&Token=token-1"}
        made |= {"SignatureVersion": self.version, "SigningCertURL": CERTIFICATE, **self.more}
        hashed = SHA256() if self.version == "2" else SHA1()  # noqa: S303 - version 1 is so
        signature = key(self.by).sign(canonical(made).encode(), padding.PKCS1v15(), hashed)
        return made | {"Signature": b64encode(signature).decode()}

    def body(self, **changed: str) -> bytes:
        """The message as it is posted; what is changed here was so after it was signed."""
        return json.dumps(self.fields() | changed).encode()


def canonical(fields: dict[str, str]) -> str:
    """The fields that are signed, in the order of their names."""
    unsigned = {"Signature", "SignatureVersion", "SigningCertURL", "UnsubscribeURL"}
    unsigned |= {"SubscribeURL", "Token"} if fields["Type"] == "Notification" else {"Subject"}
    return "".join(f"{name}\n{fields[name]}\n" for name in sorted(fields) if name not in unsigned)


def bounce(kind: str = "Permanent", *whom: str, named: str = "notificationType") -> dict[str, object]:
    """SES's event of a bounce."""
    recipients = [{"emailAddress": each, "status": "5.1.1"} for each in whom or (DANA,)]
    return EVENT | {
        named: "Bounce",
        "bounce": {
            "bounceType": kind,
            "bounceSubType": "General",
            "bouncedRecipients": recipients,
            "timestamp": AT,
            "feedbackId": "f-1",
        },
    }


def complaint(kind: str | None = "abuse") -> dict[str, object]:
    """SES's event of a complaint."""
    said = {"complainedRecipients": [{"emailAddress": DANA}], "timestamp": AT, "feedbackId": "f-2"}
    return EVENT | {"notificationType": "Complaint", "complaint": said | {"complaintFeedbackType": kind}}
