"""Accounts as a colleague reads of them who asks: how one is now, and how their own are."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import date, timedelta

import msgspec

from health.alerts import LICENSING, OPEN
from health.answers import ACKNOWLEDGE, ASSIGN, DONE, SNOOZE, Answer, listed, state
from health.expansion import GROUP as EXPANSION
from health.features import Features
from health.nouns import Assessment, Flag
from health.reasons import reasons
from health.weeks import told_through, weeks
from store import answers, features, flags, owners, verdicts
from store.answers import ALERT
from store.database import Connection
from store.installation import business_day
from store.verdicts import Verdict as Stored
from templates.asked import AccountContent, OwnContent, OwnRow
from templates.content import BandCounts, DigestRow
from templates.explained import commitment, likely, set_by_hand
from worker.colleagues import routed
from worker.deployment import Deployment
from worker.letters import person_name
from worker.plays import by_weight
from worker.shown import words

_SAID: Mapping[str, Collection[str]] = {
    "firing": (ASSIGN,),
    "acknowledged": (ACKNOWLEDGE, DONE),
    "snoozed": (SNOOZE,),
}
"""By what people have brought an alert where it stands."""
_FIGURES = (
    *("seats", "active_users", "utilisation_pct", "mrr_minor"),
    *("renewal_on", "anchor_on", "days_to_anchor", "revenue_at_risk_minor"),
)
_ROW = ("anchor_on", "days_to_anchor", "revenue_at_risk_minor")


def account(deployment: Deployment, connection: Connection, found: Stored) -> AccountContent:
    """Return an account's latest verdict, beside the one that a day before ended with, and what stands."""
    now, facts = found.shown, found.shown.facts
    before = verdicts.before(connection, found, now.as_of - timedelta(days=1))
    row = features.held(connection, [now.account]).get(now.account)
    owner = row.csm_email if row else ""
    standing = flags.of(connection, [now.account]).get(now.account, ())
    risks = listed(standing, expansion=False)
    said = {
        "account_key": found.key,
        "account_name": facts.get("name") or found.key,
        "as_of": now.as_of,
        "band": now.band,
        "override": set_by_hand(now),
        "score": now.score.points / 100,
        "delta": (now.score.points - before.assessment.score.points) / 100 if before else None,
        "reasons": reasons(now.score),
        "flags": _lines(now, [each for each in standing if each.state in OPEN and each.kind != EXPANSION]),
        "growth": [flag.evidence for flag in listed(standing, expansion=True)],
        "state": state(risks),
        "owner": _reached(deployment, connection, owner),
        "owner_name": person_name(owner),
        "active_definition": facts.get("active_wording") or "",
        "currency": facts.get("currency") or None,
        "likely": likely(facts),
        "commitment": commitment(facts),
        "stale": facts.get("stale") or "",
        **(weeks_told(deployment, row, now) if row else {}),
    }
    figures = {name: facts.get(name) for name in _FIGURES}
    content = msgspec.convert(figures | said, AccountContent)
    answer = _holds(connection, now.account, risks)
    return msgspec.structs.replace(content, said=words(answer) if answer else None)


def weeks_told(deployment: Deployment, row: Features, now: Assessment) -> dict[str, object]:
    """Return how use has gone, week by week, up to the last complete day that a verdict rests on."""
    through = told_through(now)
    found = weeks(row, through, deployment.policy.use_metrics) if through else None
    return {"weeks": found.means, "weeks_of": found.metric} if found else {}


def _reached(deployment: Deployment, connection: Connection, owner: str) -> str:
    """Return the Slack id of whoever is told of an account; empty where that is a channel."""
    routes = routed(deployment, connection)
    reached = routes.to("csm", owner, business_day(connection)).owner
    return reached if routes.is_person(reached) else ""


def _holds(connection: Connection, account: int, risks: Sequence[Flag]) -> Answer | None:
    """Return what somebody said to an account's open alert that still holds."""
    said = answers.last(connection, account, ALERT, _SAID.get(state(risks), ()))
    opened = min((flag.since for flag in risks if flag.since), default=None)
    is_of_this = said is None or said.kind != ASSIGN or opened is None or said.on >= opened
    return said if is_of_this else None


def _lines(now: Assessment, standing: Sequence[Flag]) -> list[dict[str, object]]:
    """Return open flags with today's evidence, where today still has some."""
    evidence = {signal.kind: signal.evidence for signal in now.signals}
    return [
        {
            "kind": flag.reason,
            "evidence": evidence.get(flag.reason, flag.evidence),
            "why": flag.why,
            "severity": flag.severity,
        }
        for flag in by_weight(standing)
        if flag.kind != LICENSING
    ]


def row(stored: Stored, most_reasons: int = 2) -> DigestRow:
    """Return an account as a row of a list."""
    return msgspec.convert(_row(stored, most_reasons), DigestRow)


def _row(stored: Stored, most_reasons: int) -> dict[str, object]:
    now, facts = stored.shown, stored.shown.facts
    said: dict[str, object] = {
        "account_key": stored.key,
        "account_name": facts.get("name") or stored.key,
        "band": now.band,
        "score": now.score.points / 100,
        "reasons": reasons(now.score, most_reasons) if most_reasons else (),
        "currency": facts.get("currency") or None,
    }
    return said | {name: facts.get(name) for name in _ROW}


def ranked(found: Sequence[Stored]) -> list[Stored]:
    """Return verdicts as they are told of, the most urgent first."""
    return sorted(found, key=lambda each: (-float(each.assessment.facts.get("priority") or 0), each.key))


def own(deployment: Deployment, slack: str, most: int, answerable: int = 0) -> OwnContent:
    """Return the accounts of somebody by their Slack id, the most urgent of them as rows.

    So many of their open alerts can be answered there, the most urgent ones.
    """
    with deployment.database.read() as connection:
        addresses = routed(deployment, connection).addresses(slack)
        today = business_day(connection)
        if not addresses:
            return OwnContent(date=today, known=False)
        ids = owners.owned(connection, addresses)
        found = ranked(verdicts.current(connection, ids))
        standing = flags.of(connection, ids)
    open_ones = [account for account, each in standing.items() if listed(each, expansion=False)]
    shown = found[:most]
    urgent = [each.assessment.account for each in shown if each.assessment.account in open_ones]
    return OwnContent(
        date=today,
        counts=msgspec.convert(Counter(each.shown.band for each in found), BandCounts),
        open=len(open_ones),
        rows=tuple(_own_row(each, standing, urgent[:answerable]) for each in shown),
        more=max(0, len(found) - most),
    )


def _own_row(stored: Stored, flags_of: Mapping[int, Sequence[Flag]], answerable: Collection[int]) -> OwnRow:
    facts, account = stored.shown.facts, stored.assessment.account
    standing = flags_of.get(account, ())
    risks = listed(standing, expansion=False)
    said = {
        "state": state(risks),
        "until": _over(risks),
        "grows": bool(listed(standing, expansion=True)),
        "about": account if account in answerable else None,
        "renewal_on": facts.get("renewal_on"),
    }
    return msgspec.convert(_row(stored, 0) | said, OwnRow)


def _over(risks: Sequence[Flag]) -> date | None:
    """Return the day on which the first snooze of an alert is over."""
    return min((flag.until for flag in risks if flag.state == "snoozed" and flag.until), default=None)
