"""From what changed to what is owed: an alert for a colleague, a letter for a customer.

A notice's key says which effect it is: the same run judged twice plans the same keys, so nothing is
owed twice.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta

import msgspec

from config.plays import Play as ToDo
from config.routes import PLAIN, SLACK, Route
from health.alerts import AT_RISK, LICENSING, RECOVERED
from health.answers import listed
from health.decide import Alert
from health.delta import Delta
from health.expansion import GROUP as EXPANSION
from health.identity import CRMS
from health.nouns import Assessment, Flag, Notice, Why
from health.precedence import at_stake
from health.reasons import reasons
from store import contacts
from store.answers import ALERT
from store.database import Connection
from templates.content import (
    AlertContent,
    Content,
    ExpansionContent,
    FlagLine,
    OperatorContent,
    Play,
    Severity,
)
from templates.explained import changes, commitment, likely, nearest, set_by_hand
from worker import letters, peace
from worker.accounts import weeks_told
from worker.colleagues import routed
from worker.deployment import Deployment
from worker.explanations import explained_new
from worker.letters import Verdict
from worker.messages import message
from worker.plays import play_of
from worker.shown import assignee, elsewhere

LEAST_CHANGE = 50
"""Hundredths of a point: what moved a score by less changed nothing that anybody would act on."""
_ENDS = frozenset({Why.RECOVERED, Why.CORRECTED})


def notices(
    deployment: Deployment, connection: Connection, verdict: Verdict, alerts: Sequence[Alert]
) -> Iterator[Notice]:
    """Yield what an account's alerts owe to whom."""
    for alert in alerts:
        if alert.audience == "customer":
            if alert.why is not Why.CORRECTED:
                owed = letters.letters(deployment, connection, verdict, alert)
                yield from (peace.owed(deployment, connection, verdict, letter) for letter in owed)
        elif route := _route(deployment, connection, verdict, alert.audience):
            told = _told(deployment, connection, verdict, alert, route)
            if route.destination == SLACK:
                matter = EXPANSION if alert.kind == EXPANSION else ALERT
                as_of, account = verdict.assessment.as_of, verdict.features.account
                whose = _owner(verdict, alert.audience)
                ladder = (
                    assignee(connection, account, matter, verdict.flags),
                    *routed(deployment, connection).ladder(alert.audience, whose, as_of),
                )
                yield from elsewhere(connection, told, matter, ladder, as_of)
            yield told


def _route(deployment: Deployment, connection: Connection, verdict: Verdict, audience: str) -> Route | None:
    """Return the route with its owner: at a CRM the account's record, and without one there is no route."""
    routes = routed(deployment, connection)
    route = routes.to(audience, _owner(verdict, audience), verdict.assessment.as_of)
    if route.destination not in CRMS:
        return route
    record_id = verdict.records.get(route.destination)
    return Route(destination=route.destination, owner=record_id) if record_id else None


def _owner(verdict: Verdict, audience: str) -> str:
    return verdict.features.sales_email if audience == "sales" else verdict.features.csm_email


def _told(
    deployment: Deployment, connection: Connection, verdict: Verdict, alert: Alert, route: Route
) -> Notice:
    template = _template(alert)
    matter = f"expansion/{alert.term}" if alert.kind == EXPANSION else alert.term
    thread = f"{alert.audience}/{verdict.features.key}/{matter}"
    content = _CONTENT[template](deployment, connection, verdict, alert)
    if isinstance(content, AlertContent | ExpansionContent):
        content = msgspec.structs.replace(
            content,
            answerable=deployment.has_desk(route.destination),
            ended=alert.why in _ENDS and not listed(verdict.flags, expansion=alert.kind == EXPANSION),
        )
    told = message(
        route,
        f"{template}_task" if route.destination in PLAIN and template != "operator" else template,
        key=f"{thread}/{alert.kind}/{verdict.run}",
        thread=thread,
        content=content,
    )
    return replace(told, account=verdict.features.account, stake=at_stake(verdict.priority, alert.severity))


def _template(alert: Alert) -> str:
    if alert.kind == RECOVERED:
        return "recovered"
    return {EXPANSION: "expansion", LICENSING: "operator"}.get(alert.kind, "alert")


def _alert(deployment: Deployment, connection: Connection, verdict: Verdict, alert: Alert) -> Content:
    now, before = verdict.assessment, verdict.before
    why, rule = explained_new(deployment, connection, verdict), _rule(deployment, connection, verdict, alert)
    said = {
        "kind": alert.kind,
        "severity": alert.severity,
        "why": alert.why,
        "band": now.band,
        "override": set_by_hand(now),
        "score": now.score.points / 100,
        "previous_score": before.points / 100 if before else None,
        "delta": (now.score.points - before.points) / 100 if before else None,
        "reasons": reasons(now.score),
        "changes": changes(why.delta) if why.delta and _tells(why.delta) else (),
        "what_would_change": nearest(why.outlook),
        "flags": _lines(now, alert),
        "play": _play(rule),
        "term": alert.term,
        **weeks_told(deployment, verdict.features, now),
        **_corrected(verdict, alert),
    }
    about = _about(deployment, connection, verdict, alert, rule)
    return msgspec.convert(about | _figures(verdict, _OF_RENEWAL) | said, AlertContent)


def _tells(delta: Delta) -> bool:
    """Tell whether any line of what changed is worth a reader's time."""
    return any(abs(change.points) >= LEAST_CHANGE for change in delta.changes)


def _corrected(verdict: Verdict, alert: Alert) -> dict[str, object]:
    found = verdict.corrections.get(AT_RISK)
    if found is None or all(flag.why is not Why.CORRECTED for flag in alert.flags):
        return {}
    return {
        "corrected_on": found.on,
        "told_score": found.told / 100,
        "known_score": found.known / 100,
    }


def _expansion(deployment: Deployment, connection: Connection, verdict: Verdict, alert: Alert) -> Content:
    rule = _rule(deployment, connection, verdict, alert)
    grown = [flag for flag in alert.flags if flag.kind == EXPANSION]
    said = {
        "play": _play(rule),
        "triggers": [{"group": flag.reason, "evidence": flag.evidence} for flag in grown],
        "corrected_on": _corrected_on(verdict, alert),
    }
    about = _about(deployment, connection, verdict, alert, rule)
    return msgspec.convert(about | _figures(verdict, _OF_ROOM) | said, ExpansionContent)


def _corrected_on(verdict: Verdict, alert: Alert) -> date | None:
    """Return the day on which an alert rests that says what was never so; `None` of any other."""
    found = verdict.corrections.get(alert.kind) if alert.why is Why.CORRECTED else None
    return found.on if found else None


def _licensing(deployment: Deployment, connection: Connection, verdict: Verdict, alert: Alert) -> Content:
    rule = _rule(deployment, connection, verdict, alert)
    if day := _corrected_on(verdict, alert):
        never = "; ".join(flag.evidence for flag in alert.flags)
        return OperatorContent(
            title=f"Correction: what was told of a licence of {verdict.features.name} was not so",
            what_happened=f"Facts of the days before {day} came late; with them nobody would have been told: "
            f"{never}",
        )
    return OperatorContent(
        title=f"{verdict.features.name}: {rule.title if rule else 'something odd about a licence'}",
        what_happened="; ".join(flag.evidence for flag in alert.flags),
        what_to_do=rule.steps if rule else (),
        severity=msgspec.convert(alert.severity, Severity),
    )


_CONTENT: Mapping[str, Callable[[Deployment, Connection, Verdict, Alert], Content]] = {
    "alert": _alert,
    "recovered": _alert,
    "expansion": _expansion,
    "operator": _licensing,
}
_OF_USE = ("seats", "active_users", "utilisation_pct", "mrr_minor")
_OF_RENEWAL = ("renewal_on", "anchor_on", "days_to_anchor", "window", "revenue_at_risk_minor")
_OF_ROOM = ("suggested_seats", "days_until_full", "uplift_minor")


def _about(
    deployment: Deployment, connection: Connection, verdict: Verdict, alert: Alert, rule: ToDo | None
) -> dict[str, object]:
    """Return what every notice to a colleague says of the account."""
    facts, row = verdict.facts, verdict.features
    people = contacts.to_talk_to(connection, row.account)
    task = deployment.routes.of(alert.audience).destination in PLAIN
    said: dict[str, object] = {
        "owner": _owner(verdict, alert.audience) if task else "",
        "account_key": row.key,
        "account_name": row.name,
        "owner_name": letters.person_name(row.csm_email),
        "due_on": verdict.assessment.as_of + timedelta(rule.due_days) if rule else None,
        "active_definition": facts.get("active_wording") or "",
        "currency": facts.get("currency") or None,
        "stale": facts.get("stale") or "",
        "likely": likely(facts),
        "commitment": commitment(facts),
        "contacts": [{"role": role, "subject": subject} for role, subject in people],
    }
    return said | _figures(verdict, _OF_USE)


def _figures(verdict: Verdict, names: Sequence[str]) -> dict[str, object]:
    return {name: verdict.facts.get(name) for name in names}


def _lines(now: Assessment, alert: Alert) -> list[FlagLine]:
    """Return the alert's flags with today's evidence, where today still has some."""
    evidence = {signal.kind: signal.evidence for signal in now.signals}
    return [_line(flag, evidence.get(flag.reason, flag.evidence)) for flag in alert.flags]


def _line(flag: Flag, evidence: str) -> FlagLine:
    said = {"kind": flag.reason, "evidence": evidence, "why": flag.why, "severity": flag.severity}
    return msgspec.convert(said, FlagLine)


def _play(rule: ToDo | None) -> Play | None:
    if rule is None:
        return None
    return Play(title=rule.title, steps=rule.steps, talking_points=rule.talking_points)


def _rule(deployment: Deployment, connection: Connection, verdict: Verdict, alert: Alert) -> ToDo | None:
    """Return the play for the alert's first flag that has one, as it is in the account's segment."""
    if alert.why in _ENDS:
        return None
    plays = deployment.plays
    own = next((plays[flag.reason] for flag in alert.flags if flag.reason in plays), plays.get(alert.kind))
    return play_of(connection, own, verdict.assessment) if own else None
