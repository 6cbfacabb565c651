"""What a person wants to receive, as that person changes it. Each change is one line of the audit log."""

from collections.abc import Collection

from store import audit, subjects
from store.database import Connection
from store.subjects import EVERYTHING
from templates.pages import TOPICS

BY_THE_PERSON = "subject"


def withdraw(connection: Connection, subject: str, topic: str) -> None:
    """Send no more letters about a topic; once is enough."""
    _set(connection, subject, topic, granted=False)


def choose(connection: Connection, subject: str, topics: Collection[str], *, nothing: bool) -> None:
    """Send letters about these topics alone, or nothing at all.

    After "nothing at all" the topics stay as they were; they count again once it is taken back.
    """
    _set(connection, subject, EVERYTHING, granted=not nothing)
    if not nothing:
        for topic in TOPICS:
            _set(connection, subject, topic, granted=topic in topics)


def wanted(connection: Connection, subject: str) -> frozenset[str]:
    """Return the topics that a person is written to about, and `EVERYTHING` unless all was refused."""
    known = (*TOPICS, EVERYTHING)
    return frozenset(topic for topic in known if subjects.consents_to(connection, subject, topic))


def _set(connection: Connection, subject: str, topic: str, *, granted: bool) -> None:
    if subjects.consents_to(connection, subject, topic) == granted:
        return
    if subjects.set_consent(connection, subject, topic, granted=granted):
        action = "consent_given" if granted else "consent_withdrawn"
        audit.record(connection, action, subject, topic, actor=BY_THE_PERSON)
