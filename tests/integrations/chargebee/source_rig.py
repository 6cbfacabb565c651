"""Chargebee in rehearsal."""

from integrations.errors import Misconfigured, RetryLater
from sandbox.chargebee.routes import KEY
from tests.integrations.chargebee.made import NOW
from tests.integrations.chargebee.site import book, bought, records
from tests.integrations.source_rig import PASSES, SourceRig, Trouble
from tests.rehearsal import Rehearsal

LISTINGS = ("/customers?", "/subscriptions?", "/invoices?")


def rig(sandbox: Rehearsal) -> SourceRig:
    """A site whose key may read."""
    return SourceRig(
        sandbox=sandbox,
        vendor="chargebee",
        good={
            "SEATSIGNAL_CHARGEBEE_SITE": "invented-test",
            "SEATSIGNAL_CHARGEBEE_API_KEY": KEY,
            "SEATSIGNAL_CHARGEBEE_BASE_URL": f"{sandbox.http}/chargebee/api/v2",
            "SEATSIGNAL_CHARGEBEE_TIMEOUT_S": "10.0",
        },
        bad={"SEATSIGNAL_CHARGEBEE_API_KEY": "test_canary_7731"},
        bad_reason="unauthorized",
        secret="test_canary_7731",
        base_url_variable="SEATSIGNAL_CHARGEBEE_BASE_URL",
        book=book(),
        records=records(),
        clock_s=NOW,
        listings=LISTINGS,
        troubles=(
            Trouble("401", Misconfigured, "unauthorized", on="/invoices?"),
            Trouble("403", Misconfigured, "forbidden", on="/subscriptions?"),
            Trouble("429", RetryLater, "rate_limited", on="/customers?"),
            Trouble("429_bare", RetryLater, "rate_limited", on="/item_prices/"),
            Trouble("500", RetryLater, "status_500", on="/subscriptions?"),
            Trouble("html", RetryLater, "not_json", on="/customers?"),
            Trouble("truncated", RetryLater, "not_json", on="/subscriptions?"),
            Trouble("drop_answer", PASSES, on="/invoices?"),
            Trouble("refuse", PASSES, on="/customers?"),
            Trouble("hang", PASSES, on="/invoices?"),
            *(Trouble("again", RetryLater, "repeated_page", on=f"{listing}offset") for listing in LISTINGS),
            *(Trouble("emptied", RetryLater, "unexpected_answer", on=listing) for listing in LISTINGS),
            *(
                Trouble(fault, PASSES, on=listing)
                for fault in ("missing", "new_words", "nulls")
                for listing in LISTINGS
            ),
            *(Trouble("wrong_types", RetryLater, "unexpected_answer", on=listing) for listing in LISTINGS),
        ),
        happens=happens,
    )


def happens(at_s: float) -> object:
    """A subscription is for more than before."""
    return book(subscriptions=[bought(5, 77, at_s=int(at_s))])
