"""Digests: many accounts in one message, for those who were not alerted to each of them."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time
from typing import TypedDict

import msgspec

from config.routes import SLACK, Route
from health.nouns import Notice
from store import outbox, verdicts
from store.database import Connection, clock
from store.installation import business_day
from store.runs import Run
from store.told import kept_for_digests
from store.verdicts import Verdict as Stored
from templates.content import BandCounts, DigestContent
from worker.accounts import ranked as by_priority
from worker.accounts import row
from worker.colleagues import routed
from worker.deployment import Deployment
from worker.messages import message

DIGEST_ROWS = 10
MORNING = time(8, 30)
"""From when on a person's day a digest comes."""


def book_digest(deployment: Deployment, as_of: date, verdicts: Sequence[Stored]) -> Notice:
    """Return the digest of the whole book, which an installation's first run sends instead of alerts.

    Its key is the installation's only one: should several runs be the first, one of them sends it.
    """
    ranked = by_priority(verdicts)
    pressing = [v for v in ranked if v.shown.band in {"at_risk", "watch"}]
    content = DigestContent(
        date=as_of,
        scope="book",
        counts=msgspec.convert(Counter(v.shown.band for v in verdicts), BandCounts),
        rows=tuple(row(v) for v in pressing[:DIGEST_ROWS]),
        more=max(0, len(pressing) - DIGEST_ROWS),
        **at_risk(pressing),
    )
    return message(deployment.routes.csm, "digest", key="book", thread="book", content=content)


def quiet_digest(
    deployment: Deployment,
    run: Run,
    judged: Sequence[Stored],
    evidence: Mapping[int, Sequence[str]],
    why: Sequence[str],
) -> Notice:
    """Return the digest of what demoted rules found, by account, with how right each rule was."""
    ranked = by_priority(judged)
    content = DigestContent(
        date=run.as_of,
        scope="demoted",
        counts=msgspec.convert(Counter(v.shown.band for v in judged), BandCounts),
        rows=tuple(
            msgspec.structs.replace(row(v), reasons=tuple(evidence[v.assessment.account]))
            for v in ranked[:DIGEST_ROWS]
        ),
        more=max(0, len(ranked) - DIGEST_ROWS),
        notes=tuple(why),
    )
    thread = f"demoted/{run.id}"
    return message(deployment.routes.csm, "digest", key=thread, thread=thread, content=content)


def person_digests(deployment: Deployment) -> int:
    """Send each person whose morning it is one digest of the alerts that were too many, and return how many.

    That is from half past eight on by their own clock, once a day, and only where there is something.
    """
    with deployment.database.write() as connection:
        kept: dict[str, list[int]] = defaultdict(list)
        for each in kept_for_digests(connection):
            kept[each.owner].append(each.account)
        now = datetime.fromtimestamp(clock(connection) / 1000, UTC)
        zones = routed(deployment, connection).zones
        due = {owner: now.astimezone(zones[owner]) for owner in kept if owner in zones}
        owed = [
            _person_digest(connection, owner, local.date(), kept[owner])
            for owner, local in due.items()
            if local.time() >= MORNING
        ]
        new = outbox.plan(connection, None, owed)
        outbox.make_due(connection, None)
    if new:
        deployment.bell.deliver(SLACK)
    return new


def _person_digest(connection: Connection, owner: str, day: date, ids: Sequence[int]) -> Notice:
    found = {each.assessment.account: each for each in verdicts.current(connection, ids)}
    ranked = [found[each] for each in ids if each in found]
    content = DigestContent(
        date=business_day(connection),
        scope="over_budget",
        counts=msgspec.convert(Counter(each.shown.band for each in ranked), BandCounts),
        rows=tuple(row(each) for each in ranked[:DIGEST_ROWS]),
        more=max(0, len(ranked) - DIGEST_ROWS),
        **at_risk(ranked),
    )
    thread = f"digest/{day}"
    route = Route(destination=SLACK, owner=owner)
    return message(route, "digest", key=f"{thread}/{owner}", thread=thread, content=content)


class Sum(TypedDict, total=False):
    """Revenue of one currency, or nothing."""

    revenue_at_risk_minor: int
    currency: str


def at_risk(pressing: Sequence[Stored]) -> Sum:
    """Return the revenue at risk of the accounts at risk, where it is all of one currency."""
    found: Counter[str] = Counter()
    for stored in pressing:
        facts = stored.assessment.facts
        if stored.shown.band == "at_risk" and facts.get("currency"):
            found[str(facts["currency"])] += int(facts.get("revenue_at_risk_minor") or 0)
    if len(found) != 1:
        return {}
    ((currency, minor),) = found.items()
    return {"revenue_at_risk_minor": minor, "currency": currency}
