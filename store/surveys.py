"""Surveys: who was asked what before, and answers, facts of a source of our own.

An answer reaches an account as any fact does: its source calls the account by our key, which links it.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping
from typing import NamedTuple

from sqlalchemy import Connection, or_, select

from health.identity import OUR_ID
from health.records import Identifier, Survey
from store import facts, sources
from store.database import now_ms
from store.outbox import BY_HAND, PENDING, standing
from store.sources import Batch, Landed
from store.tables import accounts, notices, source_accounts
from store.tables import facts as tables

SOURCE = "surveys"
"""The source that answers to surveys by mail belong to."""
_DAY_MS = 86_400_000


class Letter(NamedTuple):
    """A survey that was owed: its notice's key, template and person; ``left`` unless it was kept from it."""

    key: str
    template: str
    subject: str
    left: bool


def asked(
    connection: Connection, first: int, last: int, templates: Collection[str]
) -> Mapping[int, list[Letter]]:
    """Return what accounts of a key range were owed of some letters, as long as notices are kept."""
    c = notices.c
    left = standing(notices, *PENDING, "sent", "unknown").label("left")
    query = select(c.account, c.key, c.template, c.owner, left)
    found: dict[int, list[Letter]] = defaultdict(list)
    query = query.where(c.kind == "message", c.account.between(first, last), c.template.in_(templates))
    for row in connection.execute(query):
        found[row.account].append(Letter(row.key, row.template, row.owner, bool(row.left)))
    return found


def sent_lately(
    connection: Connection, subject: str, ours: int, templates: Collection[str], days: int
) -> bool:
    """Tell whether a person was sent one of some letters within days, or is being sent one before ``ours``.

    ``ours`` is the id of a notice.
    """
    c = notices.c
    gone = or_(standing(notices, "sent", "unknown"), c.reason == BY_HAND)
    sent = gone & (c.settled_ms > now_ms() - days * _DAY_MS)
    in_hand = standing(notices, "claimed", "sending") & (c.id < ours)
    query = select(c.id).where(c.kind == "message", c.owner == subject, c.id != ours)
    query = query.where(c.template.in_(templates))
    return connection.execute(query.where(or_(sent, in_hand)).limit(1)).first() is not None


def key_of(connection: Connection, account: int) -> str:
    """Return an account's key; empty where there is no such account."""
    query = select(accounts.c.key).where(accounts.c.id == account)
    return connection.execute(query).scalar_one_or_none() or ""


def begin(connection: Connection) -> Batch:
    """Let nobody else store an answer in this unit of work."""
    sources.register(connection, SOURCE)
    return sources.begin_batch(connection, SOURCE, None, founding=False)


def answers(
    connection: Connection, account: str, kind: str, subject: str, since_ms: int
) -> list[tuple[float, int]]:
    """Return a person's answers of a kind by mail, from an instant on, each with its own, the first first."""
    c = tables["surveys"].c
    query = select(c.score, c.answered_ms).join(source_accounts, source_accounts.c.id == c.source_account)
    query = query.where(source_accounts.c.source == SOURCE, source_accounts.c.external_id == account)
    query = query.where(c.kind == kind, c.user_id == subject, c.answered_ms >= since_ms)
    return [(row.score, row.answered_ms) for row in connection.execute(query.order_by(c.answered_ms))]


def keep(connection: Connection, batch: Batch, answer: Survey) -> None:
    """Store an answer and touch its account, which our own key says."""
    ours = Identifier(answer.account_id, OUR_ID, answer.account_id)
    facts.store_records(connection, batch, [ours, answer])
    landed = Landed(frozenset({"surveys"}), rows=1, through=None, complete=False)
    sources.end_batch(connection, batch, None, landed)
