"""PostHog in rehearsal: five accounts in a project on New Zealand's time, where it is tomorrow already."""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from health.records import Identifier, Record, Seat, Usage
from integrations.errors import Misconfigured, RetryLater
from tests.integrations.source_rig import SourceRig, Trouble
from tests.rehearsal import Rehearsal

ZONE = ZoneInfo("Pacific/Auckland")
NOW = datetime(2026, 6, 10, 13, tzinfo=UTC)
"""One o'clock in the night to 11 June in Auckland: 10 June is over there, and not yet in UTC."""
TODAY = date(2026, 6, 11)
FIRST_DAYS = 8
FIRST, LAST = TODAY - timedelta(days=FIRST_DAYS), TODAY - timedelta(days=1)
DAY_AND_A_BIT_S = 27 * 3_600.0
HELD = [TODAY - timedelta(days=back) for back in range(12, -1, -1)]
ACCOUNTS = ("acme", "böhm & söhne", "grace'); DROP", "late starter", "zeta")
STARTED = {"late starter": date(2026, 6, 5)}
QUIET = ("acme", date(2026, 6, 6))
"""An account's day without any event; who came earlier still counts for the 30 days."""

MEANINGS = {
    "SIGN_INS": '["user logged in", "sso\' login"]',
    "RATE_LIMIT_HITS": '["rate limited"]',
    "LOCKED_FEATURE_ATTEMPTS": '[{"event": "upsell", "property": "$reason", "value": "locked"}]',
    "INVITATIONS": '["invited"]',
    "INVITATIONS_ACCEPTED": '["joined"]',
    "CONSUMPTION": "credits",
    "FEATURES": json.dumps(
        {"export": ["report exported"], "board": [{"event": "view", "property": "on", "value": "board"}]}
    ),
    "CORE": '{"close deal": ["deal won", "deal lost"]}',
    "ROLE": "title",
}


def happened(at: int, day: date) -> list[list[object]]:
    """An account's events of a day, as the book holds them."""
    n = day.day + at
    return [
        ["user logged in", n % 4 + 1],
        ["sso' login", 2],
        ["$set", 1_000],
        ["rate limited", n % 3],
        ["upsell", 3, {"$reason": "locked"}],
        ["upsell", 5, {"$reason": "price"}],
        ["invited", 4],
        ["joined", n % 2],
        ["report exported", n % 5, {"credits": 2.5}],
        ["view", 7, {"on": "board"}],
        ["view", 1],
        ["deal won", 1, {"credits": "many"}],
        ["deal lost", n % 2],
    ]


def stated(account: str, at: int, day: date) -> Usage:
    """What must be said of a day with these events."""
    n = day.day + at
    metrics = {"core:close deal": 1 + n % 2, "feature:board": 7, "feature:export": n % 5}
    return Usage(
        account_id=account,
        day=day,
        active_users=at + 1,
        active_users_30d=at + 3,
        sign_ins=n % 4 + 3,
        events=n % 4 + n % 3 + 2 * (n % 2) + n % 5 + 24,
        rate_limit_hits=n % 3,
        locked_feature_attempts=3,
        invitations=4,
        invitations_accepted=n % 2,
        consumption=2.5 * (n % 5),
        metrics=json.dumps(metrics, separators=(",", ":")),
    )


def silent(account: str, at: int, day: date) -> Usage:
    """What must be said of a day without events."""
    metrics = '{"core:close deal":0,"feature:board":0,"feature:export":0}'
    return Usage(account, day, "", 0, at + 3, 0, 0, 0, 0, 0, 0, 0.0, metrics)


def moment(day: date, hour: int) -> datetime:
    """An hour of a day in the project."""
    return datetime(day.year, day.month, day.day, hour, tzinfo=ZONE)


USERS = [
    # account, person, first seen, seen, properties; and what must be said of when they were last seen
    ("acme", "0a", moment(date(2025, 1, 2), 1), [moment(FIRST, 0)], {"title": "champion"}, moment(FIRST, 0)),
    ("acme", "0b", moment(date(2025, 3, 1), 9), [moment(LAST, 23), moment(TODAY, 0)], {}, moment(LAST, 23)),
    ("acme", "0c", moment(date(2025, 3, 1), 9), [moment(TODAY, 0)], {}, None),
    ("acme", "0d", moment(date(2025, 3, 1), 9), [moment(FIRST - timedelta(days=1), 23)], {}, None),
    *(
        (account, f"{at}{letter}", moment(LAST, 1), [moment(LAST, 2)], {"title": ""}, moment(LAST, 2))
        for at, account in enumerate(ACCOUNTS)
        for letter in "xyz"
    ),
]


def _days() -> Iterator[list[object]]:
    for day in HELD:
        for at, account in enumerate(ACCOUNTS):
            if (account, day) == QUIET:
                yield [account, day.isoformat(), 0, at + 3, [["$set", 9]]]
            elif day < STARTED.get(account, day):
                yield [account, day.isoformat(), 0, 0]
            else:
                yield [account, day.isoformat(), at + 1, at + 3, happened(at, day)]


def book() -> dict[str, object]:
    """The project as the stand-in holds it."""
    users = [
        [account, person, created.isoformat(), [at.isoformat() for at in seen], properties]
        for account, person, created, seen, properties, _ in USERS
    ]
    return {"project_id": 12, "timezone": ZONE.key, "days": list(_days()), "users": users}


def _records() -> Iterator[Record]:
    for at, account in enumerate(ACCOUNTS):
        yield Identifier(account, "our_id", account)
        for day in HELD:
            if max(FIRST, STARTED.get(account, day)) <= day <= LAST:
                yield silent(account, at, day) if (account, day) == QUIET else stated(account, at, day)
    for account, person, created, _, properties, last in USERS:
        if last:
            role = properties.get("title") or None
            last_ms = int(last.timestamp() * 1_000)
            first_ms = (created.date() - date(1970, 1, 1)).days * 86_400_000
            yield Seat(account, person, role=role, activated_ms=first_ms, last_active_ms=last_ms)


def rig(sandbox: Rehearsal) -> SourceRig:
    """A project on New Zealand's time."""
    good = {
        "API_KEY": "phx_sandbox",
        "PROJECT_ID": "12",
        "BASE_URL": f"{sandbox.http}/posthog",
        "TIMEOUT_S": "5",
        "FIRST_DAYS": str(FIRST_DAYS),
        "DAYS_PER_QUERY": "5",
        "PAGE_ROWS": "9",
        **MEANINGS,
    }
    return SourceRig(
        sandbox=sandbox,
        vendor="posthog",
        good={f"SEATSIGNAL_POSTHOG_{name}": value for name, value in good.items()},
        bad={"SEATSIGNAL_POSTHOG_API_KEY": "phx_canary7731"},
        bad_reason="unauthorized",
        secret="phx_canary7731",
        base_url_variable="SEATSIGNAL_POSTHOG_BASE_URL",
        book=book(),
        records=frozenset(_records()),
        clock_s=NOW.timestamp(),
        listings=("query",),
        troubles=(
            Trouble("401", Misconfigured, "unauthorized"),
            Trouble("403", Misconfigured, "forbidden"),
            Trouble("429", RetryLater, "rate_limited"),
            Trouble("429_bare", RetryLater, "rate_limited"),
            Trouble("500", RetryLater, "status_500"),
            Trouble("html", RetryLater, "not_json"),
            Trouble("truncated", RetryLater, "not_json"),
            Trouble("drop_answer", RetryLater, "connection_lost"),
            Trouble("refuse", RetryLater, "connection_lost"),
            Trouble("hang", RetryLater, "timeout"),
            Trouble("again", RetryLater, "unexpected_answer"),
            Trouble("emptied", RetryLater, "unexpected_answer"),
            Trouble("missing", RetryLater, "unexpected_answer"),
            Trouble("new_words", RetryLater, "unexpected_answer"),
            Trouble("nulls", RetryLater, "unexpected_answer"),
            Trouble("wrong_types", RetryLater, "unexpected_answer"),
        ),
        happens=lambda _at_s: book(),  # by a day's end the other half of its events has happened
        critical_s=datetime.combine(TODAY, time(0, 5), ZONE).timestamp(),
        every_s=DAY_AND_A_BIT_S,
        zone=ZONE,
    )
