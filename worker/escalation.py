"""Escalation: an alert that nobody has taken on is told to the next one, in a thread of theirs."""

import structlog

from config.routes import SLACK
from health.answers import Answer
from store import answers, audit, features, flags, outbox
from store.answers import ALERT, Shown
from store.database import Connection, clock
from store.installation import business_day, is_live
from worker.colleagues import routed
from worker.deployment import Deployment
from worker.shown import ESCALATE, MOVE, assignee, content, passed_on, standing, updated, words

log = structlog.get_logger()
HOUR_MS = 3_600_000
CSM = "csm"


def escalate(deployment: Deployment) -> int:
    """Tell the next rung of the ladder of each alert that was told last so many hours ago and still fires.

    What could be told to nobody, as Slack does not reach them any more, climbs at once. Return how many
    climbed. Who was told keeps their message: whoever answers, all messages say so.
    """
    if deployment.routes.of(CSM).destination != SLACK:
        return 0
    wait_ms = deployment.routes.escalation.after_hours * HOUR_MS
    with deployment.database.read() as connection:
        if not is_live(connection):
            return 0
        late = answers.unanswered(connection, clock(connection) - wait_ms)
    climbed = sum(_climbs(deployment, account, wait_ms) for account in late)
    if climbed:
        log.info("escalated", alerts=climbed)
        deployment.bell.deliver(SLACK)
    return climbed


def follow(deployment: Deployment) -> int:
    """Let open alerts follow the owner of their account, or whoever stands in, and return how many did.

    An alert stays with whoever is on the owner's ladder, who comes back finds it where it is; and with
    whoever it was assigned to.
    """
    if deployment.routes.of(CSM).destination != SLACK:
        return 0
    with deployment.database.read() as connection:
        routes = routed(deployment, connection)
        if not is_live(connection) or not routes.zones:
            return 0
        told, today = answers.told_to(connection, list(routes.zones)), business_day(connection)
        rows = features.held(connection, sorted({account for account, _owner in told}))
    gone = {
        account
        for account, owner in told
        if account in rows and owner not in routes.ladder(CSM, rows[account].csm_email, today)
    }
    followed = sum(_follows(deployment, account) for account in sorted(gone))
    if followed:
        deployment.bell.deliver(SLACK)
    return followed


def _follows(deployment: Deployment, account: int) -> bool:
    with deployment.database.write() as connection:
        row = features.held(connection, [account]).get(account)
        if row is None or answers.locked(connection, row.key) is None:
            return False
        today = business_day(connection)
        routes = routed(deployment, connection)
        places = standing(connection, account, ALERT)
        has_it = assignee(connection, account, ALERT, flags.of(connection, [account]).get(account, ()))
        stay = {has_it, *routes.ladder(CSM, row.csm_email, today)}
        left = [place for place in places if place.owner not in stay]
        if not left:
            return False
        to, told = routes.to(CSM, row.csm_email, today).owner, {place.owner for place in places}
        said = words(Answer(MOVE, to, today))
        owed = [updated(place, account, said, f"moved/{to}/{today}") for place in left]
        if to not in told:
            owed.append(passed_on(left[0], account, content(left[0]).said, to, f"followed/{today}"))
        outbox.plan(connection, None, owed)
        outbox.make_due(connection, None)
        audit.record(connection, "alert_moved", row.key, f"{len(left)} left")
        return True


def _climbs(deployment: Deployment, account: int, wait_ms: int) -> bool:
    with deployment.database.write() as connection:
        row = features.held(connection, [account]).get(account)
        if row is None or answers.locked(connection, row.key) is None:
            return False
        if account not in answers.unanswered(connection, clock(connection) - wait_ms, account):
            return False  # answered, or told by another, while we waited for the lock
        places = standing(connection, account, ALERT, unseen=True)
        to = _next(deployment, connection, row.csm_email, places)
        if to is None:
            return False
        last = places[0]
        hours = str(wait_ms // HOUR_MS) if last.status == "sent" else ""
        said = Answer(ESCALATE, last.owner, business_day(connection), detail=hours)
        told = passed_on(last, account, words(said), to, f"escalated/{len(places)}")
        outbox.plan(connection, None, [told])
        outbox.make_due(connection, None)
        audit.record(connection, "alert_escalated", row.key, f"{len(places) + 1} told")
        return True


def _next(deployment: Deployment, connection: Connection, owner: str, places: list[Shown]) -> str | None:
    """Return the first of the ladder who has not been told; `None` where nobody is left, or nobody was."""
    told = {place.owner for place in places}
    ladder = routed(deployment, connection).ladder(CSM, owner, business_day(connection))
    return next((rung for rung in ladder if rung not in told), None) if told else None
