"""The brief of an account, gathered from its latest verdict and what stands beside it; nothing is written."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date, timedelta

from config.metrics import Entry, entries, load_metrics
from health.alerts import OPEN
from health.brief import Brief, Message, OpenFlag, OpenTicket, Person, Renewal, Talk
from health.figures.days import day_of
from health.nouns import NOT_APPLICABLE, Assessment, Flag, Input
from health.review import Line, Unit
from health.service import is_open
from health.standings import standing
from store import built, contacts, flags, reviews, verdicts
from store.asked import Asked
from store.database import Connection
from store.reading import PRESENT
from store.verdicts import Verdict
from templates.explained import ahead, changes, reasons, set_by_hand
from templates.families import told as told_of
from worker.deployment import Deployment
from worker.explanations import Explanation, explained, policy_of
from worker.families import Families
from worker.letters import person_name
from worker.plays import by_weight, play_of, signal_of
from worker.review import meanings

ROWS = 20
"""So many tickets and people are told one by one."""
MEASURES = (
    *("seats", "active_users", "utilisation_pct", "committed_utilisation_pct", "assigned_pct", "adopted_pct"),
    *("idle_days", "trend_pct", "open_tickets"),
)
"""The measures of one account that a brief tells, as the catalogue names them."""
MONEY = {
    "mrr": "mrr_minor",
    "revenue_at_risk": "revenue_at_risk_minor",
    "downsizing_risk": "downsizing_risk_minor",
}
"""Figures of money, and the facts of a verdict that they are for one account."""
_UNITS: Mapping[str, Unit] = {"%": "pct", "days": "days"}


def brief(deployment: Deployment, connection: Connection, found: Verdict) -> Brief:
    """Return the brief of an account by its latest verdict, beside the one that a day before ended with."""
    now = found.shown
    before = verdicts.before(connection, found, now.as_of - timedelta(days=1))
    policy = policy_of(deployment, connection, found.policy_hash)
    why = explained(found, before, policy) if policy else None
    standing_flags = flags.standing(connection, now.account, now.account).get(now.account, ())
    risks = by_weight(flag for flag in standing_flags if flag.state in OPEN)
    figures = (*_measured(found, before), *_money(found))
    kept, people = standing(found.key, now), contacts.named(connection, now.account)
    kin = Families(connection, deployment.policy).kin(found)
    return Brief(
        key=found.key,
        name=kept.ranked.name,
        as_of=now.as_of,
        band=now.band,
        by_hand=set_by_hand(now),
        health=now.score.points / 100,
        low=now.score.low / 100,
        high=now.score.high / 100,
        coverage_pct=100 * now.score.coverage,
        delta=(now.score.points - before.assessment.score.points) / 100 if before else None,
        since=before.assessment.as_of if before else None,
        reasons=reasons(now.score),
        changes=changes(why.delta) if why and why.delta else (),
        ahead=ahead(why.outlook) if why else (),
        figures=figures,
        active_wording=str(now.facts.get("active_wording") or ""),
        csm=person_name(kept.ranked.csm),
        contacts=tuple(Person(each.role, each.name) for each in people[:ROWS]),
        renewal=_renewal(found),
        flags=tuple(open_flag(found.assessment, flag) for flag in risks),
        talks=tuple(talks(deployment, connection, risks, now)),
        tickets=tuple(_tickets(connection, found)),
        messages=tuple(_messages(connection, now.account)),
        growth=kept.growth,
        kin=kin,
        family=told_of(kin),
        notes=tuple(_notes(found, why)),
        meanings=meanings(line.figure for line in figures),
    )


def _messages(connection: Connection, account: int) -> Iterator[Message]:
    for each in reviews.messages(connection, account):
        yield Message(day_of(each.at_ms), each.template, each.destination, each.status)


def _measured(found: Verdict, before: Verdict | None) -> Iterator[Line]:
    """Yield the measures, as they are and as they were in the verdict of a day before."""
    known = entries(load_metrics())
    then = before.assessment.inputs if before else {}
    for name in MEASURES:
        value, was = found.assessment.inputs.get(name), then.get(name)
        line = Line(name, known[name].title, _unit(known[name]), _number(value), before=_number(was))
        why = "does not apply" if value is NOT_APPLICABLE else "no source tells"
        yield line if line.value is not None else replace(line, unknown=why)


def _unit(entry: Entry) -> Unit:
    return _UNITS.get(entry.unit, "count")


def _number(value: Input) -> float | None:
    return value if isinstance(value, float) else None


def _money(found: Verdict) -> Iterator[Line]:
    facts, known = found.assessment.facts, entries(load_metrics())
    currency = str(facts.get("currency") or "")
    for name, fact in MONEY.items():
        minor, line = facts.get(fact), Line(name, known[name].title, "money", currency=currency)
        if isinstance(minor, int) and currency:
            yield replace(line, value=minor)
        else:
            yield replace(line, unknown="no term in force states it")


_ANCHORS = {"notice": "the notice deadline", "review": "the review", "term_end": "the end of the term"}


def _renewal(found: Verdict) -> Renewal | None:
    facts = found.assessment.facts
    on, days = facts.get("anchor_on"), facts.get("days_to_anchor")
    if not isinstance(on, str) or not isinstance(days, int):
        return None
    ends, auto = facts.get("renewal_on"), facts.get("auto_renew")
    return Renewal(
        anchor=_ANCHORS[str(facts.get("anchor_kind"))],
        anchor_on=date.fromisoformat(on),
        days=days,
        term_ends_on=date.fromisoformat(ends) if isinstance(ends, str) else None,
        auto_renew=auto if isinstance(auto, bool) else None,
    )


def open_flag(now: Assessment, flag: Flag) -> OpenFlag:
    """Return a flag with today's evidence, where today still has some."""
    evidence = {signal.kind: signal.evidence for signal in now.signals}
    return OpenFlag(
        kind=flag.kind,
        reason=flag.reason,
        state=flag.state,
        severity=flag.severity,
        evidence=evidence.get(flag.reason, flag.evidence),
        since=flag.since,
    )


def talks(
    deployment: Deployment, connection: Connection, flags: Iterable[Flag], now: Assessment
) -> Iterator[Talk]:
    """Yield the play of each flag that has one, each play once."""
    told = set()
    for flag in flags:
        name = signal_of(flag)
        rule = deployment.plays.get(name)
        if rule is None or name in told:
            continue
        told.add(name)
        play, due = play_of(connection, rule, now), flag.since or now.as_of
        yield Talk(
            name,
            play.title,
            play.steps,
            play.talking_points,
            play.owner_role,
            due + timedelta(days=play.due_days),
            play.template,
        )


def _tickets(connection: Connection, found: Verdict) -> Iterator[OpenTicket]:
    """Yield the tickets that have been open for longest; the measure counts all of them."""
    now = found.assessment
    rows = built.feature_rows(Asked(connection, PRESENT), [now.account], ())
    tickets = [each for row in rows for each in row.tickets if is_open(each, now.as_of)]
    for each in sorted(tickets, key=lambda ticket: (ticket.opened_on, ticket.ticket_id))[:ROWS]:
        days = (now.as_of - each.opened_on).days
        yield OpenTicket(each.ticket_id, each.opened_on, days, each.priority, each.subject or each.topic)


def _notes(found: Verdict, why: Explanation | None) -> Iterator[str]:
    facts = found.assessment.facts
    if stale := facts.get("stale"):
        yield f"This rests on {stale}."
    if distrusted := facts.get("distrusted"):
        yield f"Not counted: {distrusted}."
    if why is None:
        yield "The policy of this verdict is not kept: what changed and what would change it is not known."
