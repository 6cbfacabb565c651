"""Samples: what stands in the examples of OpenAPI, of an invented company."""

from collections.abc import Mapping

from dashboard.listing import Shown, Value

_BY_NAME: Mapping[str, Value] = {
    "account": "c-1042",
    "name": "Quill & Sons",
    "band": "at_risk",
    "band_before": "watch",
    "health": 41.5,
    "moved": -12.25,
    "reasons": "utilisation fell to 38 %; 2 urgent tickets are open",
    "utilisation_pct": 38.0,
    "seats": 50,
    "active_users": 19,
    "mrr": 125_000,
    "revenue_at_risk": 73_125,
    "currency": "EUR",
    "anchor_on": "2027-03-31",
    "days_to_anchor": 62,
    "renewal_on": "2027-04-30",
    "plan": "team",
    "customer_type": "company",
    "owner": "ann.lee@seller.example",
    "owner_name": "Ann Lee",
    "kind": "at_risk",
    "reason": "usage_drop",
    "state": "firing",
    "severity": "normal",
    "evidence": "19 of 50 seats were used in the last 28 days; 31 before",
}
_BY_LIST: Mapping[str, Mapping[str, Value]] = {
    "figures": {
        "name": "active_licences",
        "title": "Active licences",
        "family": "licences",
        "kind": "figure",
        "unit": "licences",
        "owner": "manager",
    },
    "experiments": {
        "name": "limit_letter",
        "hypothesis": "A letter before the limit is reached makes more accounts expand.",
        "letter": "limit",
        "metric": "expanded",
        "state": "running",
    },
    "sources": {"name": "files", "states": "accounts subscriptions usage"},
}
_BY_KIND: Mapping[str, Value] = {
    "day": "2027-01-28",
    "instant": "2027-01-28T06:00:00Z",
    "flag": True,
    "text": None,
    "band": None,
    "money": None,
    "exact": None,
}


def sample(of: str, column: Shown) -> Value:
    """Return what could stand in a column of a list."""
    known = {**_BY_NAME, **_BY_LIST.get(of, {})}
    return known.get(column.name, _BY_KIND.get(column.kind, 7))
