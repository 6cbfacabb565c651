"""Keeping: what takes a look at every account of a large book is told ahead, one look after the other."""

from collections.abc import Callable, Sequence
from datetime import date
from functools import partial

import structlog

from store import kept
from store.installation import business_day
from worker.deployment import Deployment
from worker.figured import AT_ONCE, TRENDS, Wanted, figured, keep_figures, looks
from worker.reviewed import ahead, keep_review

log = structlog.get_logger()
REVIEWED_MOST = 50_000
"""Of more accounts a review takes longer than a task may; `seatsignal report` takes its time."""


def keep(deployment: Deployment, look: int) -> bool:
    """Take one look and keep what it tells; say whether there is another to take.

    Of a small book only what has a trend is: all else is told as it is asked.
    """
    with deployment.database.read() as connection:
        accounts, today = kept.size(connection), business_day(connection)
    trends = partial(figured, deployment, [Wanted(name) for name in TRENDS])
    every: Sequence[Callable[[], object]]
    every = to_take(deployment, today, accounts) if accounts > AT_ONCE else (trends,)
    if look >= len(every):
        return False
    every[look]()
    log.info("figures_kept", look=look, looks=len(every))
    return look + 1 < len(every)


def to_take(deployment: Deployment, today: date, accounts: int) -> Sequence["partial[None]"]:
    """Return the looks of a day: at figures, from those of a day on, and at each review."""
    reviews = ahead(today) if accounts <= REVIEWED_MOST else ()
    return [
        *(partial(keep_figures, deployment, wanted) for wanted in looks()),
        *(partial(keep_review, deployment, name) for name in reviews),
    ]
