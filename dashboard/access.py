"""Access: who is asking, and what they may do. A session is a cookie; what is kept of it is its hash."""

from collections.abc import Mapping
from enum import StrEnum
from hashlib import sha256
from hmac import compare_digest, new
from secrets import token_urlsafe
from typing import NamedTuple
from zoneinfo import ZoneInfo

from dashboard import passwords
from dashboard.guard import Guard, Refused
from store import audit, users
from store.database import Connection, Database
from store.users import User

DAY_MS = 86_400_000
LASTS_MS, IDLE_MS = 14 * DAY_MS, DAY_MS
"""How long a session lasts at most, and without being used."""
NOTED_MS = 60_000
"""A session's use is noted no oftener."""
COOKIE = "seatsignal"


class Right(StrEnum):
    """What one may do."""

    READ = "read"
    ANSWER = "answer"  # alerts: take on, snooze, dismiss, done; notes
    OVERRIDE = "override"  # set a band by hand
    APPROVE = "approve"  # letters to customers
    IDENTIFY = "identify"  # say which records are one account
    OPERATE = "operate"  # release, replay, resume, go live
    ADMINISTER = "administer"  # users and tokens


_CARING = {Right.READ, Right.ANSWER, Right.OVERRIDE, Right.APPROVE}
ROLES: Mapping[str, frozenset[Right]] = {
    "csm": frozenset(_CARING),
    "sales": frozenset({Right.READ, Right.ANSWER}),
    "support": frozenset({Right.READ}),
    "manager": frozenset({*_CARING, Right.IDENTIFY}),
    "admin": frozenset(Right),
}


class Viewer(NamedTuple):
    """A colleague who is signed in. ``seal`` must come back with whatever they do."""

    user: User
    session: int
    seal: str

    @property
    def owners(self) -> tuple[str, ...] | None:
        """The addresses whose accounts they may see; `None`: everybody's."""
        return (self.user.email,) if self.user.own_only else None

    @property
    def zone(self) -> ZoneInfo:
        """In which they read the time."""
        return ZoneInfo(self.user.zone)

    def may(self, right: Right) -> bool:
        """Tell whether their role holds a right; who sees some accounts alone has none over all of them."""
        return right in ROLES[self.user.role] and (self.owners is None or right in _CARING)


WRONG = "The address or the password is not right."
KEPT_OUT = "You are not let in here any more: ask whoever administers Seatsignal."


class Access:
    """Lets colleagues in, and finds who is asking."""

    def __init__(self, database: Database) -> None:
        """Hold the database."""
        self._database = database

    def sign_in(self, email: str, password: str, agent: str, host: str = "") -> str:
        """Return the token of a new session for whoever calls from a host. Raises `Refused`, `TooMany`.

        A try is counted before it is looked at, so that many at once are no more tries than one by one. The
        same is done, and takes as long, whether or not there is a colleague of that address.
        """
        email = email.strip().lower()
        with self._database.read() as connection:  # a flood writes nothing
            guard = Guard.of(connection, email, host)
            guard.check(connection)
        with self._database.write() as connection:
            guard.check(connection)
            guard.note(connection)
            user = users.find(connection, email)
        fits = passwords.fits(password, user.password if user else "")
        with self._database.write() as connection:
            token = self._let_in(connection, email, agent, fits=fits)
            if token is not None:
                guard.let_in(connection)
        if token is None:
            raise Refused(WRONG)
        return token

    def _let_in(self, connection: Connection, email: str, agent: str, *, fits: bool) -> str | None:
        user = users.find(connection, email)
        if user is None or user.is_disabled or not fits:
            audit.record(connection, "sign_in_failed", str(user.id) if user else "nobody")
            return None
        return _begun(connection, user, agent, "password")

    def vouch(self, email: str, role: str, agent: str) -> str:
        """Return the token of a new session of a colleague that another system vouches for, with their role.

        Raises `Refused` for one that is kept out here.
        """
        with self._database.write() as connection:
            user = users.vouched_for(connection, email, role)
            if user.is_disabled:
                raise Refused(KEPT_OUT)
            return _begun(connection, user, agent, "provider")

    def viewer(self, token: str) -> Viewer | None:
        """Return whose session a token is; `None` if it is nobody's, or over."""
        if not token:
            return None
        with self._database.read() as connection:
            seen = users.seen(connection, digest(token), IDLE_MS)
        if seen is None:
            return None
        if seen.idle_ms > NOTED_MS:
            with self._database.write() as connection:
                users.touch(connection, seen.session)
        return Viewer(seen.user, seen.session, seal(token))

    def sign_out(self, viewer: Viewer) -> None:
        """End a session."""
        with self._database.write() as connection:
            users.end(connection, viewer.user.id, viewer.session)
            audit.record(connection, "signed_out", str(viewer.user.id), actor=viewer.user.email)


def _begun(connection: Connection, user: User, agent: str, by: str) -> str:
    token = token_urlsafe(32)
    users.begin(connection, user.id, digest(token), agent[:200], LASTS_MS)
    audit.record(connection, "signed_in", str(user.id), by, user.email)
    return token


def digest(token: str) -> str:
    """Return what is kept of a token: it has 256 bits of chance, which no table of guesses holds."""
    return sha256(token.encode()).hexdigest()


def seal(token: str) -> str:
    """Return what a page of a session holds so that what it sends is known to come from it."""
    return new(token.encode(), b"forms", sha256).hexdigest()


def is_sealed(viewer: Viewer, sent: str) -> bool:
    """Tell whether what was sent comes from a page of this session."""
    return compare_digest(viewer.seal.encode(), sent.encode())
