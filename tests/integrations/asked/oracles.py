"""Who says of each vendor what it takes."""

from collections.abc import Mapping

from tests.integrations.asked import Oracle, by_card, by_slack, by_stripe
from tests.integrations.asked.by_schema import HERE, by_schema

DOCUMENTED = tuple(sorted(file.stem for file in HERE.glob("*.json")))
"""Vendors of whom nobody else's code tells what they take: their documentation does."""
ORACLES: Mapping[str, Oracle] = {
    "slack": by_slack.wrong,
    "stripe": by_stripe.wrong,
    "teams": by_card.wrong,
    **{vendor: by_schema(vendor) for vendor in DOCUMENTED},
}
