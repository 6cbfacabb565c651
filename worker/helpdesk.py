"""What support is told: the verdict at an account's organization, once a term at each of its open tickets.

A note cannot be changed, so its key names ticket and term, and no run: planned again it is the same notice.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace

import msgspec
from babel.numbers import get_currency_precision

from config.routes import Route
from health.alerts import AT_RISK
from health.nouns import Flag, Notice
from health.precedence import at_stake
from health.reasons import reasons
from health.revenue_bands import BANDS, revenue_band
from templates.content import HelpdeskContent, NoteContent
from templates.explained import set_by_hand
from worker.letters import Facts, Verdict, person_name
from worker.messages import message

RECORD, NOTE = "helpdesk", "note"
MOST_TICKETS = 20
"""Open tickets of an account that get a note: the newest."""
MONTHS = 12
_SPOKEN_OF = frozenset({"firing", "acknowledged"})
"""States of a flag that support should know of: not while it is snoozed."""


def record(desk: str, record_id: str, verdict: Verdict) -> Notice:
    """Return the state of an account's organization in a help desk, by the organization's own id."""
    now, facts = verdict.assessment, verdict.facts
    said = {
        "account_key": verdict.features.key,
        "band": now.band,
        "health": facts.get("health"),
        "reasons": [*filter(None, [set_by_hand(now)]), *reasons(now.score)],
        "revenue_band": _revenue_band(facts),
        "renewal_on": facts.get("renewal_on"),
    }
    thread = f"{desk}/{RECORD}/{verdict.features.key}"
    return Notice(
        key=f"{thread}/{verdict.run}",
        destination=desk,
        kind="state",
        thread=thread,
        account=verdict.features.account,
        template=RECORD,
        owner=record_id,
        payload=msgspec.json.encode(msgspec.convert(said, HelpdeskContent)).decode(),
        stake=at_stake(verdict.priority),
    )


def notes(
    desk: str, record_id: str, verdict: Verdict, tickets: Sequence[str], demoted: Collection[str]
) -> Iterator[Notice]:
    """Yield a note for each of an account's open tickets, newest first, if the account is at risk.

    Risks by rules that are ``demoted`` are told nobody.
    """
    risks = [flag for flag in verdict.flags if _is_spoken_of(flag, demoted)]
    if not risks:
        return
    term = risks[0].term
    content = _note(record_id, verdict, [flag for flag in risks if flag.term == term])
    for ticket in tickets[:MOST_TICKETS]:
        thread = f"support/{verdict.features.key}/{term}"
        route = Route(destination=desk, owner=ticket)
        told = message(route, NOTE, key=f"{thread}/{desk}/{ticket}", thread=thread, content=content)
        yield replace(told, account=verdict.features.account, stake=at_stake(verdict.priority))


def _is_spoken_of(flag: Flag, demoted: Collection[str]) -> bool:
    return flag.kind == AT_RISK and flag.state in _SPOKEN_OF and flag.reason not in demoted


def _note(record_id: str, verdict: Verdict, risks: Sequence[Flag]) -> NoteContent:
    now, facts = verdict.assessment, verdict.facts
    today = {signal.kind: signal.evidence for signal in now.signals}
    band = _revenue_band(facts)
    said = {
        "account_name": verdict.features.name,
        "organization": record_id,
        "evidence": [today.get(flag.reason, flag.evidence) for flag in risks],
        "score": now.score.points / 100,
        "revenue": f"{BANDS[band]} {facts.get('currency')}" if band else "",
        "renewal_on": facts.get("renewal_on"),
        "owner_name": person_name(verdict.features.csm_email),
    }
    return msgspec.convert(said, NoteContent)


def _revenue_band(facts: Facts) -> str | None:
    """Return the band of an account's yearly revenue; `None` where revenue or currency is unknown."""
    monthly, currency = facts.get("mrr_minor"), facts.get("currency")
    if not isinstance(monthly, int | float) or not isinstance(currency, str) or not currency:
        return None
    return revenue_band(float(MONTHS * monthly / 10 ** get_currency_precision(currency)))
