"""Commitments: what terms commit to use, and what of it was used before the days that a series may hold."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import Select, Subquery, bindparam, func, select

from health.features import Commitment
from health.figures.consumption import BY_SEAT
from store.account_facts import Rows
from store.asked import Asked
from store.days import series_since
from store.reading import Fact


def commitments(
    asked: Asked, terms: Rows, stated: Mapping[int, date | None]
) -> dict[int, Sequence[Commitment]]:
    """Return by account what its terms commit to that are paid by consumption, whole or in part.

    ``stated`` is the last day of use that any fact states, from which the series counts back. Accounts
    without a commitment are not asked for anything.
    """
    committed = {account: held for account in terms if (held := [*filter(_commits, terms[account])])}
    by_day: dict[date, list[int]] = defaultdict(list)
    for account in committed:
        if day := stated.get(account):
            by_day[series_since(day)].append(account)
    used: dict[tuple[int, date], float] = {}
    for since, ids in by_day.items():
        used |= _used(asked, ids, since)
    return {
        account: [
            Commitment(
                row.subscription_id,
                row.term_start,
                row.term_end,
                row.committed,
                used.get((account, row.term_start), 0.0),
            )
            for row in held
        ]
        for account, held in committed.items()
    }


def _commits(row: Fact) -> bool:
    by_use = row.licence_model not in {None, BY_SEAT}
    return bool(by_use and row.term_end and row.term_end > row.term_start and (row.committed or 0.0) > 0)


def _used(asked: Asked, ids: Sequence[int], since: date) -> dict[tuple[int, date], float]:
    """Return by account and start of a term what was used from then through a day.

    What several subscriptions commit to from the same day on is used together.
    """
    query = _by_start(asked.reading.rows("subscriptions"), asked.reading.rows("usage"))
    found = asked.rows("usage", query, ids, since=since)
    return {(account, start): units or 0.0 for account, start, units in found}


@lru_cache(maxsize=64)
def _by_start(terms: Subquery, use: Subquery) -> Select[Any]:
    """Select what accounts used from each start of a term that commits through a day, ``since``."""
    starts = select(terms.c.account, terms.c.term_start).where(terms.c.committed > 0).distinct().subquery()
    through = bindparam("since", type_=use.c.day.type)
    days = (use.c.account == starts.c.account) & use.c.day.between(starts.c.term_start, through)
    total = select(starts.c.account, starts.c.term_start, func.sum(use.c.consumption))
    return total.join(use, days).group_by(*starts.columns)
