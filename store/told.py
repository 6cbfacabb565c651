"""Told: how much a person has been told of late, and what was kept for their digest."""

from typing import NamedTuple

from sqlalchemy import Connection, func, or_, select

from health.nouns import Notice
from store.answers import CARDS, TEMPLATES
from store.database import now_ms
from store.outbox import standing
from store.tables import notices
from store.tables import threads as told

DAY_MS = 86_400_000
OVER_BUDGET = "over_budget"
"""Why an alert is not sent that its person reads of in a digest."""
NEVER_TOLD = "never_told"
"""Why the end of an alert is not sent: it was kept for a digest, or was there before anything was sent."""
ALERTS = ("alert", "expansion")
ENDS = {"recovered": TEMPLATES, "recovered_card": CARDS}
"""By which templates people see that an alert is over, each with those by which they saw it."""


def alerts_today(connection: Connection, notice: Notice) -> int:
    """Return of how many other alerts a person was told in 24 hours, or is being told before this one.

    News of an alert that was told before is none more.
    """
    c, own = notices.c, notices.alias("own")
    rank = select(own.c.rank_ms).where(own.c.id == notice.id).scalar_subquery()
    before = (c.rank_ms < rank) | ((c.rank_ms == rank) & (c.id < notice.id))
    in_hand = standing(notices, "claimed", "sending") & before
    sent = standing(notices, "sent") & (c.settled_ms > now_ms() - DAY_MS)
    query = select(func.count(c.thread.distinct())).where(c.owner == notice.owner, c.kind == "message")
    query = query.where(c.template.in_(ALERTS), c.thread != notice.thread, or_(sent, in_hand))
    return int(connection.execute(query).scalar_one())


def is_told(connection: Connection, thread: str) -> bool:
    """Tell whether a thread has a message already."""
    return connection.execute(select(told.c.thread).where(told.c.thread == thread)).first() is not None


class Kept(NamedTuple):
    """An account, and to whom its alert was told or for whose digest it was kept."""

    owner: str
    account: int


def kept_for_digests(connection: Connection) -> list[Kept]:
    """Return what was kept for digests since each person's last one, what has most at stake first."""
    c, digest = notices.c, notices.alias("digest")
    last = select(func.max(digest.c.planned_ms)).where(
        digest.c.owner == c.owner, digest.c.template == "digest", digest.c.kind == "message"
    )
    query = select(c.owner, c.account, func.min(c.rank_ms)).where(c.reason == OVER_BUDGET)
    query = query.where(c.settled_ms > func.coalesce(last.scalar_subquery(), 0))
    query = query.group_by(c.owner, c.account).order_by(c.owner, func.min(c.rank_ms))
    return [Kept(owner, account) for owner, account, _rank in connection.execute(query)]


def told_since(connection: Connection, since_ms: int) -> list[Kept]:
    """Return of which accounts a risk was told since an instant, and to whom; each once."""
    c = notices.c
    query = select(c.owner, c.account).where(c.template == "alert", c.kind == "message")
    query = query.where(standing(notices, "sent"), c.settled_ms > since_ms).distinct()
    return [Kept(owner, account) for owner, account in connection.execute(query)]
