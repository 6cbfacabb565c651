"""Deciding about a customer's mail at a desk: a form with what they would read and why, and two answers."""

import re
from collections.abc import Mapping

from integrations.desk import Field, Form, Press, Question
from store import approvals
from store.approvals import APPROVED, DRAFT, MAILED, REJECTED, Held
from store.database import Connection
from worker.deployment import Deployment
from worker.mails import Undecidable, decide, shown
from worker.waiting import Decision, is_listed

GONE = "Nobody has to decide about this mail any more, or it stands in a newer message."
_BUTTON = re.compile(r"mail_([1-9][0-9]{0,17})")
_VERDICT, _REASON = "verdict", "reason"
_ANSWERS = {APPROVED: "Approve: we send it", REJECTED: "Reject: it is not sent"}
_ANSWERS_TO_DRAFT = {MAILED: "I have sent it by hand", REJECTED: "It will not be sent"}


class Faulty(Exception):  # noqa: N818 - named by what happened
    """Fields of a form that cannot be taken, by name, and why."""

    def __init__(self, faults: Mapping[str, str]) -> None:
        """Keep what is wrong."""
        super().__init__()
        self.faults = faults


def number(answer: str) -> int:
    """Return which mail a button or a form is about; 0 if it is about none."""
    found = _BUTTON.fullmatch(answer)
    return int(found[1]) if found else 0


def asked(deployment: Deployment, name: str, press: Press, mail: int) -> Question | str:
    """Return the form that shows a mail and asks for a decision, or why there is none."""
    with deployment.database.read() as connection:
        held = _held(connection, name, press.remote, mail)
        if held is None:
            return GONE
        return _question(connection, held)


def _held(connection: Connection, name: str, remote: str, mail: int) -> Held | None:
    """Return a mail that one of our messages lists and that is still to be decided about."""
    if not is_listed(connection, name, remote, mail):
        return None
    held = approvals.find(connection, mail)
    return held if held and not held.decision else None


def _question(connection: Connection, held: Held) -> Question:
    mail = shown(connection, held)
    about = (
        f"To {mail.to or 'nobody'}, {held.account_name} ({held.account_key}), in {mail.language}",
        f"until {mail.until:%-d %B %H:%M} UTC",
    )
    texts = ("\n".join(about), "Why\n" + "\n".join(mail.why), f"Subject: {mail.subject}", mail.text)
    choices = tuple(_answers(held).items())
    fields = (Field(_VERDICT, "Your decision", choices), Field(_REASON, "Why? (if not)", optional=True))
    return Question("A mail to a customer", fields, "Decide", texts)


def _answers(held: Held) -> Mapping[str, str]:
    return _ANSWERS_TO_DRAFT if held.mode == DRAFT else _ANSWERS


def decided(deployment: Deployment, name: str, form: Form, mail: int) -> None:
    """Take the decision that a form holds. Raises `Faulty`."""
    with deployment.database.write() as connection:
        held = _held(connection, name, form.remote, mail)
        if held is None:
            raise Faulty({_VERDICT: GONE})
        said = _said(held, form)
        try:
            decide(deployment, connection, held.key, said)
        except Undecidable as error:
            raise Faulty({_VERDICT: str(error)}) from None
    deployment.bell.deliver(name)
    deployment.bell.deliver(deployment.routes.sender)


def _said(held: Held, form: Form) -> Decision:
    verdict, reason = form.values.get(_VERDICT, ""), " ".join(form.values.get(_REASON, "").split())
    if verdict not in _answers(held):
        raise Faulty({_VERDICT: "Choose one."})
    if verdict == REJECTED and not reason:
        raise Faulty({_REASON: "Say it in a few words: others read it."})
    return Decision(verdict, form.actor, reason)
