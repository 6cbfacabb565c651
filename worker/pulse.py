"""The fleet's pulse before a run: how fresh each source is, and how use as a whole stands."""

from datetime import date

import msgspec

from health.features import Pulse
from health.judge import ENGINE_VERSION
from health.measures import beat
from health.pulse import taken
from health.trust import distrusted
from store import features, pulses, sources
from store.database import Connection
from store.installation import business_day
from worker.beats import Basis, Measured
from worker.deployment import Deployment

_DECODER = msgspec.json.Decoder(Pulse)
SAMPLE = 2_000
"""Accounts that the fleet's median is taken over, evenly spread; more do not move a median."""
UNMOVED_PCT = 1
"""A share of the accounts that may change before the pulse is taken anew."""


def written(pulse: Pulse) -> str:
    """Return a pulse as its run keeps it."""
    return msgspec.json.encode(pulse).decode()


def read_pulse(text: str) -> Pulse:
    """Return the pulse that a run rests on."""
    return _DECODER.decode(text)


def take_pulse(deployment: Deployment, connection: Connection, as_of: date) -> Pulse:
    """Return the fleet's pulse at the start of a day.

    Who did not change since the pulse before was taken in this process is not measured again.
    """
    policy, names = deployment.policy, deployment.policy.against_peers
    fresh = Pulse(freshness=sources.freshness(connection))
    basis = Basis(as_of, policy, fresh.freshness)
    chosen = features.sampled(connection, SAMPLE)
    measured = deployment.beats.still(basis, chosen)
    stale = [account for account, _ in chosen if account not in measured]
    for row, at in features.rebuilt(connection, stale, policy.metrics):
        measured[row.account] = Measured(at, beat(row, as_of, policy, fresh, deployment.workdays, names))
    deployment.beats.keep(basis, measured)
    beats = (measured[account].beat for account, _ in chosen if account in measured)
    return taken(fresh.freshness, beats, policy.fleet_accounts_min, policy.rest_pct, names)


def pulse_at_hand(deployment: Deployment, connection: Connection) -> str | None:
    """Return the pulse that was taken last, where it would hardly be another if it were taken now.

    So it is as long as the day, the policy and the freshness of all sources are the same, and the accounts
    judged since it was taken are too few to move a median. Else `None`.
    """
    found, policy = pulses.taken(connection), deployment.policy
    now = (business_day(connection), policy.hash, ENGINE_VERSION)
    if found is None or (found.as_of, found.policy_hash, found.engine_version) != now:
        return None
    if read_pulse(found.pulse).freshness != sources.freshness(connection):
        return None
    moved = found.assessed + found.touched
    return found.pulse if moved * 100 <= found.active * UNMOVED_PCT else None


def last_pulse(connection: Connection) -> Pulse:
    """Return the pulse of the run that was opened last; an empty one before the first."""
    text = pulses.last(connection)
    return read_pulse(text) if text else Pulse()


def trust_changed(deployment: Deployment, connection: Connection) -> bool:
    """Tell whether other sources are under their floor now than when the last run was opened.

    So it is where a source states more kinds of fact: what was unknown of all its accounts may not apply now.
    """
    now, before = Pulse(freshness=sources.freshness(connection)), last_pulse(connection)
    policy = deployment.policy
    more = any(
        before.freshness[name].kinds != fresh.kinds
        for name, fresh in now.freshness.items()
        if name in before.freshness
    )
    return more or set(distrusted(now.freshness, now, policy)) != set(
        distrusted(before.freshness, before, policy)
    )
