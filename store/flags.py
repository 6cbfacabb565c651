"""Flags: what stands of accounts, as it was told last."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, Row, Select, func, select

from health.nouns import Flag, Why
from store.among import among
from store.tables import accounts, flags
from store.upsert import insert


def standing(
    connection: Connection, first: int, last: int, *, stale_only: bool = False
) -> Mapping[int, list[Flag]]:
    """Return the flags of the accounts in a key range, by account; or of those to be judged anew."""
    query = select(flags).where(flags.c.account.between(first, last))
    if stale_only:
        query = query.join(accounts).where(accounts.c.touched > accounts.c.judged)
    return _by_account(connection, query)


def of(connection: Connection, ids: Collection[int]) -> Mapping[int, list[Flag]]:
    """Return the flags of some accounts, by account."""
    return _by_account(connection, select(flags).where(among(flags.c.account, ids)))


def _by_account(connection: Connection, query: Select[Any]) -> Mapping[int, list[Flag]]:
    found: dict[int, list[Flag]] = defaultdict(list)
    for row in connection.execute(query).all():
        found[row.account].append(_flag(row))
    return found


def _flag(row: Row[Any]) -> Flag:
    return Flag(
        account=row.account,
        kind=row.kind,
        reason=row.reason,
        term=row.term,
        state=row.state,
        why=Why(row.why),
        severity=row.severity,
        evidence=row.evidence,
        gate=row.gate,
        since=row.since,
        until=row.until,
    )


def keep(connection: Connection, run: int, changed: Iterable[Flag]) -> None:
    """Store flags that are new or changed, each with the day it first fired."""
    rows = [
        {name: getattr(flag, name) for name in Flag.__dataclass_fields__}
        | {"run": run, "opened": flag.since if flag.state == "firing" else None}
        for flag in changed
    ]
    if not rows:
        return
    statement = insert(connection, flags)
    fields = ("state", "why", "severity", "evidence", "gate", "since", "until", "run")
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=["account", "kind", "reason", "term"],
            set_={name: statement.excluded[name] for name in fields}
            | {"opened": func.coalesce(flags.c.opened, statement.excluded.opened)},
        ),
        rows,
    )
