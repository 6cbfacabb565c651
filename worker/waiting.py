"""What waits for a person: who is told of held mails, what of them expires, and what was decided."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from hashlib import sha256
from typing import NamedTuple

import msgspec
import structlog

from config.routes import SLACK, Route, Routes
from health.nouns import Notice
from store import approvals, outbox
from store.approvals import DRAFT, EXPIRED, Held
from store.database import Connection
from store.installation import business_day
from templates.content import Decided, MailRow, MailsContent, OperatorContent
from worker.colleagues import routed
from worker.deployment import Deployment
from worker.messages import message
from worker.operators import TEMPLATE as OPERATOR

log = structlog.get_logger()
TEMPLATE = "mails"
ROWS = 10
"""Of what waits a message shows so many; the next ones come up as these are decided."""


class Decision(NamedTuple):
    """What somebody said of a held letter, and why."""

    decision: str
    by: str
    reason: str = ""


def look(deployment: Deployment) -> int:
    """Close what expired, warn operators of what will, tell owners what waits; return how many were told."""
    modes = deployment.modes
    with deployment.database.write() as connection:
        for key in approvals.overdue(connection):
            approvals.decide(connection, key, EXPIRED, "system")
            log.warning("letter_expired", notice=key)
        near = approvals.warn(connection, modes.warn_hours)
        if near:
            told = _expire(deployment, [each.key for each in near], modes.warn_hours)
            outbox.plan(connection, None, [told])
        new = _tell(deployment, connection)
        outbox.make_due(connection, None)
    if near or new:
        deployment.bell.deliver(SLACK)
    return new


def _tell(deployment: Deployment, connection: Connection) -> int:
    """Tell each owner for whom something new waits of all that does: in one message a day, which changes."""
    untold = approvals.untold(connection)
    if not untold:
        return 0
    day, new = business_day(connection), 0
    for route, waiting in _by_route(deployment, connection).items():
        fresh = [each.id for each in waiting if each.id in untold]
        if not fresh:
            continue
        content = _content(deployment, route, day, waiting)
        told = _listed(route, f"mails/{day}", f"mails/{day}/{max(fresh)}", content)
        new += outbox.plan(connection, None, [told])
        approvals.told(connection, fresh, told.thread)
    return new


def _by_route(deployment: Deployment, connection: Connection) -> Mapping[Route, list[Held]]:
    """Return what waits by whom it waits for: who looks after the account, else operators; in Slack alone."""
    found: dict[Route, list[Held]] = defaultdict(list)
    routes = routed(deployment, connection)
    day = business_day(connection)
    for held in approvals.waiting(connection):
        if route := _route(routes, held, day):
            found[route].append(held)
    return found


class _Owned(msgspec.Struct, frozen=True):
    """Whose a letter is: who answers to it."""

    reply_to: str = ""


def _route(routes: Routes, held: Held, day: date) -> Route | None:
    owner = msgspec.json.decode(held.payload, type=_Owned).reply_to
    ways = (routes.to("csm", owner, day), routes.ops)
    return next((route for route in ways if route.destination == SLACK), None)


def _content(
    deployment: Deployment, route: Route, day: date, waiting: Sequence[Held], decided: Decided | None = None
) -> MailsContent:
    return MailsContent(
        date=day,
        waiting=len(waiting),
        rows=tuple(map(_row, waiting[:ROWS])),
        more=max(0, len(waiting) - ROWS),
        decided=decided,
        answerable=deployment.has_desk(route.destination),
    )


def _listed(route: Route, thread: str, key: str, content: MailsContent) -> Notice:
    return message(route, TEMPLATE, key=f"{key}/{route.owner}", thread=thread, content=content)


def _row(held: Held) -> MailRow:
    return MailRow(
        number=held.id,
        account_key=held.account_key,
        account_name=held.account_name,
        letter=_plainly(held.template),
        mode="draft" if held.mode == DRAFT else "approval",
        until=datetime.fromtimestamp(held.expires_ms / 1000, UTC).date(),
    )


def _plainly(template: str) -> str:
    return template.replace("_", " ")


def tell_decided(deployment: Deployment, connection: Connection, held: Held, said: Decision) -> None:
    """Change the message in which a letter stands: it waits no more, and who decided what is said below."""
    destination, owner, thread = held.thread.split("/", 2)
    route = Route(destination=destination, owner=owner)
    about = {"account_name": held.account_name, "letter": _plainly(held.template)}
    decided = msgspec.convert(said._asdict() | about, Decided)
    waiting = _by_route(deployment, connection).get(route, [])
    key = f"mails/decided/{held.id}/{held.held_ms}"
    content = _content(deployment, route, business_day(connection), waiting, decided)
    told = _listed(route, thread, key, content)
    outbox.plan(connection, None, [told])
    approvals.told(connection, [each.id for each in waiting[:ROWS] if not each.thread], told.thread)
    outbox.make_due(connection, None)


def is_listed(connection: Connection, destination: str, remote: str, number: int) -> bool:
    """Tell whether a message of ours, by its id at its destination, has ever listed a letter."""
    payloads = outbox.payloads_at(connection, TEMPLATE, destination, remote)
    contents = (msgspec.json.decode(payload, type=MailsContent) for payload in payloads)
    return any(row.number == number for content in contents for row in content.rows)


def _expire(deployment: Deployment, keys: Sequence[str], hours: int) -> Notice:
    """Tell which letters nobody has decided about, before they are never sent for it."""
    content = OperatorContent(
        title=f"{len(keys):,} mails to customers wait for a person, and expire",
        what_happened=f"Nobody has decided about them. In {hours} hours or less each is withheld unsent.",
        what_to_do=(
            "seatsignal mails shows them; seatsignal approve KEY or seatsignal reject KEY decides.",
            "Some may tell of a renewal by a day that is agreed, or by law: look at those first.",
        ),
        severity="high",
    )
    mark = sha256("\n".join(sorted(keys)).encode()).hexdigest()
    thread = "operator/approvals"
    return message(deployment.routes.ops, OPERATOR, key=f"{thread}/{mark}", thread=thread, content=content)
