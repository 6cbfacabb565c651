"""An Intercom workspace for the tests of every source."""

from datetime import UTC, datetime

from integrations.errors import Misconfigured, RetryLater
from tests.integrations.intercom.workspace import FIRMS, NOW_S, TALKS, Talk, seed, truth, variables
from tests.integrations.source_rig import PASSES, SourceRig, Trouble
from tests.rehearsal import Rehearsal

COMPANIES, SEARCH = "companies", "conversations/search"
EVERYWHERE = (COMPANIES, SEARCH)
WRONG = "canary-7731-token"


def rig(sandbox: Rehearsal) -> SourceRig:
    return SourceRig(
        sandbox=sandbox,
        vendor="intercom",
        good=variables(sandbox.http),
        bad={"SEATSIGNAL_INTERCOM_TOKEN": WRONG},
        bad_reason="unauthorized",
        secret=WRONG,
        base_url_variable="SEATSIGNAL_INTERCOM_BASE_URL",
        book=seed(),
        records=truth(),
        clock_s=NOW_S,
        listings=EVERYWHERE,
        troubles=troubles(),
        happens=happens,
    )


def happens(at_s: float) -> object:
    """A conversation more."""
    at = datetime.fromtimestamp(at_s, UTC)
    return seed(FIRMS, (*TALKS, Talk(77, 8, at, at)))


def troubles() -> tuple[Trouble, ...]:
    return (
        *(Trouble("401", Misconfigured, "unauthorized", on) for on in EVERYWHERE),
        *(Trouble("403", Misconfigured, "forbidden", on) for on in EVERYWHERE),
        *(Trouble("429", RetryLater, "rate_limited", on) for on in EVERYWHERE),
        *(Trouble("429_bare", RetryLater, "rate_limited", on) for on in EVERYWHERE),
        *(Trouble("500", RetryLater, "status_500", on) for on in EVERYWHERE),
        *(Trouble("html", RetryLater, "not_json", on) for on in EVERYWHERE),
        *(Trouble("truncated", RetryLater, "not_json", on) for on in EVERYWHERE),
        *(Trouble("emptied", RetryLater, "unexpected_answer", on) for on in EVERYWHERE),
        *(Trouble("wrong_types", RetryLater, "unexpected_answer", on) for on in EVERYWHERE),
        *(Trouble(fault, PASSES, "", on) for fault in ("missing", "new_words", "nulls") for on in EVERYWHERE),
        Trouble("again", RetryLater, "unexpected_answer", COMPANIES),
        Trouble("drop_answer", PASSES, "", COMPANIES),  # a GET that was cut off is asked again
        Trouble("refuse", PASSES, "", COMPANIES),
        Trouble("hang", PASSES, "", COMPANIES),
        Trouble("drop_answer", RetryLater, "connection_lost", SEARCH),
        Trouble("refuse", RetryLater, "connection_lost", SEARCH),
        Trouble("hang", RetryLater, "timeout", SEARCH),
    )
