"""Callers: programs that ask the analytics API, by a token that says what they may ask, and how often."""

from collections.abc import Collection
from enum import StrEnum
from secrets import token_urlsafe
from typing import NamedTuple

from dashboard.access import DAY_MS, digest
from store import audit, tokens
from store.database import Connection, Database
from store.tokens import Token, Use

PREFIX = "sst_"
"""How a token begins, so that a scan for secrets, and our own redaction, know one."""
LONGEST_DAYS = 366
NAME_LIMIT = 100
WINDOW_S = 60


class Scope(StrEnum):
    """What a token may ask for."""

    ACCOUNTS = "accounts"  # lists of accounts, their scores, explanations and signals
    FIGURES = "figures"  # what the catalogue's figures come to
    EXPERIMENTS = "experiments"
    OPERATIONS = "operations"  # sources, and every list that is not one of accounts


class Quota(NamedTuple):
    """Calls that a minute has in all, those that are left of it, and the seconds until the next one."""

    limit: int
    remaining: int
    left_s: int


class Caller(NamedTuple):
    """A program that may ask."""

    token: Token
    quota: Quota

    def may(self, scope: Scope) -> bool:
        """Tell whether its token has a scope."""
        return scope in self.token.scopes


class TooOften(Exception):  # noqa: N818 - named by what is the case
    """A token has used up its minute."""

    def __init__(self, quota: Quota) -> None:
        """Keep when it may ask again."""
        super().__init__("too many calls")
        self.quota = quota


def issue(connection: Connection, name: str, scopes: Collection[Scope], days: int, actor: str) -> str | None:
    """Make a token of 256 bits of chance and return it; `None` if one of this name still counts."""
    made = PREFIX + token_urlsafe(32)
    scopes = sorted(set(scopes))
    if not tokens.add(connection, name, digest(made), scopes, days * DAY_MS, actor):
        return None
    audit.record(connection, "token_added", name, " ".join(scopes), actor)
    return made


def caller(database: Database, token: str, limit: int) -> Caller | None:
    """Return who asks by a token, and count the call; `None` for one that does not count.

    A call beyond the limit is refused without a write. Raises `TooOften`.
    """
    with database.read() as connection:
        found = tokens.find(connection, digest(token))
        if found is None:
            return None
        used = tokens.use(connection, found.id)
    if used.calls < limit:
        with database.write() as connection:
            used = tokens.count(connection, found.id)
    else:
        used = used._replace(calls=limit + 1)
    quota = _quota(used, limit)
    if used.calls > limit:
        raise TooOften(quota)
    return Caller(found, quota)


def _quota(used: Use, limit: int) -> Quota:
    return Quota(limit, max(0, limit - used.calls), used.left_s)
