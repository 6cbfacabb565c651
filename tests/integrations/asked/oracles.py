"""Who says of each vendor what it takes."""

from collections.abc import Mapping

from tests.integrations.asked import Oracle, by_stripe

ORACLES: Mapping[str, Oracle] = {"stripe": by_stripe.wrong}
