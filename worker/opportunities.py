"""Opportunities: a renewal whose window is open, and room to grow, as sales forecasts them in a CRM.

There is one of each for an account and term: its key names both. It is owed as a state, so once and then
where its figures change; whether it may be made is the CRM's to find out, where people open some themselves.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import NamedTuple

import msgspec

from health.alerts import WINDOW
from health.expansion import GROUP as EXPANSION
from health.nouns import Flag, Notice
from health.precedence import at_stake
from templates.opportunity import OpportunityContent
from worker.letters import Verdict

TEMPLATE = "opportunity"
CLOSE_DAYS = 30
"""How long after it was first seen room to grow is expected to be sold."""
MONTHS = 12
_SPOKEN_OF = frozenset({"firing", "acknowledged"})
"""States of a flag that sales should act on: not while it is snoozed, and not once somebody closed it."""


class _Deal(NamedTuple):
    """What an opportunity is about: its term, what it is called, when it closes and what it brings a year."""

    matter: str
    term: str
    called: str
    close_on: date
    amount_minor: int | None


def opportunities(crm: str, record_id: str, verdict: Verdict) -> Iterator[Notice]:
    """Yield the states of an account's opportunities in a CRM, by the id of its record there."""
    for kind, deal_of in ((WINDOW, _renewal), (EXPANSION, _expansion)):
        flags = [flag for flag in verdict.flags if flag.kind == kind and flag.state in _SPOKEN_OF]
        if flags and (deal := deal_of(verdict, flags)):
            yield _notice(crm, record_id, verdict, deal, flags)


def _renewal(verdict: Verdict, flags: list[Flag]) -> _Deal | None:
    """Return the renewal of the term that is next to be acted on; `None` if its window is not open."""
    term, anchor = verdict.assessment.term, verdict.facts.get("anchor_on")
    if not isinstance(anchor, str) or all(flag.term != term for flag in flags):
        return None
    on = verdict.facts.get("renewal_on") or anchor
    amount = _whole(verdict, "revenue_at_risk_minor")
    return _Deal("renewal", term, f"renewal {on}", date.fromisoformat(anchor), amount)


def _expansion(verdict: Verdict, flags: list[Flag]) -> _Deal:
    """Return what there is room for, under the term in which it was first seen."""
    as_of = verdict.assessment.as_of
    first = min(flags, key=lambda flag: (flag.since or as_of, flag.term))
    monthly = _whole(verdict, "uplift_minor")
    amount = None if monthly is None else MONTHS * monthly
    return _Deal(
        "expansion", first.term, "room to grow", (first.since or as_of) + timedelta(CLOSE_DAYS), amount
    )


def _whole(verdict: Verdict, name: str) -> int | None:
    """Return an amount in minor units; none of which nobody states the currency."""
    found = verdict.facts.get(name)
    return found if isinstance(found, int) and verdict.facts.get("currency") else None


def _notice(crm: str, record_id: str, verdict: Verdict, deal: _Deal, flags: list[Flag]) -> Notice:
    row = verdict.features
    key = f"{deal.matter}/{row.key}/{deal.term}"
    said = {
        "key": key,
        "matter": deal.matter,
        "name": f"{row.name}: {deal.called}",
        "close_on": deal.close_on,
        "amount_minor": deal.amount_minor,
        "currency": verdict.facts.get("currency") or None,
        "evidence": [flag.evidence for flag in flags],
    }
    return Notice(
        key=f"{crm}/{TEMPLATE}/{key}/{verdict.run}",
        destination=crm,
        kind="state",
        thread=f"{crm}/{TEMPLATE}/{key}",
        account=row.account,
        template=TEMPLATE,
        owner=record_id,
        payload=msgspec.json.encode(msgspec.convert(said, OpportunityContent)).decode(),
        stake=at_stake(verdict.priority),
    )
