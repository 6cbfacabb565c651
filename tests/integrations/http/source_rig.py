"""An API of a company's own in rehearsal: five listings, each paged in another way."""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from health.records import Account, Payment, Record, Seat, Ticket, Usage
from integrations.errors import Misconfigured, RetryLater
from tests.integrations.source_rig import PASSES, SourceRig, Trouble
from tests.rehearsal import Rehearsal

NOW = datetime(2026, 6, 10, 12, tzinfo=UTC)
COUNT = 10
COMPANIES = [f"company-{n}" for n in range(COUNT)]
DAYS = [date(2026, 6, 10) - timedelta(days=n) for n in range(3, 0, -1)]
OPENED_MS = 1_780_000_000_000
SECRETS = "SEATSIGNAL_HTTP_SECRETS"


def instant(at_s: float) -> str:
    return datetime.fromtimestamp(at_s, UTC).isoformat()


def book(*more: dict[str, Any]) -> dict[str, Any]:
    """What the API holds, and ``more`` tickets."""
    return {
        "listings": {
            "accounts": [
                {"company": name, "profile": {"name": name.title(), "money": "JPY"}, "since": 1_700_000_000}
                for name in COMPANIES
            ],
            "seats": [{"company": name, "user": 7, "roles": ["ADMIN", "x"]} for name in COMPANIES],
            "usage": [
                {"company": name, "day": day.isoformat(), "did": {"sign_ins": 3, "exports": 1.5}}
                for day in [*DAYS, NOW.date() + timedelta(days=1)]
                for name in COMPANIES
            ],
            "tickets": [*map(ticket, range(COUNT)), *more],
            "payments": [
                {"number": f"i{n}", "company": name, "due": "2026-06-01", "state": "PAID", "cents": 1999 + n,
                 "money": "EUR" if n else "JPY"}
                for n, name in enumerate(COMPANIES)
            ],
        }
    }  # fmt: skip


def ticket(n: int, updated_s: float = NOW.timestamp() - 86_400) -> dict[str, Any]:
    opened = instant(OPENED_MS / 1_000)
    return {"number": n, "company": COMPANIES[n % COUNT], "opened": opened, "subject": None,
            "updated_at": instant(updated_s)}  # fmt: skip


def records() -> Iterator[Record]:
    for n, name in enumerate(COMPANIES):
        yield Account(name, name.title(), country="DE", currency="JPY", created_on=date(2023, 11, 14))
        yield Seat(name, "7", role="admin")
        yield Ticket(str(n), name, OPENED_MS)
        yield Payment(f"i{n}", name, date(2026, 6, 1), "paid", amount_minor=1999 + n,
                      currency="EUR" if n else "JPY")  # fmt: skip
        for day in DAYS:
            yield Usage(name, day, sign_ins=3, metrics='{"feature:export":1.5}')


def rig(sandbox: Rehearsal) -> SourceRig:
    """The API, by a token."""
    good = {
        "ENDPOINTS": str(Path(__file__).parent / "endpoints.yaml"),
        "SECRETS": json.dumps({"own": "api_sandbox"}),
        "BASE_URL": f"{sandbox.http}/http",
        "TIMEOUT_S": "5",
        "CALLS_PER_MINUTE": "100000",
    }
    return SourceRig(
        sandbox=sandbox,
        vendor="http",
        good={f"SEATSIGNAL_HTTP_{name}": value for name, value in good.items()},
        bad={SECRETS: json.dumps({"own": "canary7731"})},
        bad_reason="unauthorized",
        secret="canary7731",
        base_url_variable="SEATSIGNAL_HTTP_BASE_URL",
        book=book(),
        records=frozenset(records()),
        clock_s=NOW.timestamp(),
        listings=("accounts", "seats", "usage", "tickets", "payments"),
        troubles=(
            Trouble("401", Misconfigured, "unauthorized"),
            Trouble("403", Misconfigured, "forbidden"),
            Trouble("429", RetryLater, "rate_limited"),
            Trouble("429_bare", RetryLater, "rate_limited"),
            Trouble("500", RetryLater, "status_500"),
            Trouble("html", RetryLater, "not_json"),
            Trouble("truncated", RetryLater, "not_json"),
            Trouble("drop_answer", PASSES),
            Trouble("drop_answer", RetryLater, "connection_lost", on="seats"),
            Trouble("refuse", PASSES),
            Trouble("refuse", RetryLater, "connection_lost", on="seats"),
            Trouble("hang", PASSES),
            Trouble("hang", RetryLater, "timeout", on="seats"),
            Trouble("again", RetryLater, "unexpected_answer"),
            Trouble("emptied", RetryLater, "unexpected_answer"),
            Trouble("emptied", RetryLater, "unexpected_answer", on="usage"),
            Trouble("emptied", RetryLater, "unexpected_answer", on="tickets"),
            Trouble("missing", RetryLater, "unexpected_answer"),
            Trouble("missing", RetryLater, "unexpected_answer", on="tickets"),
            Trouble("new_words", PASSES),
            Trouble("nulls", PASSES),
            Trouble("wrong_types", PASSES),
            Trouble("wrong_types", PASSES, on="tickets"),
        ),
        happens=lambda at_s: book(ticket(COUNT, at_s)),
    )
