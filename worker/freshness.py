"""Freshness: how each source stands, for the people who run this; nothing is asked of the source itself."""

from collections.abc import Collection, Iterator, Mapping
from datetime import date
from typing import NamedTuple

from health.features import Freshness, Pulse
from health.track import known
from integrations import registry
from store import arrivals, incidents, sources
from store.arrivals import Arrived
from store.database import Connection
from store.incidents import Incident
from store.installation import business_day
from store.matches import match_rates
from worker.deployment import Deployment

NEVER = Arrived(0, 0, 0, None, None, "", needs_a_person=False)


class SourceState(NamedTuple):
    """How a source stands.

    ``counted`` are the kinds of fact that scores rest on, ``unknown`` those that it states and that are past
    their shelf life, or of too few accounts of ours. ``linked`` of its ``accounts`` are ours; under ``floor``
    (0 to 1) nothing of it counts. ``interval_s`` is how often it is asked, `None` if nothing asks by itself.
    """

    name: str
    in_use: bool
    complete_through: date | None
    counted: frozenset[str]
    unknown: frozenset[str]
    linked: int
    accounts: int
    floor: float
    interval_s: int | None
    arrived: Arrived

    @property
    def is_under(self) -> bool:
        """Whether so few of its accounts are ours that nothing of it counts."""
        return bool(self.accounts) and self.linked / self.accounts < self.floor


def states(deployment: Deployment, connection: Connection, pulls: Mapping[str, int]) -> list[SourceState]:
    """Return how each source stands that was ever read or is set up; ``pulls`` are intervals in seconds."""
    return list(_states(deployment, connection, pulls))


def _states(
    deployment: Deployment, connection: Connection, pulls: Mapping[str, int]
) -> Iterator[SourceState]:
    fresh, came = sources.freshness(connection), arrivals.arrived(connection)
    rates, today = match_rates(connection), business_day(connection)
    for name in sorted({*fresh, *filter(deployment.has_source, registry.SOURCES)}):
        of = fresh.get(name, Freshness(frozenset(), None))
        counted = known((name,), Pulse(fresh), today, deployment.policy).kinds if name in fresh else of.kinds
        linked, total = rates.get(name, (0, 0))
        yield SourceState(
            name=name,
            in_use=deployment.in_use(name),
            complete_through=of.complete_through,
            counted=of.kinds & counted,
            unknown=of.kinds - counted,
            linked=linked,
            accounts=total,
            floor=deployment.policy.match_rate_min.get(name, 0.0),
            interval_s=pulls.get(name) if deployment.has_source(name) else None,
            arrived=came.get(name, NEVER),
        )


class Trouble(NamedTuple):
    """Something wrong with a source: since when it is known, and the accounts whose alerts wait for it."""

    kind: str
    source: str
    incident: Incident | None
    waiting: int


def troubles(connection: Connection, unused: Collection[str] = ()) -> list[Trouble]:
    """Return what is wrong, by kind and source; what waits for a source counts even where nobody was told."""
    standing = incidents.standing(connection)
    waiting = {(held.gate, held.source): many for held, many in incidents.waiting(connection).items()}
    return [
        Trouble(kind, source, standing.get((kind, source)), waiting.get((kind, source), 0))
        for kind, source in sorted({*standing, *waiting})
        if source not in unused
    ]
