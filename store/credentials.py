"""Credentials that vendors give us while we run, such as refresh tokens: kept encrypted or not at all."""

from sqlalchemy import Connection, delete, select, update

from store import vault
from store.database import now_ms
from store.installation import SECRET, setting
from store.tables import credentials, installation
from store.upsert import insert


def keep(connection: Connection, name: str, secret: str) -> None:
    """Keep a secret under a name, in place of the one before. Raises `vault.Locked` without a key."""
    values = {"sealed": vault.sealed(secret, always=True), "changed_ms": now_ms()}
    statement = insert(connection, credentials).values(name=name, **values)
    connection.execute(statement.on_conflict_do_update(index_elements=["name"], set_=values))


def kept(connection: Connection, name: str) -> str:
    """Return the secret under a name, or an empty string. Raises `vault.Locked` if no key fits."""
    query = select(credentials.c.sealed).where(credentials.c.name == name)
    stored = connection.execute(query).scalar_one_or_none()
    return vault.opened(stored) if stored else ""


def drop(connection: Connection, name: str) -> None:
    """Forget a secret."""
    connection.execute(delete(credentials).where(credentials.c.name == name))


def rekey(connection: Connection) -> int:
    """Encrypt every secret in the database with the first key; return how many there are.

    Raises `vault.Locked` if one cannot be read, or no key is set; nothing is changed then.
    """
    own = setting(connection, SECRET)
    if own:
        statement = update(installation).where(installation.c.name == SECRET)
        connection.execute(statement.values(value=_again(own)))
    stored = connection.execute(select(credentials.c.name, credentials.c.sealed)).all()
    for name, secret in stored:
        statement = update(credentials).where(credentials.c.name == name)
        connection.execute(statement.values(sealed=_again(secret)))
    return len(stored) + bool(own)


def _again(stored: str) -> str:
    return vault.sealed(vault.opened(stored), always=True)
