"""Reports as mail servers write them (RFC 3464, RFC 5965), about letters of ours."""

from collections.abc import Mapping

from integrations.mime import message_id

DANA = "dana.quill@customer.example"
KEY = "letter/renewal/a1/t0k3n/s-1"
HARD = {"Action": "failed", "Status": "5.1.1", "Final-Recipient": f"rfc822; {DANA}"}
DATE = "Mon, 1 Jun 2026 08:00:00 +0200"
_LETTER = """\
From: success@seller.example
To: {address}
Subject: Your renewal
Message-ID: {message_id}
"""


def delivery(
    *recipients: Mapping[str, str],
    key: str = KEY,
    whole: bool = True,
    date: str = DATE,
) -> bytes:
    """What a server reports of the delivery of a letter to some recipients."""
    blocks = ["Reporting-MTA: dns; mx.customer.example"]
    blocks += ["\n".join(f"{name}: {value}" for name, value in each.items()) for each in recipients]
    report = _report("delivery-status", "\n\n".join(blocks), key, date)
    return report if whole else report.replace(b"message/rfc822", b"text/rfc822-headers")


def complaint(key: str = KEY, address: str = DANA, kind: str = "abuse") -> bytes:
    """What a mailbox provider reports of a person who marked a letter as spam."""
    told = f"Feedback-Type: {kind}\nUser-Agent: Provider/1\nVersion: 1\nOriginal-Rcpt-To: {address}\n"
    return _report("feedback-report", told, key, DATE)


def _report(kind: str, told: str, key: str, date: str) -> bytes:
    letter = _LETTER.format(address=DANA, message_id=message_id(key, "seller.example"))
    return f"""\
From: MAILER-DAEMON@mx.customer.example
To: success@seller.example
Date: {date}
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: multipart/report; report-type={kind}; boundary="b"

--b
Content-Type: text/plain

I'm sorry to have to inform you.

--b
Content-Type: message/{kind}

{told}

--b
Content-Type: message/rfc822

{letter}
Hello

--b--
""".encode()
