"""Jobs: what a destination still does for a state, so that it is asked about and not sent twice."""

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import Connection, or_, select

from health.nouns import UNDER_WAY, Notice
from store.among import among
from store.edits import TRIED
from store.tables import notices, receipts, written


def remembered(connection: Connection, claimed: Sequence[Notice]) -> tuple[Notice, ...]:
    """Return notices, of each state with the last job that was under way when its record was last told.

    The job may be that of an older state, which this one has overtaken: done after it, it would undo it.
    """
    threads = [notice.thread for notice in claimed if notice.kind == "state"]
    if not threads:
        return tuple(claimed)
    tried = select(notices.c.id, notices.c.thread).where(among(notices.c.thread, threads), TRIED).subquery()
    query = (
        select(tried.c.thread, receipts.c.remote)
        .join(receipts, receipts.c.notice == tried.c.id)
        .outerjoin(written, written.c.thread == tried.c.thread)
        .where(receipts.c.reason == UNDER_WAY)
        .where(or_(written.c.notice.is_(None), tried.c.id > written.c.notice))
        .order_by(receipts.c.id)
    )
    last = {row.thread: row.remote for row in connection.execute(query)}
    return tuple(replace(each, job=last[each.thread]) if each.thread in last else each for each in claimed)
