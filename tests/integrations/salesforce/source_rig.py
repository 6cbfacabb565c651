"""Salesforce as a source, in rehearsal."""

from datetime import UTC, datetime

from integrations.errors import Misconfigured, RetryLater
from integrations.salesforce.access import TOKEN_PATH
from tests.integrations.salesforce.org import (
    BOOK,
    CSM_FIELD,
    NOW_S,
    OUR_FIELD,
    RECORDS,
    ROLE_FIELD,
    STRIPE_FIELD,
    row,
    variables,
)
from tests.integrations.source_rig import PASSES, SourceRig, Trouble
from tests.rehearsal import Rehearsal

NAMED = {
    "SEATSIGNAL_SALESFORCE_CSM_FIELD": CSM_FIELD,
    "SEATSIGNAL_SALESFORCE_OUR_ID_FIELD": OUR_FIELD,
    "SEATSIGNAL_SALESFORCE_STRIPE_FIELD": STRIPE_FIELD,
    "SEATSIGNAL_SALESFORCE_ROLE_FIELD": ROLE_FIELD,
    "SEATSIGNAL_SALESFORCE_CONTRACTS": "true",
    "SEATSIGNAL_SALESFORCE_RENEWAL_TYPE": "Renewal",
    "SEATSIGNAL_SALESFORCE_OUTCOMES": "true",
}
LISTINGS = ("FROM+Account", "FROM+Contact", "FROM+Contract")
CONTINUED = "-5"
"""In the path of a second page."""


def troubles() -> tuple[Trouble, ...]:
    everywhere = (
        Trouble("401", PASSES),  # a token that has run out is asked for anew
        Trouble("403", Misconfigured, "forbidden"),
        Trouble("429", RetryLater, "rate_limited"),
        Trouble("429_bare", RetryLater, "rate_limited"),
        Trouble("500", RetryLater, "status_500"),
        Trouble("html", RetryLater, "not_json"),
        Trouble("truncated", RetryLater, "not_json"),
        # Http asks at once again where a GET was cut off
        Trouble("hang", PASSES),
        Trouble("drop_answer", PASSES),
        Trouble("refuse", PASSES),
        Trouble("again", RetryLater, "unexpected_answer"),
        Trouble("emptied", RetryLater, "unexpected_answer"),
        Trouble("missing", RetryLater, "unexpected_answer"),
        Trouble("new_words", PASSES),
        Trouble("nulls", RetryLater, "unexpected_answer"),
        Trouble("wrong_types", RetryLater, "unexpected_answer"),
    )
    return tuple(
        Trouble(each.fault, each.expected, each.reason, on)
        for on in (*LISTINGS, CONTINUED)
        for each in everywhere
    )


def rig(sandbox: Rehearsal) -> SourceRig:
    """The invented org."""
    return SourceRig(
        sandbox=sandbox,
        vendor="salesforce",
        good=variables(sandbox.http) | NAMED,
        bad={"SEATSIGNAL_SALESFORCE_CLIENT_SECRET": "canary-7731"},
        bad_reason="no_token",
        secret="canary-7731",
        base_url_variable="SEATSIGNAL_SALESFORCE_BASE_URL",
        book=BOOK,
        records=RECORDS,
        clock_s=NOW_S,
        listings=("/query", "/query/"),
        troubles=troubles(),
        happens=happens,
        entry=TOKEN_PATH,
    )


def happens(at_s: float) -> dict[str, object]:
    """An account more."""
    at = datetime.fromtimestamp(at_s, UTC).strftime("%Y-%m-%dT%H:%M:%S.000+0000")
    new = row("001000000000000777", at, Name="New Firm")
    records = BOOK["records"]
    return {**BOOK, "records": {**records, "Account": [*records["Account"], new]}}
