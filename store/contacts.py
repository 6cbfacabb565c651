"""The people at an account who may be written to."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Connection, Select, exists, func, literal, select

from store.tables import facts, links, subjects

NO_CONSENT = "no_consent"
"""Why a letter is not sent: whoever it is for said no, by a link of ours or to a source."""
Asked = TypeVar("Asked", bound=Select[Any])


@dataclass(frozen=True, slots=True)
class Recipient:
    """A person by token, with the language that their source states; empty where it states none."""

    subject: str
    role: str
    language: str


@dataclass(frozen=True, slots=True)
class Named:
    """A person by role and name; the name is empty where none was stated, or the person was erased."""

    role: str
    name: str


def named(connection: Connection, account: int) -> list[Named]:
    """Return the account's contacts by role and name, each once."""
    contacts = facts["contacts"]
    name = func.coalesce(subjects.c.name, "")
    query = (
        select(func.coalesce(contacts.c.role, "").label("role"), name.label("name"))
        .join(links, (links.c.source_account == contacts.c.source_account) & links.c.to_batch.is_(None))
        .outerjoin(subjects, (subjects.c.token == contacts.c.subject) & subjects.c.erased_ms.is_(None))
        .where(links.c.account == account)
        .distinct()
    )
    return sorted((Named(*row) for row in connection.execute(query)), key=lambda one: (one.role, one.name))


MAIN = ("admin", "billing", "user")
CHAMPION = "champion"


def to_talk_to(connection: Connection, account: int) -> list[tuple[str, str]]:
    """Return whom a colleague talks to at an account, each by role and token.

    The contact with the first role of `MAIN` that it has, and a champion beside; nobody twice.
    """
    contacts = facts["contacts"]
    query = (
        select(contacts.c.role, contacts.c.subject)
        .join(links, (links.c.source_account == contacts.c.source_account) & links.c.to_batch.is_(None))
        .where(links.c.account == account, contacts.c.role.in_((*MAIN, CHAMPION)))
        .order_by(contacts.c.subject)
    )
    of_role = {row.role: row.subject for row in reversed(connection.execute(query).all())}
    main = next((role for role in MAIN if role in of_role), "")
    chosen = {of_role[role]: role for role in (CHAMPION, main) if role in of_role}
    return sorted(((role, subject) for subject, role in chosen.items()), key=lambda one: one[0] == CHAMPION)


def recipient(connection: Connection, account: int, roles: Sequence[str]) -> Recipient | None:
    """Return the account's contact with the first of the roles that it has, or `None`.

    Whoever said no to a source (`said_no`) is passed over.
    """
    contacts = facts["contacts"]
    query = _in_roles(select(contacts.c.subject, contacts.c.role, contacts.c.language), account, roles)
    query = query.where(~exists().where(_no(contacts.c.subject))).order_by(contacts.c.subject)
    found = {
        row.role: Recipient(row.subject, row.role, row.language or "")
        for row in reversed(connection.execute(query).all())
    }
    return next((found[role] for role in roles if role in found), None)


def has_any(connection: Connection, account: int, roles: Sequence[str]) -> bool:
    """Tell whether an account has a contact with one of the roles, be it one that said no."""
    anybody = _in_roles(select(facts["contacts"].c.subject), account, roles)
    return connection.execute(anybody.limit(1)).first() is not None


def said_no(connection: Connection, subject: str) -> bool:
    """Tell whether a person said no to a source, whichever and at whatever account (``consent`` false)."""
    return bool(connection.execute(select(exists().where(_no(literal(subject))))).scalar_one())


def _no(subject: ColumnElement[str]) -> ColumnElement[bool]:
    said = facts["contacts"].alias("said")
    return (said.c.subject == subject) & said.c.consent.is_(False)


def _in_roles(query: Asked, account: int, roles: Sequence[str]) -> Asked:
    contacts = facts["contacts"]
    through = (links.c.source_account == contacts.c.source_account) & links.c.to_batch.is_(None)
    joined = query.select_from(contacts).join(links, through)
    return joined.where(links.c.account == account, contacts.c.role.in_(roles))
