"""Users: colleagues who sign in, their sessions, and the tokens of programs.

Of passwords and tokens only hashes are here: whoever reads the database can sign in as nobody.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from store.database import now_ms
from store.tables import sessions, users
from store.upsert import insert as insert_new


class User(NamedTuple):
    """A colleague. ``password`` is a hash, empty where another system vouches for them."""

    id: int
    email: str
    role: str
    own_only: bool
    password: str
    zone: str
    language: str
    is_disabled: bool


class Session(NamedTuple):
    """Where a user is signed in."""

    id: int
    agent: str
    made_ms: int
    seen_ms: int
    ends_ms: int
    is_this: bool = False


_COLUMNS = (
    users.c.id,
    users.c.email,
    users.c.role,
    users.c.own_only,
    users.c.password,
    users.c.zone,
    users.c.language,
    users.c.disabled_ms.is_not(None).label("is_disabled"),
)


def add(connection: Connection, email: str, role: str, password: str, *, own_only: bool) -> bool:
    """Add a colleague; false if there is one with this address."""
    if find(connection, email) is not None:
        return False
    values = {"email": email, "role": role, "password": password, "own_only": own_only}
    connection.execute(insert(users).values(made_ms=now_ms(), **values))
    return True


def vouched_for(connection: Connection, email: str, role: str) -> User:
    """Return a colleague whom another system vouches for, made if need be, with the role that it says."""
    made = insert_new(connection, users).values(email=email, role=role, made_ms=now_ms())
    connection.execute(made.on_conflict_do_nothing(index_elements=["email"]))
    user = find(connection, email)
    if user is None:  # nobody deletes colleagues
        raise LookupError("a colleague is gone who was just made")
    if user.role != role:
        change(connection, user.id, role=role)
    return user._replace(role=role)


def find(connection: Connection, email: str) -> User | None:
    """Return a colleague by address, locked where this unit of work writes."""
    query = select(*_COLUMNS).where(users.c.email == email).with_for_update()
    row = connection.execute(query).one_or_none()
    return None if row is None else _user(row)


def everyone(connection: Connection) -> list[User]:
    """Return all colleagues by address."""
    return [_user(row) for row in connection.execute(select(*_COLUMNS).order_by(users.c.email))]


def any_admin(connection: Connection) -> bool:
    """Tell whether anybody may administer."""
    query = select(users.c.id).where(users.c.role == "admin", users.c.disabled_ms.is_(None)).limit(1)
    return connection.execute(query).first() is not None


def change(connection: Connection, user: int, **values: object) -> None:
    """Change columns of a colleague: a role, a zone, a password."""
    connection.execute(update(users).where(users.c.id == user).values(**values))


def disable(connection: Connection, user: int) -> None:
    """Let a colleague in no more, and end what they have open."""
    connection.execute(update(users).where(users.c.id == user).values(disabled_ms=now_ms()))
    end_all(connection, user)


def enable(connection: Connection, user: int) -> None:
    """Let a colleague in again."""
    connection.execute(update(users).where(users.c.id == user).values(disabled_ms=None))


def _user(row: Row[Any]) -> User:
    return User._make(row)


# -- sessions ----------------------------------------------------------------------------------------


def begin(connection: Connection, user: int, token: str, agent: str, lasts_ms: int) -> None:
    """Keep a session by the hash of its token."""
    ends = now_ms() + lasts_ms
    values = {"token": token, "whose": user, "agent": agent}
    connection.execute(insert(sessions).values(made_ms=now_ms(), seen_ms=now_ms(), ends_ms=ends, **values))


class Seen(NamedTuple):
    """Whose a session is, its number, and how long ago it was used."""

    user: User
    session: int
    idle_ms: int


def seen(connection: Connection, token: str, idle_ms: int) -> Seen | None:
    """Return whose a session is that still counts: not ended, and used within some time."""
    idle = (now_ms() - sessions.c.seen_ms).label("idle_ms")
    query = select(*_COLUMNS, sessions.c.id.label("session"), idle)
    query = query.join(users, users.c.id == sessions.c.whose)
    query = query.where(
        sessions.c.token == token, sessions.c.ends_ms > now_ms(), users.c.disabled_ms.is_(None)
    )
    row = connection.execute(query).one_or_none()
    if row is None or row.idle_ms > idle_ms:
        return None
    return Seen(User._make(row[: len(User._fields)]), row.session, row.idle_ms)


def touch(connection: Connection, session: int) -> None:
    """Note that a session was used."""
    connection.execute(update(sessions).where(sessions.c.id == session).values(seen_ms=now_ms()))


def sessions_of(connection: Connection, user: int, this: int = 0) -> Sequence[Session]:
    """Return where a user is signed in, the latest first."""
    c = sessions.c
    query = select(c.id, c.agent, c.made_ms, c.seen_ms, c.ends_ms)
    query = query.where(c.whose == user, c.ends_ms > now_ms()).order_by(c.seen_ms.desc(), c.id)
    return [Session(*row, row.id == this) for row in connection.execute(query)]


class OpenSessions(NamedTuple):
    """How many sessions a user has, and when one of them was used last."""

    sessions: int
    seen_ms: int


def open_sessions(connection: Connection) -> dict[int, OpenSessions]:
    """Return what sessions there are, by user; one without any is left out."""
    c = sessions.c
    query = select(c.whose, func.count(), func.max(c.seen_ms)).where(c.ends_ms > now_ms()).group_by(c.whose)
    return {whose: OpenSessions(number, seen_ms) for whose, number, seen_ms in connection.execute(query)}


def end(connection: Connection, user: int, session: int) -> bool:
    """End one session of a user; false if it is none of theirs."""
    gone = delete(sessions).where(sessions.c.id == session, sessions.c.whose == user)
    return connection.execute(gone).rowcount > 0


def end_all(connection: Connection, user: int, but: int = 0) -> int:
    """End every session of a user but one, and return how many there were."""
    gone = delete(sessions).where(sessions.c.whose == user, sessions.c.id != but)
    return connection.execute(gone).rowcount


def clear(connection: Connection) -> int:
    """Delete the sessions that have ended, and return how many."""
    return connection.execute(delete(sessions).where(sessions.c.ends_ms <= now_ms())).rowcount
