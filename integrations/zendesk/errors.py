"""What an answer can be wrong in, though it has the right shape."""

from integrations.errors import RetryLater

LOST = frozenset({"status_400", "status_404", "status_410", "status_422"})
"""How Zendesk may refuse a cursor it no longer knows: its pages do not say which it is."""


def contradiction() -> RetryLater:
    """A page says that there is something, and shows nothing; or leads nowhere."""
    return RetryLater("unexpected_answer", "zendesk: a page contradicts itself")


def repeated() -> RetryLater:
    """The page that was read is shown again."""
    return RetryLater("repeated_page", "zendesk: a page leads to itself")
