"""Policies: the whole of each that a verdict rests on, by its hash."""

from sqlalchemy import Connection, select

from health.policy import Policy
from store.tables import policies
from store.upsert import insert


def keep(connection: Connection, policy: Policy) -> None:
    """Store a policy, once."""
    statement = insert(connection, policies).values(hash=policy.hash, data=policy.data)
    connection.execute(statement.on_conflict_do_nothing())


def data(connection: Connection, hash_: str) -> str | None:
    """Return a policy's data as JSON; `None` if it was never stored."""
    return connection.execute(select(policies.c.data).where(policies.c.hash == hash_)).scalar_one_or_none()
