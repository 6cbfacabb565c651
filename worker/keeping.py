"""Keeping: what takes a look at every account of a large book is told ahead, one look after the other."""

from collections.abc import Callable, Sequence
from datetime import date
from functools import partial

import structlog

from store import kept
from store.installation import business_day
from worker.deployment import Deployment
from worker.figured import AT_ONCE, TRENDS, Wanted, figured, keep_figures, looks
from worker.reviewed import ahead, keep_review, keep_risks

log = structlog.get_logger()


def keep(deployment: Deployment, look: int) -> bool:
    """Take one look and keep what it tells; say whether there is another to take.

    Of a small book only what has a trend is: all else is told as it is asked.
    """
    with deployment.database.read() as connection:
        is_large, today = kept.size(connection) > AT_ONCE, business_day(connection)
    trends = partial(figured, deployment, [Wanted(name) for name in TRENDS])
    every = to_take(deployment, today) if is_large else (trends,)
    if look >= len(every):
        return False
    every[look]()
    log.info("figures_kept", look=look, looks=len(every))
    return look + 1 < len(every)


def to_take(deployment: Deployment, today: date) -> Sequence[Callable[[], object]]:
    """Return the looks of a day: at risks, at each review, then at figures, from those of a day on."""
    return [
        partial(keep_risks, deployment),
        *(partial(keep_review, deployment, name) for name in ahead(today)),
        *(partial(keep_figures, deployment, wanted) for wanted in looks()),
    ]
