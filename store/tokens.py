"""Tokens: by which programs ask the analytics API. What is kept of one is its hash, and what it may ask."""

from collections.abc import Collection
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Row, case, insert, select, update

from store.database import now_ms
from store.tables import tokens

MINUTE_MS = 60_000


class Token(NamedTuple):
    """A token as people see it: never itself."""

    id: int
    name: str
    scopes: tuple[str, ...]
    actor: str
    made_ms: int
    ends_ms: int
    seen_ms: int | None
    revoked_ms: int | None
    counts: bool


class Use(NamedTuple):
    """Calls of a token in the minute under way, and after how many seconds the next one begins."""

    calls: int
    left_s: int


def add(  # noqa: PLR0917 - the columns of a row
    connection: Connection, name: str, hash_: str, scopes: Collection[str], lasts_ms: int, actor: str
) -> bool:
    """Keep a token by its hash; false if one that still counts has this name."""
    if any(each.name == name and each.counts for each in everyone(connection)):
        return False
    values = {"name": name, "token": hash_, "scopes": " ".join(scopes), "actor": actor}
    connection.execute(insert(tokens).values(made_ms=now_ms(), ends_ms=now_ms() + lasts_ms, **values))
    return True


def everyone(connection: Connection) -> list[Token]:
    """Return all tokens there ever were, by name, those of one name by their age."""
    return [_token(row) for row in connection.execute(_query().order_by(tokens.c.name, tokens.c.id))]


def find(connection: Connection, hash_: str) -> Token | None:
    """Return the token of a hash if it still counts."""
    row = connection.execute(_query().where(tokens.c.token == hash_, _counts())).one_or_none()
    return None if row is None else _token(row)


def revoke(connection: Connection, name: str) -> bool:
    """End a token; false if none that still counts has this name."""
    named = update(tokens).where(tokens.c.name == name, _counts())
    return connection.execute(named.values(revoked_ms=now_ms())).rowcount > 0


def use(connection: Connection, token: int) -> Use:
    """Return how often a token was used in the minute under way."""
    c, minute = tokens.c, _minute()
    query = select(case((c.minute == minute, c.calls), else_=0), _left_s())
    return Use(*connection.execute(query.where(c.id == token)).one())


def count(connection: Connection, token: int) -> Use:
    """Count a call, and return how many that makes in the minute under way."""
    c, minute = tokens.c, _minute()
    calls = case((c.minute == minute, c.calls + 1), else_=1)
    counted = update(tokens).where(c.id == token).values(minute=minute, calls=calls, seen_ms=now_ms())
    return Use(*connection.execute(counted.returning(c.calls, _left_s())).one())


def _query() -> Any:  # noqa: ANN401 - a select whose columns are those of `Token`
    fields = (tokens.c[name] for name in Token._fields if name != "counts")
    return select(*fields, _counts().label("counts"))


def _counts() -> ColumnElement[bool]:
    return tokens.c.revoked_ms.is_(None) & (tokens.c.ends_ms > now_ms())


def _minute() -> ColumnElement[int]:
    return now_ms() // MINUTE_MS


def _left_s() -> ColumnElement[int]:
    """Seconds to the end of the minute, 1 to 60."""
    return (MINUTE_MS - now_ms() % MINUTE_MS + 999) // 1_000


def _token(row: Row[Any]) -> Token:
    return Token._make(row)._replace(scopes=tuple(row.scopes.split()), counts=bool(row.counts))
