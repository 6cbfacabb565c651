"""A help desk for the tests of every source."""

from datetime import UTC, datetime

from integrations.errors import Misconfigured, RetryLater
from tests.integrations.source_rig import PASSES, SourceRig, Trouble
from tests.integrations.zendesk.book import NOW_S, ORGS, PAGE_SIZE, Org, Request, seed, truth
from tests.integrations.zendesk.book import TICKETS as REQUESTS
from tests.rehearsal import Rehearsal

ORGANIZATIONS, TICKETS = "incremental/organizations", "incremental/tickets/cursor"
RATINGS, MANY = "satisfaction_ratings", "show_many"
WRONG = "canary-4471-token"


def rig(sandbox: Rehearsal) -> SourceRig:
    return SourceRig(
        sandbox=sandbox,
        vendor="zendesk",
        good=settings(sandbox),
        bad={"SEATSIGNAL_ZENDESK_TOKEN": WRONG},
        bad_reason="unauthorized",
        secret=WRONG,
        base_url_variable="SEATSIGNAL_ZENDESK_BASE_URL",
        book=seed(),
        records=truth(),
        clock_s=NOW_S,
        listings=(ORGANIZATIONS, TICKETS, RATINGS),
        troubles=troubles(),
        happens=happens,
    )


def happens(at_s: float) -> object:
    """An organization more, and a ticket of its."""
    at = datetime.fromtimestamp(at_s, UTC)
    return seed((*ORGS, Org(77, at)), (*REQUESTS, Request(900, 77, at, at)))


def settings(sandbox: Rehearsal) -> dict[str, str]:
    return {
        "SEATSIGNAL_ZENDESK_TOKEN": "zendesk-sandbox-token",
        "SEATSIGNAL_ZENDESK_EMAIL": "admin@seller.example",
        "SEATSIGNAL_ZENDESK_BASE_URL": f"{sandbox.http}/zendesk",
        "SEATSIGNAL_ZENDESK_PAGE_SIZE": str(PAGE_SIZE),
    }


def troubles() -> tuple[Trouble, ...]:
    return (
        Trouble("401", Misconfigured, "unauthorized"),
        Trouble("403", Misconfigured, "not_admin", ORGANIZATIONS),
        Trouble("403", Misconfigured, "not_admin", TICKETS),
        Trouble("403", Misconfigured, "no_ratings", RATINGS),
        Trouble("429_bare", RetryLater, "rate_limited", TICKETS),
        Trouble("html", RetryLater, "not_json", ORGANIZATIONS),
        Trouble("drop_answer", PASSES, "", TICKETS),  # a GET that was cut off is asked again
        Trouble("refuse", PASSES, "", ORGANIZATIONS),
        Trouble("hang", PASSES, "", TICKETS),
        Trouble("again", RetryLater, "unexpected_answer", MANY),
        *(Trouble("429", RetryLater, "rate_limited", on) for on in EVERYWHERE),
        *(Trouble("500", RetryLater, "status_500", on) for on in EVERYWHERE),
        *(Trouble("truncated", RetryLater, "not_json", on) for on in EVERYWHERE),
        *(Trouble("emptied", RetryLater, "unexpected_answer", on) for on in EVERYWHERE),
        *(Trouble("wrong_types", RetryLater, "unexpected_answer", on) for on in EVERYWHERE),
        *(Trouble(fault, PASSES, "", on) for fault in ("missing", "new_words", "nulls") for on in EVERYWHERE),
    )


EVERYWHERE = (ORGANIZATIONS, TICKETS, RATINGS, MANY)
