"""The week: what a manager reads on a Monday morning of the book, its alerts and who has them."""

from collections import Counter, defaultdict
from collections.abc import Collection
from datetime import UTC, date, datetime, timedelta

import msgspec
import structlog

from config.routes import SLACK, Route
from health.answers import listed, state
from health.nouns import Notice
from store import answers, flags, outbox, reviews, told, verdicts
from store.database import Connection, clock
from store.installation import business_day, is_live
from templates.content import BandCounts
from templates.week import OwnerRow, WeekContent
from worker import accounts
from worker.colleagues import routed
from worker.deployment import Deployment
from worker.digests import MORNING, at_risk
from worker.messages import message

log = structlog.get_logger()
MONDAY, WEEK = 0, timedelta(days=7)
OWNERS, OVERDUE = 10, 8
"""So many are told one by one: as Slack takes them, whatever they are called."""
HOUR_MS = 3_600_000


def weekly_digest(deployment: Deployment) -> int:
    """Send the manager one digest of the week if it is their Monday morning, and return how many were new.

    That is from half past eight on by their own clock if they are one of the people, else by UTC; once a
    week, and never in dry-run.
    """
    if not deployment.routes.escalation.manager or deployment.routes.csm.destination != SLACK:
        return 0
    with deployment.database.read() as connection:
        routes = routed(deployment, connection)
        owner = routes.escalation.manager
        if not owner or routes.has_left(owner):
            return 0
        now = datetime.fromtimestamp(clock(connection) / 1000, UTC)
        local = now.astimezone(routes.zones.get(owner, UTC))
        week = f"week/{local:%G-W%V}"
        is_morning = local.weekday() == MONDAY and local.time() >= MORNING
        if not is_morning or not is_live(connection) or outbox.is_known(connection, f"{week}/{owner}"):
            return 0
    with deployment.database.write() as connection:
        new = outbox.plan(connection, None, [_digest(deployment, connection, week, owner)])
        outbox.make_due(connection, None)
    if new:
        log.info("week_told", week=week)
        deployment.bell.deliver(SLACK)
    return new


def _digest(deployment: Deployment, connection: Connection, week: str, owner: str) -> Notice:
    route = Route(destination=SLACK, owner=owner)
    content = week_of(deployment, connection)
    return message(route, "week", key=f"{week}/{owner}", thread=week, content=content)


def week_of(deployment: Deployment, connection: Connection) -> WeekContent:
    """Return the seven days that end with the business day."""
    today = business_day(connection)
    after_hours = deployment.routes.escalation.after_hours
    late = answers.unanswered(connection, clock(connection) - after_hours * HOUR_MS)
    overdue = accounts.ranked(verdicts.current(connection, late))
    by_owner = _by_owner(connection)
    return WeekContent(
        first=today - WEEK + timedelta(days=1),
        last=today,
        counts=_bands(connection, today) or BandCounts(),
        before=_bands(connection, today - WEEK),
        owners=tuple(by_owner[:OWNERS]),
        more_owners=max(0, len(by_owner) - OWNERS),
        overdue=tuple(accounts.row(each, 0) for each in overdue[:OVERDUE]),
        more_overdue=max(0, len(overdue) - OVERDUE),
        after_hours=after_hours,
        **at_risk(verdicts.book(connection, "at_risk")),
    )


def _bands(connection: Connection, day: date) -> BandCounts | None:
    """Return how many accounts were in each band at the end of a day; `None` where nothing was judged."""
    stood = reviews.bands_until(connection, day + timedelta(days=1))
    return msgspec.convert(Counter(each.band for each in stood.values()), BandCounts) if stood else None


def _by_owner(connection: Connection) -> list[OwnerRow]:
    """Return the alerts of the week by whom they were told to, who has most open first.

    What has climbed was told to several, and counts with each.
    """
    since_ms = clock(connection) - int(WEEK.total_seconds() * 1000)
    of: dict[str, set[int]] = defaultdict(set)
    for each in told.told_since(connection, since_ms):
        of[each.owner].add(each.account)
    everyone = set[int]().union(*of.values())
    taken = answers.taken_since(connection, everyone, since_ms)
    fires = _firing(connection, everyone)
    rows = [_owner(owner, theirs, taken, fires) for owner, theirs in of.items()]
    return sorted(rows, key=lambda row: (-row.open, -row.told, row.owner))


def _owner(owner: str, theirs: Collection[int], taken: set[int], fires: set[int]) -> OwnerRow:
    whose = set(theirs)
    return OwnerRow(owner=owner, told=len(whose), taken=len(whose & taken), open=len(whose & fires))


def _firing(connection: Connection, ids: Collection[int]) -> set[int]:
    standing = flags.of(connection, ids)
    return {account for account in standing if state(listed(standing[account], expansion=False)) == "firing"}
