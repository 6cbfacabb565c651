"""Every list by its name, as it stands in addresses of pages and of the analytics API."""

from collections.abc import Mapping

from dashboard.listing import Listing
from dashboard.lists import accounts, figures, gates, programs, record, rules

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
EXPORTS: Mapping[str, Listing] = {
    each.name: each
    for each in (programs.EXPERIMENTS, programs.SOURCES, rules.RULES, rules.BANDS, figures.WORST)
}
"""Lists that have no page of their own, but the figures of another page in them, as CSV and by the API."""
