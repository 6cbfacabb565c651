import smtplib
from email.message import EmailMessage

from tests.rehearsal import Rehearsal


def letter(**changed: str | None) -> EmailMessage:
    """A good mail; `List_Unsubscribe="…"` sets a header, None takes it out."""
    headers = {
        "From": "Robin Vale <robin.vale@seller.example>",
        "To": "Ada Brook <ada.brook@buyer.example>",
        "Date": "Mon, 23 Nov 2026 09:00:00 +0000",
        "Message-ID": "<1@seller.example>",
        "Subject": "Your renewal",
    }
    headers |= {name.replace("_", "-"): value for name, value in changed.items()}
    message = EmailMessage()
    for name, value in headers.items():
        if value is not None:
            message[name] = value
    message.set_content("Hello Ada\n")
    message.add_alternative("<p>Hello <b>Ada</b></p>\n", subtype="html")
    return message


def connected(sandbox: Rehearsal, timeout: float = 10) -> smtplib.SMTP:
    return smtplib.SMTP(sandbox.smtp_host, sandbox.smtp_port, local_hostname="localhost", timeout=timeout)


def send(sandbox: Rehearsal, message: EmailMessage, timeout: float = 10) -> None:
    with connected(sandbox, timeout) as smtp:
        smtp.send_message(message, "robin.vale@seller.example", ["ada.brook@buyer.example"])
