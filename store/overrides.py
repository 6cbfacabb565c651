"""Overrides: bands set by hand. A row is never changed but for the instant at which it was cleared."""

from datetime import UTC, date, datetime, time

from sqlalchemy import Connection, insert, select, update

from health.overrides import Override
from store.database import now_ms
from store.tables import accounts, overrides


def put(connection: Connection, key: str, override: Override, actor: str) -> bool:
    """Set an account's band in place of what was set before; false if there is no such account."""
    account = _account(connection, key)
    if account is None:
        return False
    _end(connection, account)
    values = {"band": override.band, "reason": override.reason, "until": override.until}
    connection.execute(insert(overrides).values(account=account, actor=actor, set_ms=now_ms(), **values))
    _touch(connection, account)
    return True


def clear(connection: Connection, key: str) -> bool:
    """Let an account's computed band count again; false if nothing was set."""
    account = _account(connection, key)
    if account is None or not _end(connection, account):
        return False
    _touch(connection, account)
    return True


def _account(connection: Connection, key: str) -> int | None:
    """Return an account by its key, locked as whoever judges it locks it."""
    query = select(accounts.c.id).where(accounts.c.key == key).with_for_update(key_share=True)
    return connection.execute(query).scalar_one_or_none()


def _end(connection: Connection, account: int) -> bool:
    standing = update(overrides).where(overrides.c.account == account, overrides.c.cleared_ms.is_(None))
    return connection.execute(standing.values(cleared_ms=now_ms())).rowcount > 0


def _touch(connection: Connection, account: int) -> None:
    """Have the account judged by the next run, whichever kind it is."""
    touched = update(accounts).where(accounts.c.id == account)
    connection.execute(touched.values(touched=accounts.c.touched + 1))


def in_force(
    connection: Connection, as_of: date, first: int | None = None, last: int | None = None
) -> dict[int, Override]:
    """Return what is set on a day, by account; of a key range if one is given."""
    query = select(overrides).where(overrides.c.cleared_ms.is_(None), overrides.c.until >= as_of)
    if first is not None and last is not None:
        query = query.where(overrides.c.account.between(first, last))
    return {
        row.account: Override(row.band, row.reason, row.until)
        for row in connection.execute(query.order_by(overrides.c.id))
    }


def stood(connection: Connection, day: date, first: int, last: int) -> dict[int, Override]:
    """Return what was set at the start of a day that has passed, by account of a key range."""
    start = int(datetime.combine(day, time(), UTC).timestamp() * 1000)
    query = select(overrides).where(overrides.c.account.between(first, last), overrides.c.until >= day)
    query = query.where(overrides.c.set_ms < start)
    query = query.where(overrides.c.cleared_ms.is_(None) | (overrides.c.cleared_ms >= start))
    return {
        row.account: Override(row.band, row.reason, row.until)
        for row in connection.execute(query.order_by(overrides.c.id))
    }
