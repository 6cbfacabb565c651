"""Trials: a letter as a customer would get it, sent to one of us to look at."""

from dataclasses import dataclass
from uuid import uuid4

import msgspec

from config.errors import Actionable
from health.letters import LETTERS
from health.nouns import Notice, Receipt
from store import audit
from store.database import Connection
from templates.render import render
from worker.deployment import Deployment
from worker.previews import preview

MARK = "[Test] "


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
    """Send a letter as it is previewed to an address, marked as a test, and nobody else anything.

    It goes past the outbox, in dry-run too: a person asks for it, and nothing is owed. Raises `NoTrial`,
    `NoPreview`, the destination's `Misconfigured`, and `templates.content.Unrenderable`.
    """
    if template not in LETTERS:
        raise NoTrial(f"{template!r} is no letter; there are {', '.join(LETTERS)}.")
    if deployment.links is None:
        raise NoTrial("No letter leaves without a public address: set SEATSIGNAL_PUBLIC_URL.")
    shown = preview(deployment, connection, template, account)
    body = msgspec.json.decode(render(template, shown.payload, language, shown.person_name))
    body["subject"] = f"{MARK}{body['subject']}"
    sender = deployment.routes.sender
    key = f"trial/{template}/{uuid4()}"
    letter = Notice(key, sender, "message", key, 0, template, to, shown.payload, msgspec.json.encode(body))
    (receipt,) = deployment.destination(sender).deliver([letter])
    audit.record(connection, "letter_tried", shown.account, f"{template}: {receipt.outcome}", "operator")
    return Trial(str(body["subject"]), receipt)
