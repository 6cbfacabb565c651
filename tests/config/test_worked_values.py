"""The worked example of an entry, taken as a whole book, comes to the same value."""

from typing import Any, get_type_hints

import pytest
from pydantic import TypeAdapter

from config.metrics import entries, load_metrics
from config.worked import agrees, instants, plain
from health.figures.book import Known, Moment
from tests.health.figures.examples import RULES
from tests.health.figures.test_present import told

ENTRIES = entries(load_metrics())
KINDS = {"acts": "people", "steps": "activation_steps", "term": "subscriptions"}
"""What an example calls a kind of record otherwise."""
HINTS = get_type_hints(Known)

VALUES: dict[str, dict[str, Any]] = {
    "active_licences": {"": 51},
    "active_licences_by_plan": {"team": 40, "audit": 3},
    "licence_trend": {"now": 25, "a month ago": 20, "a year ago": 20, "now, of a year ago": {"pct": 125}},
    "growth_seats_of_term": {"": 20},
    "utilisation_after_purchase": {"30 days": {"part": 18, "pct": 36}, "60 days": {"part": 31, "pct": 62}},
    "utilisation_before_renewal": {"": {"part": 22, "whole": 40}},
    "utilisation_by_month": {"2026-05-01": {"part": 12, "whole": 20}, "2026-06-01": {"part": 9}},
    "signed_in_users": {"": 1},
    "feature_adoption": {"feature:export": {"part": 2, "whole": 4}},
    "feature_breadth": {"": {"part": 2, "whole": 3}},
    "feature_depth": {"": {"total": 7, "over": 2, "mean": 3.5}},
    "activation_rate_at_7_days": {"": {"part": 1, "whole": 2}},
    "activation_rate_by_plan": {"solo": {"part": 1, "whole": 1}, "team": {"part": 0, "whole": 1}},
    "activation_rate_by_cohort": {"2026-04": {"part": 1, "whole": 1}, "2026-05": {"part": 0, "whole": 1}},
    "time_to_first_validation": {"hours": {"size": 2, "median": 24.25}},
    "time_to_first_use": {"hours": {"size": 1, "median": 6}, "waiting": 0},
    "time_to_value": {"first_report, hours": {"size": 1, "median": 48}},
    "activation_funnel": {
        "install": {"part": 2, "whole": 2},
        "invite": {"part": 1, "whole": 2},
        "invite, tried in vain": 1,
        "invite, hours since the step before": {"median": 3},
    },
    "activation_errors": {"install": {"total": 2, "over": 2, "mean": 1}},
    "activation_unassisted": {"": {"part": 1, "whole": 2}},
    "activation_help": {"invite": {"total": 1, "over": 1}},
    "validation_failures": {"expired": {"part": 4, "whole": 100}},
    "validation_failures_by_country": {"DE": {"part": 1, "whole": 10}, "unknown": {"part": 2, "whole": 2}},
    "over_provisioned": {"domains": {"part": 1, "whole": 2}},
    "consumption_pace": {"": {"part": 150, "whole": 200, "pct": 75}},
    "consumption_against_commitment": {"": {"part": 2730, "whole": 3640, "pct": 75}},
    "mrr": {"EUR": 40_000, "USD": 9_900},
    "revenue_at_risk": {"EUR": 480_000},
    "renewal_rate": {
        "terms": {"part": 1, "whole": 2},
        "revenue in EUR": {"pct": 60},
        "without an outcome": 1,
    },
    "late_renewals": {"": {"part": 1, "whole": 2}, "days late": {"size": 1, "median": 8}},
    "outcomes_by_window": {"60, renewed": 1, "60, churned: price": 1, "after the end, churned: price": 1},
    "proactive_conversations": {"": {"part": 1, "whole": 2}},
    "net_promoter_score": {
        "score": {"mean": 25},
        "promoters": {"part": 2, "whole": 4},
        "detractors": {"part": 1},
    },
    "csat": {"": {"size": 2, "mean": 4.5}, "good": {"part": 2, "whole": 2}},
    "activation_ease": {"": {"size": 2, "median": 4}},
    "renewal_confidence_rating": {"": {"size": 3, "median": 4}},
    "expected_return": {"": {"size": 1, "mean": 4}},
}


def book(given: dict[str, Any]) -> list[Known]:
    """The accounts of an example, each with its records."""
    found: dict[str, dict[str, list[Any]]] = {}
    for name, stated in instants(given).items():
        kind = KINDS.get(name, name)
        if kind in Known._fields and kind != "accounts":
            rows = stated if isinstance(stated, list) else [stated]
            for record in TypeAdapter(list[HINTS[kind].__args__[0]]).validate_python(rows):  # type: ignore[name-defined]  # known at run time
                found.setdefault(record.account_id, {}).setdefault(kind, []).append(record)
    for kinds in found.values():
        kinds["limits_over_time"] = kinds.get("limits", [])
    return [Known(account, **kinds) for account, kinds in found.items()]


def moment(given: dict[str, Any]) -> Moment:
    day = given.get("as_of") or given["span"]["until"]
    return Moment(day, RULES, tuple(given.get("core", ())), currency="EUR")


@pytest.mark.parametrize("name", VALUES)
def test_the_example_as_a_book_comes_to_what_the_entry_says(name):
    given = ENTRIES[name].example.given
    found = plain(told(name, book(given), moment(given)))
    assert agrees(VALUES[name], found), found
    assert told(name, [], moment(given)) == {}, "of no account nothing is told"
