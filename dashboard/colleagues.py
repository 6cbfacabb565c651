"""Colleagues: who may sign in, and as what; whoever changes that is on record, and nobody locks all out."""

from collections.abc import Collection
from secrets import token_urlsafe

from email_validator import EmailNotValidError, validate_email

from config.errors import Actionable
from dashboard import passwords
from dashboard.access import ROLES
from store import audit, users
from store.database import Connection
from store.users import User

ADMIN = "admin"


class Unsuitable(Actionable):
    """What is to become of a colleague cannot be so; the text says why."""


def address(email: str) -> str:
    """Return an address as colleagues are known by. Raises `Unsuitable`."""
    try:
        return validate_email(email.strip(), check_deliverability=False).normalized.lower()
    except EmailNotValidError as error:
        raise Unsuitable(str(error)) from None


def found(connection: Connection, email: str) -> User:
    """Return a colleague by address. Raises `Unsuitable`."""
    user = users.find(connection, email.strip().lower())
    if user is None:
        raise Unsuitable(f"There is no user {email[:200]}.")
    return user


def made_up() -> str:
    """Return a password that nobody can guess, to be told once."""
    return token_urlsafe(15)


def add(connection: Connection, email: str, role: str, password: str, actor: str, *, own_only: bool) -> None:
    """Let a colleague in. Raises `Unsuitable`."""
    _check(role, own_only=own_only)
    if not users.add(connection, email, role, passwords.hashed(password), own_only=own_only):
        raise Unsuitable(f"There is a user {email} already; `seatsignal user password` changes the password.")
    audit.record(connection, "user_added", email, role, actor)


def renew(connection: Connection, user: User, password: str, actor: str) -> None:
    """Give a colleague another password, let them in with it, and end every session of theirs."""
    users.change(connection, user.id, password=passwords.hashed(password))
    users.enable(connection, user.id)
    users.end_all(connection, user.id)
    audit.record(connection, "password_changed", user.email, actor=actor)


def change(connection: Connection, user: User, role: str, actor: str, *, own_only: bool) -> None:
    """Let a colleague be something else. Raises `Unsuitable`."""
    _check(role, own_only=own_only)
    if role != ADMIN:
        _left(connection, user)
    users.change(connection, user.id, role=role, own_only=own_only)
    sees = "own accounts" if own_only else "all accounts"
    audit.record(connection, "user_changed", user.email, f"{role}, {sees}", actor)


def lock_out(connection: Connection, user: User, actor: str) -> None:
    """Let a colleague in no more, and end every session of theirs. Raises `Unsuitable`."""
    _left(connection, user)
    users.disable(connection, user.id)
    audit.record(connection, "user_removed", user.email, actor=actor)


def end_sessions(
    connection: Connection, user: User, actor: str, chosen: Collection[int] | None = None
) -> int:
    """End some sessions of a colleague, or every one, and return how many there were."""
    if chosen is None:
        ended = users.end_all(connection, user.id)
    else:
        ended = sum(users.end(connection, user.id, each) for each in chosen)
    audit.record(connection, "sessions_ended", user.email, str(ended), actor)
    return ended


def _check(role: str, *, own_only: bool) -> None:
    if role not in ROLES:
        raise Unsuitable(f"A role is one of {', '.join(ROLES)}.")
    if own_only and role == ADMIN:
        raise Unsuitable("An admin acts on all accounts: give the role manager to who sees their own alone.")


def _left(connection: Connection, user: User) -> None:
    """Raise `Unsuitable` where nobody could administer any more without a colleague."""
    if user.role != ADMIN or user.is_disabled:
        return
    others = [each for each in users.everyone(connection) if each.role == ADMIN and not each.is_disabled]
    if [each.id for each in others] == [user.id]:
        raise Unsuitable(f"{user.email} is the only one left who administers: make another admin first.")
