"""Entries: what of a verdict stands in the book, by which lists are sorted and searched."""

from datetime import date

from health.decide import Previous
from health.features import Features
from health.nouns import Assessment
from health.standings import main_reason
from store.book import Entry


def entry(row: Features, now: Assessment, before: Previous | None, priority: float) -> Entry:
    """Return an account's row of the book; ``priority`` is in our currency."""
    facts, traits = now.facts, now.traits
    return Entry(
        account=now.account,
        as_of=now.as_of,
        csm_email=row.csm_email.lower(),
        sales_email=row.sales_email.lower(),
        band=now.band,
        band_before=before.band if before else "",
        points=now.score.points,
        moved=now.score.points - before.points if before else 0,
        priority=round(priority),
        mrr_minor=_whole(facts.get("mrr_minor")),
        at_risk_minor=_whole(facts.get("revenue_at_risk_minor")),
        currency=str(facts.get("currency") or ""),
        anchor_on=_day(facts.get("anchor_on")),
        utilisation_pct=_whole(facts.get("utilisation_pct")),
        grows=bool(facts.get("expansion")),
        plan=traits.get("plan") or "",
        customer_type=traits.get("customer_type") or "",
        main_reason=main_reason(now),
    )


def _whole(value: object) -> int | None:
    return round(value) if isinstance(value, int | float) else None


def _day(value: object) -> date | None:
    return date.fromisoformat(value) if isinstance(value, str) else None
