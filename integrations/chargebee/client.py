"""Chargebee's API: the listings we read, and what they are asked for (apidocs.chargebee.com/docs/api).

Listings come oldest first, so that what changes while they are read moves to their end and is met again. The
key is the user of Basic authentication, without a password.
"""

from base64 import b64encode
from typing import NamedTuple
from urllib.parse import quote

from integrations.budget import Budget
from integrations.chargebee.answers import (
    CustomerEntry,
    Entry,
    InvoiceEntry,
    ItemPrice,
    ItemPriceEntry,
    Listing,
    SubscriptionEntry,
)
from integrations.chargebee.refusals import REMEDY, explained
from integrations.chargebee.settings import ChargebeeSettings
from integrations.errors import Rejected
from integrations.http import Http, Query
from integrations.session import Credentials
from integrations.vitals import Vitals

PAGE = 100
GONE = "status_404"


class Part(NamedTuple):
    """Which part of a listing: what changed after an instant (0: all there is), from an offset on."""

    after_s: int = 0
    offset: str = ""


class ChargebeeClient:
    """One site, as the key that is set may read it."""

    def __init__(self, settings: ChargebeeSettings, budget: Budget | None = None) -> None:
        """Open no connection yet."""
        key = settings.api_key.get_secret_value()
        basic = b64encode(f"{key}:".encode()).decode()
        credentials = Credentials({"Authorization": f"Basic {basic}"}, REMEDY)
        self._http = Http(
            "chargebee",
            settings.api_url,
            credentials,
            budget=budget,
            explain=explained,
            read_s=settings.timeout_s,
        )

    @property
    def vitals(self) -> Vitals:
        """What the last answer told of Chargebee."""
        return self._http.vitals

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def may_read(self) -> None:
        """Raise unless the key may read all that is asked for."""
        self._http.get("customers", Listing[CustomerEntry], {"limit": 1})
        self._http.get("subscriptions", Listing[SubscriptionEntry], {"limit": 1})
        self._http.get("invoices", Listing[InvoiceEntry], {"limit": 1})
        self._http.get("item_prices", Listing[ItemPriceEntry], {"limit": 1})

    def customers(self, part: Part) -> Listing[CustomerEntry]:
        """Customers, deleted ones too."""
        return self._page("customers", Listing[CustomerEntry], part, "created_at")

    def subscriptions(self, part: Part) -> Listing[SubscriptionEntry]:
        """Subscriptions of every status, deleted ones too."""
        return self._page("subscriptions", Listing[SubscriptionEntry], part, "created_at")

    def invoices(self, part: Part) -> Listing[InvoiceEntry]:
        """Invoices of every status, deleted ones too."""
        return self._page("invoices", Listing[InvoiceEntry], part, "date")

    def item_price(self, price_id: str) -> ItemPrice | None:
        """A price, or `None` where there is none of that id."""
        try:
            return self._http.get(f"item_prices/{quote(price_id, safe='')}", ItemPriceEntry).item_price
        except Rejected as error:
            if error.reason != GONE:
                raise
        return None

    def _page(self, path: str, shape: type[Listing[Entry]], part: Part, sorted_by: str) -> Listing[Entry]:
        where: Query = {"offset": part.offset} if part.offset else {}
        query: Query = {**where, "limit": PAGE, "include_deleted": "true", "sort_by[asc]": sorted_by}
        if part.after_s:
            query = {**query, "sort_by[asc]": "updated_at", "updated_at[after]": part.after_s}
        return self._http.get(path, shape, query)
