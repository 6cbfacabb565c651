"""Who plays what: the accounts of the stories, and those whose use is not as it was simulated."""

from dataclasses import dataclass

QUIET_QUITTER = "3462"
FAILED_PAYMENT = "383"
CANCEL_TICKET = "2550"
SEATS_NEARLY_FULL = "5932"
RENEWAL_30_DAYS = "6622"
SEASONAL_DIP = "1642"

BAYRAM = frozenset({SEASONAL_DIP, "4862", "5951", "5981", "7451", "7453"})
"""Customers in Türkiye: closed at weekends, and over the Feast of Sacrifice at the end of May 2026."""

GONE_QUIET = frozenset({"1821", "2542", "3400", "4162", "5722", "6573", "7323", "8062"})
"""Customers nobody has seen since early May. They are at risk before the demo begins."""

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
    """What one account lives through on Monday, and how many messages that must lead to."""

    name: str
    account_id: str
    slack: int
    email: int
    channels: tuple[str, ...]


STORIES = (
    Story("quiet_quitter", QUIET_QUITTER, 1, 0, ("#customer-success",)),
    Story("failed_payment", FAILED_PAYMENT, 1, 1, ("#customer-success",)),
    Story("cancel_ticket", CANCEL_TICKET, 1, 0, ("#customer-success",)),
    Story("seats_nearly_full", SEATS_NEARLY_FULL, 1, 1, ("#sales",)),
    Story("renewal_30_days", RENEWAL_30_DAYS, 1, 1, ("#customer-success",)),
    Story("seasonal_dip", SEASONAL_DIP, 0, 0, ()),
)

ACTORS = frozenset(story.account_id for story in STORIES)
"""Accounts that nothing happens to but their story."""
