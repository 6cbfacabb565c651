"""People, once: everywhere else a person is a token, keyed with the installation's secret.

The token of an address is the same each time, so that facts join and an erased person stays erased.
"""

import hmac
import re
from collections.abc import Collection, Mapping
from hashlib import sha256
from operator import itemgetter

from sqlalchemy import Connection, select

from store.database import now_ms
from store.installation import secret
from store.tables import consents, subjects
from store.upsert import insert

EVERYTHING = "everything"
"""The topic that stands for all others."""


def token(key: bytes, email: str) -> str:
    """Return the token that stands for an address."""
    return hmac.new(key, email.strip().lower().encode(), sha256).hexdigest()[:24]


def remember(connection: Connection, people: Mapping[str, str | None]) -> dict[str, str]:
    """Keep people by address (with their names, where known) and return each address's token.

    Who was erased is not brought back.
    """
    key = secret(connection)
    tokens = {email: token(key, email) for email in people}
    rows = [
        {"token": tokens[email], "email": email.strip(), "name": name or ""} for email, name in people.items()
    ]
    rows.sort(key=itemgetter("token"))  # in an order of all, or two sources wait for each other
    if rows:
        statement = insert(connection, subjects)
        changed = {"name": statement.excluded.name}
        connection.execute(
            statement.on_conflict_do_update(
                index_elements=["token"],
                set_=changed,
                where=subjects.c.erased_ms.is_(None) & (statement.excluded.name != ""),
            ),
            rows,
        )
    return tokens


def person(connection: Connection, subject: str) -> tuple[str, str]:
    """Return a subject's address and name; both empty if unknown or erased."""
    query = select(subjects.c.email, subjects.c.name).where(subjects.c.token == subject)
    row = connection.execute(query.where(subjects.c.erased_ms.is_(None))).one_or_none()
    return (row.email, row.name) if row else ("", "")


_TOLD = re.compile(r"[^\W\d_]+(?:[ .'’-]+[^\W\d_]+)+\.?")  # noqa: RUF001 - people write both apostrophes
NAME_MIN = 6
"""Characters of a name that `store.erasure` looks for in texts: a shorter one is part of too many words."""


def may_be_told(name: str) -> bool:
    """Tell whether a name may go into a text that is stored: whether it would be found there to be erased."""
    return len(name) >= NAME_MIN and " " in name and _TOLD.fullmatch(name) is not None


def name_told(connection: Connection, subject: str) -> str:
    """Return a person's name for words that are stored; empty of one that is unknown or may not be told."""
    _address, name = person(connection, subject)
    return name if may_be_told(name) else ""


def erased(connection: Connection, emails: Collection[str]) -> dict[str, str]:
    """Return by address the tokens of those who were erased."""
    if not emails:
        return {}
    key = secret(connection)
    tokens = {token(key, email): email for email in emails}
    query = select(subjects.c.token).where(
        subjects.c.token.in_(list(tokens)), subjects.c.erased_ms.is_not(None)
    )
    return {tokens[subject]: subject for subject in connection.execute(query).scalars()}


def consents_to(connection: Connection, subject: str, topic: str) -> bool:
    """Tell whether a person may be written to about a topic: unless they said no to it, or to all."""
    refused = select(consents.c.topic).where(consents.c.subject == subject, ~consents.c.granted)
    return connection.execute(refused.where(consents.c.topic.in_((topic, EVERYTHING)))).first() is None


def set_consent(connection: Connection, subject: str, topic: str, *, granted: bool) -> bool:
    """Remember what a person wants, and tell whether that is news."""
    values = {"granted": granted, "changed_ms": now_ms()}
    statement = insert(connection, consents).values(subject=subject, topic=topic, **values)
    changed = statement.on_conflict_do_update(
        index_elements=["subject", "topic"], set_=values, where=consents.c.granted != granted
    )
    return connection.execute(changed.execution_options(preserve_rowcount=True)).rowcount == 1
