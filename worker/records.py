"""What a CRM's record of an account says: the verdict in fields, written only where it changed."""

import msgspec

from health.expansion import GROUP as EXPANSION
from health.nouns import Notice
from health.precedence import at_stake
from health.reasons import reasons
from templates.content import RecordContent
from templates.explained import likely, set_by_hand
from worker.letters import Verdict

TEMPLATE = "record"
_FIGURES = (
    "health",
    "priority",
    "utilisation_pct",
    "days_until_full",
    "suggested_seats",
    "uplift_minor",
    "revenue_at_risk_minor",
    "renewal_on",
    "anchor_on",
)


def record(crm: str, record_id: str, verdict: Verdict) -> Notice:
    """Return the state of an account's record in a CRM, by the record's own id."""
    now = verdict.assessment
    grown = [signal.evidence for signal in now.signals if signal.group == EXPANSION and not signal.gate]
    said = {
        "account_key": verdict.features.key,
        "band": now.band,
        "reasons": [*filter(None, [set_by_hand(now)]), *reasons(now.score)],
        "likely": likely(verdict.facts) or None,
        "expansion": bool(verdict.facts.get("expansion")),
        "expansion_evidence": grown,
        "currency": verdict.facts.get("currency") or None,
    }
    content = msgspec.convert(said | {name: verdict.facts.get(name) for name in _FIGURES}, RecordContent)
    thread = f"{crm}/record/{verdict.features.key}"
    return Notice(
        key=f"{thread}/{verdict.run}",
        destination=crm,
        kind="state",
        thread=thread,
        account=verdict.features.account,
        template=TEMPLATE,
        owner=record_id,
        payload=msgspec.json.encode(content).decode(),
        stake=at_stake(verdict.priority),
    )
