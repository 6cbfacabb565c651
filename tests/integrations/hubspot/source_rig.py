"""HubSpot as a source, in rehearsal."""

from datetime import UTC, datetime

from integrations.errors import Misconfigured, RetryLater
from tests.integrations.hubspot.account import (
    BOOK,
    CSM_PROPERTY,
    NOW_S,
    OUR_PROPERTY,
    RECORDS,
    STRIPE_PROPERTY,
    held,
    variables,
)
from tests.integrations.source_rig import PASSES, SourceRig, Trouble
from tests.rehearsal import Rehearsal

NAMED = {
    "SEATSIGNAL_HUBSPOT_CSM_PROPERTY": CSM_PROPERTY,
    "SEATSIGNAL_HUBSPOT_OUR_ID_PROPERTY": OUR_PROPERTY,
    "SEATSIGNAL_HUBSPOT_STRIPE_PROPERTY": STRIPE_PROPERTY,
}


def troubles() -> tuple[Trouble, ...]:
    everywhere = (
        Trouble("401", Misconfigured, "unauthorized"),
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
        Trouble("missing", PASSES),
        Trouble("new_words", PASSES),
        Trouble("nulls", PASSES),
        Trouble("wrong_types", RetryLater, "unexpected_answer"),
    )
    return tuple(
        Trouble(each.fault, each.expected, each.reason, on)
        for on in ("owners", "companies", "contacts")
        for each in everywhere
    )


def rig(sandbox: Rehearsal) -> SourceRig:
    """The invented account."""
    return SourceRig(
        sandbox=sandbox,
        vendor="hubspot",
        good=variables(sandbox.http) | NAMED,
        bad={"SEATSIGNAL_HUBSPOT_TOKEN": "pat-canary-7731"},
        bad_reason="unauthorized",
        secret="pat-canary-7731",
        base_url_variable="SEATSIGNAL_HUBSPOT_BASE_URL",
        book=BOOK,
        records=RECORDS,
        clock_s=NOW_S,
        listings=("companies", "contacts"),
        troubles=troubles(),
        happens=happens,
    )


def happens(at_s: float) -> dict[str, object]:
    """A company more."""
    at = datetime.fromtimestamp(at_s, UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
    new = {**held("123450", {"name": "New Firm"}, at), "createdAt": at}
    return {**BOOK, "companies": [*BOOK["companies"], new]}
