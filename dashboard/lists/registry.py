"""Every list by its name, as it stands in addresses of pages and of the analytics API."""

from collections.abc import Mapping

from dashboard.listing import Listing
from dashboard.lists import accounts, figures, gates, record

LISTINGS: Mapping[str, Listing] = {
    each.name: each
    for each in (
        accounts.ACCOUNTS,
        accounts.RISK,
        accounts.GROWTH,
        accounts.RENEWALS,
        figures.FIGURES,
        gates.GATES,
        record.RECORD,
    )
}
