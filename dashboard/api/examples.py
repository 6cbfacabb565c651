"""Examples of what the analytics API answers about one thing, of an invented company."""

from collections.abc import Mapping

Example = Mapping[str, object]

_PATH = "/api/v1/accounts/c-1042"
_SCORE: Example = {
    "as_of": "2027-01-28",
    "health": 41.5,
    "low": 36.25,
    "high": 47.0,
    "coverage": 0.88,
    "band": "at_risk",
    "run": 212,
}
ACCOUNT: Example = {
    "account": "c-1042",
    "as_of": "2027-01-28",
    "band": "at_risk",
    "computed_band": "at_risk",
    "override": None,
    "health": 41.5,
    "interval": [36.25, 47.0],
    "coverage": 0.88,
    "contributions": [
        {"name": "utilisation", "points": -34.5, "reason": "utilisation 38 % (19 of 50 seats)"},
        {"name": "tickets", "points": -24.0, "reason": "open tickets: 3, urgent: 2"},
    ],
    "reasons": ["utilisation 38 % (19 of 50 seats)", "open tickets: 3, urgent: 2"],
    "inputs": {"seats": 50.0, "active_users": 19.0, "nps": None, "core_weeks": "not_applicable"},
    "signals": [
        {
            "kind": "use_drop",
            "group": "risk",
            "severity": "normal",
            "gate": "",
            "evidence": "use down 39 % against its own baseline",
        }
    ],
    "facts": {"name": "Quill & Sons", "mrr_minor": 125_000, "currency": "EUR", "auto_renew": True},
    "run": 212,
    "policy": "5f0c9a1b2d3e",
    "engine": "7",
    "known": '{"files": 31}',
    "links": {
        "scores": f"{_PATH}/scores",
        "explanation": f"{_PATH}/explanation",
        "statement": f"{_PATH}/statement",
    },
}
SCORES: Example = {"data": [_SCORE], "next": f"{_PATH}/scores?after=2027-01-28"}
_MOVE: Example = {"measure": "utilisation_pct", "before": 62.0, "now": 38.0}
EXPLANATION: Example = {
    "account": "c-1042",
    "as_of": "2027-01-28",
    "reasons": ["utilisation 38 % (19 of 50 seats)"],
    "kin": None,
    "rescored": [],
    "delta": {
        "since": {"run": 211, "as_of": "2027-01-27", "band": "watch", "health": 53.75},
        "points": -12.25,
        "same_rules": True,
        "changes": [{"name": "utilisation", "points": -12.25, "moves": [_MOVE]}],
        "words": ["utilisation: -12.25, from 62 % to 38 %"],
    },
    "outlook": {
        "better": "watch",
        "worse": None,
        "up": [
            {
                "measure": "active_users",
                "change": 9.0,
                "moves": [{"measure": "utilisation_pct", "before": 38.0, "now": 56.0}],
                "health": 50.5,
                "band": "watch",
            }
        ],
        "down": [],
        "held_by": [],
        "largest": [],
        "unknown": [],
        "words": ["9 more active users: watch, at 50.5"],
    },
}
STATEMENT: Example = {"format": "seatsignal-statement", "account": "c-1042", "as_of": "2027-01-28"}
FIGURE: Example = {
    "name": "active_licences",
    "title": "Active licences",
    "unit": "licences",
    "definition": "Licences that are active on a day.",
    "formula": "the count of licences whose status is active",
    "no_value": None,
    "value": {
        "as_of": "2027-01-28",
        "by": "plan",
        "accounts": 300,
        "covered": 300,
        "found": {"premier": {"": 9_216}, "starter": {"": 185}},
        "bands": {},
        "worst": [],
        "states": {},
        "needs": None,
    },
}
EXPERIMENT: Example = {
    "name": "limit_letter",
    "hypothesis": "A letter before the limit is reached makes more accounts expand.",
    "letter": "limit",
    "metric": "expanded",
    "within_days": 60,
    "baseline_pct": 10.0,
    "effect_points": 8.0,
    "hold_out_pct": 50.0,
    "alpha": 0.05,
    "power": 0.8,
    "strata": ["plan"],
    "hash": "0c1d2e3f4a5b",
    "state": "running",
    "started_on": "2027-01-04",
    "stopped_on": None,
    "stop_reason": None,
    "read_on": None,
    "arms": {"held_out": {"needed": 290, "drawn": 41}, "written": {"needed": 290, "drawn": 44}},
    "reading": None,
}
