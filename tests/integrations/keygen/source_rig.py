"""Keygen in rehearsal."""

from datetime import UTC, datetime

from integrations.errors import Misconfigured, RetryLater
from tests.integrations.keygen import company
from tests.integrations.keygen.account import SLUG, TOKEN, event
from tests.integrations.source_rig import PASSES, SourceRig, Trouble
from tests.rehearsal import Rehearsal

VENDOR = "keygen"
DAY_AND_A_BIT_S = 27 * 3_600.0
LISTINGS = ("products", "policies", "machines", "licenses", "event-logs")


def settings(sandbox: Rehearsal) -> dict[str, str]:
    """The settings that read the rehearsed account, four rows at a time."""
    return {
        "SEATSIGNAL_KEYGEN_TOKEN": TOKEN,
        "SEATSIGNAL_KEYGEN_ACCOUNT": SLUG,
        "SEATSIGNAL_KEYGEN_BASE_URL": f"{sandbox.http}/keygen",
        "SEATSIGNAL_KEYGEN_EVENT_LOG_DAYS": str(company.KEPT_DAYS),
        "SEATSIGNAL_KEYGEN_PAGE_SIZE": "4",
        "SEATSIGNAL_KEYGEN_TIMEOUT_S": "5.0",
    }


def rig(sandbox: Rehearsal) -> SourceRig:
    """The sandbox's account."""
    return SourceRig(
        sandbox=sandbox,
        vendor=VENDOR,
        good=settings(sandbox),
        bad={"SEATSIGNAL_KEYGEN_TOKEN": "prod-canary-6613"},
        bad_reason="unauthorized",
        secret="prod-canary-6613",
        base_url_variable="SEATSIGNAL_KEYGEN_BASE_URL",
        book=company.book(),
        records=company.records(),
        clock_s=company.NOW.timestamp(),
        listings=LISTINGS,
        troubles=(
            Trouble("401", Misconfigured, "unauthorized"),
            Trouble("403", Misconfigured, "forbidden", on="licenses"),
            Trouble("403", Misconfigured, "no_event_log", on="event-logs"),
            Trouble("429", RetryLater, "rate_limited", on="products"),
            Trouble("429_bare", RetryLater, "rate_limited", on="event-logs"),
            Trouble("500", RetryLater, "status_500", on="policies"),
            Trouble("html", RetryLater, "not_json", on="products"),
            Trouble("truncated", RetryLater, "not_json", on="licenses"),
            # these three are met once, and a question is asked again at once
            Trouble("drop_answer", PASSES, on="event-logs"),
            Trouble("refuse", PASSES, on="licenses"),
            Trouble("hang", PASSES, on="event-logs"),
            Trouble("again", RetryLater, "unexpected_answer", on="machines"),
            *(Trouble("emptied", RetryLater, "unexpected_answer", on=path) for path in LISTINGS),
            *(Trouble("wrong_types", RetryLater, "unexpected_answer", on=path) for path in LISTINGS),
            *(
                Trouble(fault, PASSES, on=path)
                for fault in ("missing", "new_words", "nulls")
                for path in LISTINGS
            ),
        ),
        happens=happens,
        critical_s=company.NOW.replace(hour=0, minute=5).timestamp(),
        every_s=DAY_AND_A_BIT_S,
    )


def happens(at_s: float) -> object:
    """A validation more."""
    at = datetime.fromtimestamp(at_s, UTC).isoformat()[:19]
    made = company.book()
    return {**made, "eventLogs": [*made["eventLogs"], event(9_000, 1, "VALID", at, succeeded=True)]}
