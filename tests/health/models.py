"""A small invented model: some measures, a use against peers, the contract, and a plan."""

from collections.abc import Mapping

from config.models import ModelData, fingerprint


def driver(name: str, coefficient: float, mean: float = 0.0, **changes: object) -> dict[str, object]:
    """A driver of a model: one standard deviation is 1, and 3 of them are the ends of what counts."""
    return {
        "name": name,
        "scale": "plain",
        "coefficient": coefficient,
        "reference": mean,
        "mean": mean,
        "sd": 1.0,
        "least": mean - 3.0,
        "most": mean + 3.0,
        "usual": {"": mean},
    } | changes


DRIVERS = [
    driver("utilisation_pct", -0.04, 60.0, sd=20.0, least=0.0, most=120.0),
    driver("open_tickets", 0.2, 1.0, least=0.0, most=6.0),
    driver("overdue_days", 0.05, 0.0, sd=5.0, least=0.0, most=60.0),
    driver(
        "rate:feature:meeting",
        -0.5,
        scale="log",
        usual={"": 0.0, "Team": 0.5},
    ),
    driver("renewal_due", 1.5, 0.5, sd=0.5, least=0.0, most=1.0),
    driver("tenure_days", -0.3, 5.0, scale="log1p"),
    driver("plan=Team", 0.4, 0.5, sd=0.5, least=0.0, most=1.0),
]


def document(**changes: object) -> dict[str, object]:
    """A model's document, sealed; whatever is changed is sealed with the rest."""
    made: dict[str, object] = {
        "format": "seatsignal-model/1",
        "target": "churned",
        "horizon_days": 90,
        "trained_until": "2025-03-01",
        "windows": ["2024-11-01", "2024-12-01"],
        "cases": 500,
        "events": 50,
        "base_rate": 0.1,
        "intercept": -2.5,
        "drivers": DRIVERS,
        "calibration": {"as_of": "2024-12-01", "apart": "window", "slope": 0.9, "shift": 0.1},
        "points": [[0.0, 10_000.0], [0.3, 5_000.0], [1.0, 0.0]],
        "segment_by": "plan",
    } | changes
    return {**made, "hash": fingerprint(made)}


def model(**changes: object) -> ModelData:
    return ModelData.model_validate(document(**changes))


VALUES: Mapping[str, float] = {
    "rate:feature:meeting": 0.5,
    "renewal_due": 1.0,
    "tenure_days": 300.0,
    "plan=Team": 1.0,
}
