"""The fleet's pulse before a run: how fresh each source is, and how use as a whole stands."""

from dataclasses import replace
from datetime import date

import msgspec

from health.features import Freshness, Pulse
from health.measures import beat
from health.pulse import taken
from health.trust import distrusted
from store import features, matches, runs, sources
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
    fresh = Pulse(freshness=current_freshness(connection))
    sample = features.sample(connection, SAMPLE, policy.metrics)
    names = policy.against_peers
    beats = (beat(row, as_of, policy, fresh, deployment.workdays, names) for row in sample)
    return taken(fresh.freshness, beats, policy.fleet_accounts_min, policy.rest_pct, names)


def current_freshness(connection: Connection) -> dict[str, Freshness]:
    """Return what each source covers, through which day, and how many of its accounts are ours."""
    rates = matches.match_rates(connection)
    found = sources.freshness(connection)
    return {
        name: replace(fresh, match_rate=_share(*rates.get(name, (0, 0)))) for name, fresh in found.items()
    }


def _share(linked: int, accounts: int) -> float:
    return linked / accounts if accounts else 1.0


def last_pulse(connection: Connection) -> Pulse:
    """Return the pulse of the run that was opened last; an empty one before the first."""
    text = runs.last_pulse(connection)
    return read_pulse(text) if text else Pulse()


def trust_changed(deployment: Deployment, connection: Connection) -> bool:
    """Tell whether other sources are under their floor now than when the last run was opened."""
    now, before = Pulse(freshness=current_freshness(connection)), last_pulse(connection)
    policy = deployment.policy
    return set(distrusted(now.freshness, now, policy)) != set(distrusted(before.freshness, before, policy))
