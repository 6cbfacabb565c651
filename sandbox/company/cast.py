"""Who plays what: the accounts of the stories, and those whose use is not as it was simulated."""

from dataclasses import dataclass

QUIET_QUITTER = "3462"
FAILED_PAYMENT = "383"
CANCEL_TICKET = "2550"
SEATS_NEARLY_FULL = "5932"
RENEWAL_30_DAYS = "6622"
SEASONAL_DIP = "1642"
CHAMPION_LEFT = "7020"
DOWNGRADE_ENQUIRY = "6680"
LIMIT_HIT = "7170"
ONBOARDING_STUCK = "7600"
TRACKING_OUTAGE = "2342"
NEW_MONTH = "6821"
KEY_SHARED = "7733"
DOMAINS_NEARLY_FULL = "7001"

BAYRAM = frozenset({SEASONAL_DIP, "4862", "5951", "5981", "7451", "7453"})
"""Customers in Türkiye: closed at weekends, and over the Feast of Sacrifice at the end of May 2026."""

GONE_QUIET = frozenset({"1821", "3400", "4162", "6573", "7323", "8062"})
"""Customers nobody has seen since early May. They are at risk before the demo begins."""

ON_PREMISES = (
    TRACKING_OUTAGE,
    *("1163", "1471", "2653", "2783", "3190", "3361", "3383", "5642", "5872", "6330", "6993", "7350"),
)
"""Customers who run the product themselves: of their use nothing is known but that licences are checked."""

SISTERS = ("6820", "7633")
"""Two customers under one domain, so that a company of that domain may be either."""

COUNTRY = {
    QUIET_QUITTER: "AU",
    FAILED_PAYMENT: "US",
    CANCEL_TICKET: "GB",
    SEATS_NEARLY_FULL: "US",
    RENEWAL_30_DAYS: "US",
    **dict.fromkeys(BAYRAM, "TR"),
}
"""Where accounts are whose story depends on it; all others are somewhere by chance."""


@dataclass(frozen=True, slots=True)
class Story:
    """What one account lives through on Monday, and how many messages that must lead to.

    ``crm`` counts tasks; ``channels`` are those of Slack. Where a ``source`` is named, the story is about it:
    what operators are told of the source counts as its own.
    """

    name: str
    account_id: str
    slack: int = 0
    crm: int = 0
    email: int = 0
    channels: tuple[str, ...] = ()
    source: str = ""


_SUCCESS, _OPS = ("#customer-success",), ("#seatsignal-ops",)

STORIES = (
    Story("quiet_quitter", QUIET_QUITTER, slack=1, channels=_SUCCESS),
    Story("failed_payment", FAILED_PAYMENT, slack=1, email=1, channels=_SUCCESS),
    Story("cancel_ticket", CANCEL_TICKET, slack=1, channels=_SUCCESS),
    Story("seats_nearly_full", SEATS_NEARLY_FULL, crm=1, email=1),
    Story("renewal_30_days", RENEWAL_30_DAYS, slack=1, email=1, channels=_SUCCESS),
    Story("seasonal_dip", SEASONAL_DIP),
    Story("champion_left", CHAMPION_LEFT, slack=1, channels=_SUCCESS),
    Story("downgrade_enquiry", DOWNGRADE_ENQUIRY, slack=1, channels=_SUCCESS),
    Story("limit_hit", LIMIT_HIT, crm=1),
    Story("onboarding_stuck", ONBOARDING_STUCK, slack=1, channels=_SUCCESS),
    Story("tracking_outage", TRACKING_OUTAGE, slack=1, channels=_OPS, source="keygen"),
    Story("first_of_the_month", NEW_MONTH),
    Story("key_shared", KEY_SHARED, slack=1, channels=_OPS),
    Story("domains_nearly_full", DOMAINS_NEARLY_FULL, crm=1, email=1),
)

ACTORS = frozenset(story.account_id for story in STORIES)
"""Accounts that nothing happens to but their story."""
