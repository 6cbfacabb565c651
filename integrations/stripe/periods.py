"""When a subscription is due again."""

from collections.abc import Iterator

from integrations.stripe.answers import Item, Subscription


def period(subscription: Subscription) -> tuple[int, int] | None:
    """Return start and end of the period that ends first, in seconds, or `None` where none is told."""
    return min(_periods(subscription), key=lambda period: period[::-1], default=None)


def _periods(subscription: Subscription) -> Iterator[tuple[int, int]]:
    """Yield the items' periods; before 2025-03-31.basil the subscription had one for all of them."""
    shown_by: tuple[Item | Subscription, ...] = (*subscription.items.data, subscription)
    for shown in shown_by:
        if shown.current_period_start is not None and shown.current_period_end is not None:
            yield shown.current_period_start, shown.current_period_end
