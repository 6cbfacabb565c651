"""The sandbox's stand-ins for every vendor: what points us at them, and what lets them show a day.

The keys and names are those that the sandbox knows by itself; it is on loopback and holds invented people.
"""

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any
from urllib.request import ProxyHandler, Request, build_opener

VENDORS = ("stripe", "posthog", "keygen", "zendesk", "hubspot")
FOLDERS = ("eve", "monday")
PATIENCE_S = 15
SIGNING_SECRET = "slack-sandbox-signing-secret"  # noqa: S105 - invented, for a loopback stand-in
_OFTEN = "6000"
"""Calls a minute: the stand-ins take as many as come."""
_HOURLY = 3600
_TOPICS = "tags:how_to,calendar,import,integration,billing_question,bug,contract"
_ROUTES = {
    "csm": {"destination": "slack", "owner": "#customer-success"},
    "sales": {"destination": "hubspot"},
    "record": "hubspot",
    "ops": {"destination": "slack", "owner": "#seatsignal-ops"},
    "letters": {
        "failed_payment": ["billing", "admin"],
        "approaching_limit": ["admin", "champion"],
        "renewal": ["admin", "billing"],
    },
}


_MODES = {"rules": [{"name": "the_demo", "mode": "automatic"}]}
"""The demo shows letters: none waits for a person."""


def settings(folder: Path, url: str, helpdesk: str = "") -> dict[str, str]:
    """The settings that point every vendor at the sandbox; ``folder`` gets routes, schedule and modes.

    With a ``helpdesk`` what support is to know is written there.
    """
    routes, schedule, modes = (folder / f"{name}.yaml" for name in ("routes", "schedule", "modes"))
    modes.write_text(json.dumps(_MODES))
    routes.write_text(json.dumps(_ROUTES | {"helpdesk": helpdesk}))
    schedule.write_text(json.dumps({"pull": dict.fromkeys(VENDORS, _HOURLY), "assess": _HOURLY}))
    prefixed = {
        f"SEATSIGNAL_{vendor}_{name}": value
        for vendor, values in _vendors(url).items()
        for name, value in {"CALLS_PER_MINUTE": _OFTEN, **values}.items()
    }
    files = {"ROUTES": routes, "SCHEDULE": schedule, "MODES": modes}
    return prefixed | {f"SEATSIGNAL_{name}": str(file) for name, file in files.items()}


def _vendors(url: str) -> Mapping[str, Mapping[str, str]]:
    return {
        "STRIPE": {"API_KEY": "rk_test_sandbox", "BASE_URL": f"{url}/stripe/v1"},
        "POSTHOG": {
            "API_KEY": "phx_sandbox",
            "PROJECT_ID": "1",
            "BASE_URL": f"{url}/posthog",
            "SIGN_INS": "[]",
            "LOCKED_FEATURE_ATTEMPTS": '["locked_feature_tried"]',
            "RATE_LIMIT_HITS": '["rate_limit_hit"]',
            "CONSUMPTION": "units",
            "EMAIL": "email",
        },
        "KEYGEN": {
            "TOKEN": "keygen-sandbox-token",
            "ACCOUNT": "lumen-ledger",
            "BASE_URL": f"{url}/keygen",
            "EVENT_LOG_DAYS": "57",
            "MACHINES_ARE": "domains",
        },
        "ZENDESK": {
            "BASE_URL": f"{url}/zendesk",
            "EMAIL": "admin@seller.example",
            "TOKEN": "zendesk-sandbox-token",
            "CALLS_PER_MINUTE": "600",
            "WRITES_PER_MINUTE": _OFTEN,
            "TOPIC": _TOPICS,
        },
        "HUBSPOT": {
            "TOKEN": "pat-sandbox-token",
            "BASE_URL": f"{url}/hubspot",
            "SEARCHES_PER_SECOND": "50",
            "STRIPE_PROPERTY": "stripe_customer",
            "SALES_PROPERTY": "sales_owner",
            "ROLE_PROPERTY": "role_at_customer",
        },
    }


def sandbox_config() -> dict[str, object]:
    """How generous the sandbox is: the demo shows what is said, not how to wait."""
    many = {"per_second": 1_000, "burst": 1_000}
    return {
        "slack_rate": {"per_second": 5, "burst": 20},
        "hubspot_rate": many,
        "hubspot_search_rate": many,
        "zendesk": {"calls_a_minute": 6_000, "exports_a_minute": 600, "updates_a_minute": 6_000},
    }


def show(url: str, books: Path, day: date) -> None:
    """Let every stand-in hold a folder of books, and show what has happened by a day's noon."""
    for vendor in VENDORS:
        ask(f"{url}/seed/{vendor}", (books / f"{vendor}.json").read_bytes())
    noon = datetime.combine(day, time(12), UTC)
    ask(f"{url}/clock", json.dumps({"at_s": noon.timestamp()}).encode())


def tell_of(url: str, site: str) -> None:
    """Let the stand-in of Slack tell our web app of what people press and fill in."""
    app = {"request_url": f"{site}/desks/slack", "signing_secret": SIGNING_SECRET}
    ask(f"{url}/slack/app", json.dumps(app).encode())


def forget(url: str) -> None:
    """Let the sandbox be as new: nothing has happened there."""
    ask(f"{url}/reset", b"")


def ledger(url: str) -> dict[str, Any]:
    """Read the effect ledger."""
    return dict(json.loads(ask(f"{url}/ledger")))


def ask(url: str, body: bytes | None = None) -> bytes:
    """Ask the sandbox, which is on loopback: no proxy is asked. With a body it is a POST."""
    with build_opener(ProxyHandler({})).open(Request(url, data=body), timeout=PATIENCE_S) as reply:  # noqa: S310 - see above
        answered: bytes = reply.read()
    return answered
