"""Revenue bands: how large an account is to us, for colleagues who need no figure."""

BANDS = {
    "under_1k": "under 1,000",
    "1k_10k": "1,000 to 10,000",
    "10k_50k": "10,000 to 50,000",
    "50k_250k": "50,000 to 250,000",
    "over_250k": "250,000 and more",
}
"""Revenue a year in major units of the account's own currency, by the band's name."""
_EDGES = (1_000, 10_000, 50_000, 250_000)


def revenue_band(yearly: float) -> str:
    """Return the band of a yearly revenue in major units; an edge belongs to the band above it."""
    return list(BANDS)[sum(yearly >= edge for edge in _EDGES)]
