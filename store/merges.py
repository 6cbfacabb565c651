"""Merges: what a system has merged into another record of its own follows that one, once.

A record says which others were merged into it as names of its own source (`health.records.Identifier`). The
link of each goes to the account of the one that is left. A person who says otherwise afterwards is not
overruled: a merge that was followed is known by the link that it made, be it ended.
"""

from typing import Any

from sqlalchemy import Connection, Select, Text, and_, bindparam, exists, select

from store import audit, sources
from store.identity import relinked
from store.names import MERGED
from store.tables import accounts, facts, links, source_accounts

ACTOR = "merges"
STATED_AS = "identifiers"
"""The kind of fact that says which records were merged into another."""


def follow(connection: Connection, source: str) -> int:
    """Let the links of merged records follow; return how many did. In a unit of work that may link."""
    if STATED_AS not in sources.stated(connection)[source].kinds:
        return 0
    merged = connection.execute(_MERGED, {"source": source}).all()
    for row in merged:
        relinked(connection, source, row.id, row.account, (MERGED, _evidence(source, row.left)))
        audit.record(
            connection, "identity_merged", row.key, f"{source} {row.external_id} into {row.left}", actor=ACTOR
        )
    return len(merged)


def _evidence(source: str, left: str) -> str:
    return f"{source} {left}"


def _merged() -> Select[Any]:
    """Select the linked records that were merged into a linked one, but for merges that were followed."""
    source, named = bindparam("source", type_=Text), facts[STATED_AS]
    gone, left = source_accounts.alias("gone"), source_accounts.alias("left_over")
    theirs, ours, ever = (links.alias(name) for name in ("theirs", "ours", "ever"))
    followed = exists().where(
        ever.c.source_account == gone.c.id,
        ever.c.rule == MERGED,
        ever.c.evidence == source + " " + left.c.external_id,
    )
    query = (
        select(
            gone.c.id, gone.c.external_id, left.c.external_id.label("left"), ours.c.account, accounts.c.key
        )
        .select_from(named)
        .join(left, and_(left.c.id == named.c.source_account, left.c.source == source))
        .join(
            gone, and_(gone.c.source == source, gone.c.external_id == named.c.value, gone.c.id != left.c.id)
        )
        .join(ours, and_(ours.c.source_account == left.c.id, ours.c.to_batch.is_(None)))
        .join(theirs, and_(theirs.c.source_account == gone.c.id, theirs.c.to_batch.is_(None)))
        .join(accounts, accounts.c.id == ours.c.account)
    )
    return query.where(named.c.kind == source, ~followed).order_by(gone.c.id, left.c.id)


_MERGED = _merged()
