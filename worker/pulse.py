"""The fleet's pulse before a run: how fresh each source is, and how use as a whole stands."""

from datetime import date

import msgspec

from health.features import Pulse
from health.measures import trend
from health.pulse import fleet_sources, fleet_trends
from store import features, sources
from store.database import Connection
from worker.deployment import Deployment

_DECODER = msgspec.json.Decoder(Pulse)
SAMPLE = 2_000
"""Accounts that the fleet's median is taken over, evenly spread; more do not move a median."""


def written(pulse: Pulse) -> str:
    """Return a pulse as its run keeps it."""
    return msgspec.json.encode(pulse).decode()


def read_pulse(text: str) -> Pulse:
    """Return the pulse that a run rests on."""
    return _DECODER.decode(text)


def take_pulse(deployment: Deployment, connection: Connection, as_of: date) -> Pulse:
    """Return the fleet's pulse at the start of a day."""
    policy = deployment.policy
    fresh = Pulse(freshness=sources.freshness(connection))
    sample = features.sample(connection, SAMPLE, policy.metrics)
    told = [(trend(row, as_of, policy, fresh, deployment.workdays), row.sources) for row in sample]
    return Pulse(
        freshness=fresh.freshness,
        fleet_trends=fleet_trends((known for known, _ in told), policy.fleet_accounts_min),
        fleet_sources=fleet_sources(told, fresh.freshness, policy.fleet_accounts_min),
    )
