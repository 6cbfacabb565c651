"""Stripe in rehearsal."""

from integrations.errors import Misconfigured, RetryLater
from sandbox.stripe.routes import KEY
from tests.integrations.source_rig import PASSES, SourceRig, Trouble
from tests.integrations.stripe.account import subscription_event
from tests.integrations.stripe.book import book, records
from tests.integrations.stripe.made import NOW
from tests.rehearsal import Rehearsal

CUSTOMERS = "/v1/customers?"
LATER = ("/customers?starting_after", "/subscriptions?starting_after", "/invoices?starting_after")
"""Listings where they go on, so that there is a page before that can come again."""


def rig(sandbox: Rehearsal) -> SourceRig:
    """A Stripe account whose key may read."""
    return SourceRig(
        sandbox=sandbox,
        vendor="stripe",
        good={
            "SEATSIGNAL_STRIPE_API_KEY": KEY,
            "SEATSIGNAL_STRIPE_BASE_URL": f"{sandbox.http}/stripe/v1",
            "SEATSIGNAL_STRIPE_TIMEOUT_S": "10.0",
        },
        bad={"SEATSIGNAL_STRIPE_API_KEY": "rk_test_canary_5521"},
        bad_reason="unauthorized",
        secret="rk_test_canary_5521",
        base_url_variable="SEATSIGNAL_STRIPE_BASE_URL",
        book=book(),
        records=records(),
        clock_s=NOW,
        listings=("/v1/customers?", "/v1/subscriptions?", "/v1/invoices?"),
        troubles=(
            Trouble("401", Misconfigured, "unauthorized", on="/invoices?"),
            Trouble("403", Misconfigured, "forbidden", on="/subscriptions?"),
            Trouble("429", RetryLater, "rate_limited", on="/customers?starting_after"),
            Trouble("429_bare", RetryLater, "rate_limited", on="/prices/"),
            Trouble("500", RetryLater, "status_500", on="/subscriptions?"),
            Trouble("html", RetryLater, "not_json", on=CUSTOMERS),
            Trouble("truncated", RetryLater, "not_json", on="/subscriptions?starting_after"),
            Trouble("drop_answer", PASSES, on="/invoices?"),
            Trouble("refuse", PASSES, on=CUSTOMERS),
            Trouble("hang", PASSES, on="/invoices?starting_after"),
            *(Trouble("again", RetryLater, "repeated_page", on=listing) for listing in LATER),
            Trouble("emptied", RetryLater, "unexpected_answer", on=CUSTOMERS),
            Trouble("emptied", RetryLater, "unexpected_answer", on="/subscriptions?"),
            Trouble("missing", PASSES, on=CUSTOMERS),
            Trouble("missing", PASSES, on="/subscriptions?"),
            Trouble("missing", PASSES, on="/invoices?"),
            Trouble("new_words", PASSES, on="/subscriptions?"),
            Trouble("new_words", PASSES, on="/invoices?"),
            Trouble("nulls", PASSES, on=CUSTOMERS),
            Trouble("nulls", PASSES, on="/subscriptions?"),
            Trouble("nulls", PASSES, on="/invoices?"),
            *(
                Trouble("wrong_types", RetryLater, "unexpected_answer", on=listing)
                for listing in (
                    CUSTOMERS,
                    "/subscriptions?",
                    "/invoices?",
                    "/prices/",
                    "/subscription_items?",
                )
            ),
        ),
        happens=happens,
    )


def happens(at_s: float) -> object:
    """A subscription is for more than before."""
    made = book()
    return {**made, "events": [*made["events"], subscription_event(5, 77, at_s=int(at_s))]}
