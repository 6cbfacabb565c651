"""Stakes: the priority of accounts of several currencies in one, by which their notices leave."""

from collections.abc import Mapping
from datetime import date
from functools import cached_property

from health.figures.money import Exchange
from store import reviews
from store.database import Connection

Facts = Mapping[str, str | int | float | bool | None]


class Stakes:
    """The priorities of one day's verdicts. Rates are read once, and only for an account that needs them."""

    def __init__(self, connection: Connection, as_of: date) -> None:
        """Ask nothing yet."""
        self._connection = connection
        self._as_of = as_of

    def priority(self, facts: Facts) -> float:
        """Return the priority that a verdict quotes, in hundreds of minor units of our currency.

        Without a rate it counts as if it were in that currency: it only ranks.
        """
        own, currency = float(facts.get("priority") or 0), str(facts.get("currency") or "")
        if not own or not currency or currency == self._currency:
            return own
        minor = self._exchange.minor(round(own * 100), currency, self._currency, self._as_of)
        return own if minor is None else minor / 100

    @cached_property
    def _currency(self) -> str:
        return reviews.kept_currency(self._connection)

    @cached_property
    def _exchange(self) -> Exchange:
        from worker.review import digits  # noqa: PLC0415 - loads Babel, which few installations need here

        rates = reviews.rates(self._connection)
        return Exchange(rates, digits(rates, self._currency))
