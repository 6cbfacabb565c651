"""What a database's errors mean: one of our three, without a value, a statement or the URL in its text."""

import re

from sqlalchemy.exc import DataError, DBAPIError, InterfaceError, OperationalError, SQLAlchemyError

from integrations.errors import IntegrationError, Misconfigured, RetryLater

TIMED_OUT = frozenset({"57014"})
"""SQLSTATE of a statement that was ended for taking too long."""
LATER = ("08", "40", "53", "55", "57", "58")
"""SQLSTATE classes of what passes by itself: a lost connection, a deadlock, no room, a restart."""
WROTE = "25006"
"""SQLSTATE of what would write."""
UNREADABLE = "42"
"""SQLSTATE class of what a query itself says wrong: it names tables and columns, never a value."""
SPOILT = "22"
"""SQLSTATE class of a value that cannot be."""
SPOILT_BY = "such as a division by 0, a cast, an infinite date: leave it out, or cast it to text"
READ_ONLY = re.compile(r"read-?only", re.IGNORECASE)
LOCKED = re.compile(r"database (table )?is locked", re.IGNORECASE)
INTERRUPTED = re.compile(r"interrupted", re.IGNORECASE)
ABSENT = re.compile(r"no such (table|column|function)|syntax error|ambiguous column|near \"", re.IGNORECASE)
REFUSED = re.compile(
    r"authentication|access denied|login failed|does not exist|no password supplied|unable to open database",
    re.IGNORECASE,
)

URL = "SEATSIGNAL_SQL_URL"


def unreachable(error: SQLAlchemyError) -> IntegrationError:
    """What it means that no connection could be made."""
    if REFUSED.search(_said(error)):
        return Misconfigured("not_let_in", f"sql: the database lets nobody in by {URL}: user, password, name")
    return RetryLater("connect_failed", "sql: the database cannot be reached")


def refused(error: SQLAlchemyError, file: str, timeout_s: float) -> IntegrationError:
    """What it means that a query failed. ``file`` says which one."""
    return _for_now(error, file, timeout_s) or _for_good(error, file)


def _for_now(error: SQLAlchemyError, file: str, timeout_s: float) -> RetryLater | None:
    state, said = _state(error), _said(error)
    if state in TIMED_OUT or INTERRUPTED.search(said):
        more = "SEATSIGNAL_SQL_TIMEOUT_S allows more"
        return RetryLater("timeout", f"sql: {file} took over {timeout_s:g} s; {more}")
    if LOCKED.search(said):
        return RetryLater("locked", "sql: the database is locked by another")
    if state.startswith(LATER) or _is_lost(error):
        return RetryLater("connection_lost", f"sql: the database gave {file} up, or its connection broke")
    return None


def _for_good(error: SQLAlchemyError, file: str) -> Misconfigured:
    state, said = _state(error), _said(error)
    if state == WROTE or READ_ONLY.search(said):
        return Misconfigured("writes", f"sql: {file} writes; only what reads is run")
    if state.startswith(SPOILT) or isinstance(error, DataError):
        return Misconfigured("unreadable_value", f"sql: {file} has a row that cannot be read; {SPOILT_BY}")
    if state.startswith(UNREADABLE) or ABSENT.search(said):
        return Misconfigured("query_refused", f"sql: {file}: {said}")
    return Misconfigured("query_refused", f"sql: the database refuses {file}; run it by hand to see why")


def _is_lost(error: SQLAlchemyError) -> bool:
    """Whether the connection broke, as far as drivers without a SQLSTATE tell it."""
    if isinstance(error, DBAPIError) and error.connection_invalidated:
        return True
    told = READ_ONLY.search(_said(error)) or ABSENT.search(_said(error))
    return isinstance(error, InterfaceError | OperationalError) and not _state(error) and not told


def _state(error: SQLAlchemyError) -> str:
    return str(getattr(getattr(error, "orig", None), "sqlstate", None) or "")


def _said(error: SQLAlchemyError) -> str:
    """The first line of what the driver said, which names no statement."""
    original = getattr(error, "orig", None)
    primary = getattr(getattr(original, "diag", None), "message_primary", None)
    return next(iter(str(primary or original or "").splitlines()), "")
