"""Trials: a letter as a customer would get it, sent to one of us to look at."""

from dataclasses import dataclass
from uuid import uuid4

import msgspec

from config.errors import Actionable
from health.nouns import Notice, Receipt
from store import audit, outbox
from store.database import Connection
from templates.payload import TEMPLATES
from templates.render import render
from worker.deployment import Deployment

MAIL = "mail"
MARK = "[Test] "
_NOBODY = "nobody"
"""Whom the links of a trial are for: whoever follows one changes nothing for the customer."""


class NoTrial(Actionable):
    """There is nothing to send a trial of."""


@dataclass(frozen=True, slots=True)
class Trial:
    """A letter that was tried: its subject, and what the mail server said."""

    subject: str
    receipt: Receipt


def trial(
    deployment: Deployment,
    connection: Connection,
    template: str,
    account: str,
    *,
    to: str,
    language: str = "",
) -> Trial:
    """Send an account's latest letter of a kind to an address, marked as a test, and nobody else anything.

    It goes past the outbox, in dry-run too: a person asks for it, and nothing is owed. Raises `NoTrial`, the
    destination's `Misconfigured`, and `templates.content.Unrenderable`.
    """
    if template not in TEMPLATES or TEMPLATES[template].medium != MAIL:
        letters = ", ".join(name for name, each in TEMPLATES.items() if each.medium == MAIL)
        raise NoTrial(f"{template!r} is no letter; there are {letters}.")
    payload = outbox.latest_payload(connection, template, account)
    if payload is None:
        raise NoTrial(f"No {template!r} was ever planned for {account!r}; `seatsignal plan` lists what is.")
    payload = _relinked(deployment, template, payload)
    body = msgspec.json.decode(render(template, payload, language))
    body["subject"] = f"{MARK}{body['subject']}"
    sender = deployment.routes.sender
    key = f"trial/{template}/{uuid4()}"
    letter = Notice(key, sender, "message", key, 0, template, to, payload, msgspec.json.encode(body))
    (receipt,) = deployment.destination(sender).deliver([letter])
    audit.record(connection, "letter_tried", account, f"{template}: {receipt.outcome}", "operator")
    return Trial(str(body["subject"]), receipt)


def _relinked(deployment: Deployment, template: str, payload: str) -> str:
    """Return a letter's payload with links for nobody in place of the customer's."""
    if deployment.links is None:
        raise NoTrial("No letter leaves without a public address: set SEATSIGNAL_PUBLIC_URL.")
    content = msgspec.json.decode(payload)
    content["links"] |= {
        "unsubscribe": deployment.links.unsubscribe(_NOBODY, template),
        "preferences": deployment.links.preferences(_NOBODY),
    }
    return msgspec.json.encode(content).decode()
