"""Incidents of sources: seen by whoever looks first, told once, and closed where they were told.

Each begins and ends in the unit of work that saw it. In dry-run none begins: nobody would be told.
"""

from collections.abc import Sequence

from health.features import Pulse
from health.held import FLEET, STALE
from health.track import past_shelf
from health.trust import distrusted
from integrations.errors import IntegrationError, Misconfigured
from store import audit, incidents, matches, outbox, runs, sources
from store.database import Connection
from store.incidents import Incident
from store.installation import business_day, is_live
from templates.content import OperatorContent
from worker import incident_words, operators
from worker.deployment import Deployment
from worker.listings import TOO_MANY, Retired
from worker.operators import COHORT
from worker.pulse import last_pulse

LISTING = "listing"
MATCH_RATE = "match_rate"
KINDS = (FLEET, STALE, LISTING, MATCH_RATE, COHORT)
"""What may be wrong: use fell everywhere at once, a source is old, left out too much, or is hardly ours.

And customers who began together do badly together: there the source is the name of the cohort.
"""


class Incidents:
    """The incidents of an installation, within one unit of work."""

    def __init__(self, deployment: Deployment, connection: Connection) -> None:
        """Read what is open."""
        self.deployment = deployment
        self.connection = connection
        self.live = is_live(connection)
        self.today = business_day(connection)
        self.standing = incidents.standing(connection)

    def of(self, kind: str) -> list[Incident]:
        """Return the open incidents of a kind."""
        return [incident for incident in self.standing.values() if incident.kind == kind]

    def begin(
        self,
        kind: str,
        source: str,
        content: OperatorContent,
        *,
        what: str = "began",
        accounts: int = 0,
        detail: str = "",
    ) -> None:
        """Open an incident and tell of it, unless it is open, or in dry-run."""
        if not self.live or (kind, source) in self.standing:
            return
        begun = incidents.begin(self.connection, kind, source, self.today, accounts=accounts, detail=detail)
        if begun:
            self.standing[kind, source] = begun
            audit.record(self.connection, "incident_began", f"{kind}/{source}")
            self.tell(begun, what, content)

    def end(self, incident: Incident, content: OperatorContent | None = None) -> None:
        """Close an incident and say so in its thread, unless somebody else has.

        Without ``content`` it says that the source is well.
        """
        if incidents.end(self.connection, incident):
            audit.record(self.connection, "incident_ended", f"{incident.kind}/{incident.source}")
            self.tell(incident, "ended", content or incident_words.well(incident, self.today))

    def tell(self, incident: Incident, what: str, content: OperatorContent) -> None:
        """Owe the operators a piece of news, once."""
        outbox.plan(self.connection, None, [operators.notice(self.deployment, incident, what, content)])
        outbox.make_due(self.connection, None)


# -- after a run, and after a pull -------------------------------------------------------------------


def review(deployment: Deployment, connection: Connection) -> frozenset[str]:
    """Begin and end what the accounts' last verdicts, and the sources' last days, say.

    Return the sources that alerts wait for.
    """
    waiting = incidents.waiting(connection)
    seen = Incidents(deployment, connection)
    if seen.live:
        pulse = last_pulse(connection)
        _review_links(seen, pulse)
        _review_cohorts(seen, pulse)
        _review_fallen(
            seen, pulse, {held.source: many for held, many in waiting.items() if held.gate == FLEET}
        )
        _review_stale(seen, {held.source: many for held, many in waiting.items() if held.gate == STALE})
    return frozenset(held.source for held in waiting)


def _review_links(seen: Incidents, pulse: Pulse) -> None:
    policy = seen.deployment.policy
    under = distrusted(pulse.freshness, pulse, policy)
    for source in filter(seen.deployment.in_use, under):
        if (MATCH_RATE, source) not in seen.standing and runs.active_accounts(seen.connection):
            linked, accounts = matches.match_rates(seen.connection)[source]
            floor = policy.match_rate_min[source]
            seen.begin(MATCH_RATE, source, incident_words.mislinked(source, linked, accounts, floor))
    for incident in seen.of(MATCH_RATE):
        if incident.source not in under:
            seen.end(incident)


def _review_cohorts(seen: Incidents, pulse: Pulse) -> None:
    """Tell of cohorts once; one that is told is over when it is not below its range, by chance or not."""
    below = {cohort.name: cohort for cohort in pulse.cohorts}
    for name, cohort in below.items():
        if not cohort.gate:
            seen.begin(COHORT, name, incident_words.together(cohort), accounts=cohort.accounts)
    for incident in seen.of(COHORT):
        if incident.source not in below:
            seen.end(incident, incident_words.no_longer(incident))


def _review_fallen(seen: Incidents, pulse: Pulse, waiting: dict[str, int]) -> None:
    for source, accounts in waiting.items():
        if (FLEET, source) not in seen.standing:
            content = incident_words.fallen(source, _share(pulse, source), accounts)
            seen.begin(FLEET, source, content, accounts=accounts)
    for incident in seen.of(FLEET):
        if incident.source in waiting:
            incidents.grow(seen.connection, incident, waiting[incident.source])
        else:
            seen.end(incident)


def _share(pulse: Pulse, source: str) -> float | None:
    """Return how low the fleet stands in what a source tells."""
    told = [metric for metric, at in pulse.fleet_sources.items() if at == source]
    return min((pulse.fleet_trends[each] for each in told if each in pulse.fleet_trends), default=None)


def _review_stale(seen: Incidents, waiting: dict[str, int]) -> None:
    policy = seen.deployment.policy
    fresh = sources.freshness(seen.connection)
    lost = {name: kinds for name in fresh if (kinds := past_shelf(fresh[name], seen.today, policy))}
    for source in sorted({*waiting, *filter(seen.deployment.in_use, lost)}):
        accounts, through = waiting.get(source, 0), fresh[source].complete_through
        content = incident_words.behind(source, through, accounts, lost.get(source, frozenset()))
        seen.begin(STALE, source, content, accounts=accounts)
    readings = sources.readings(seen.connection)
    for incident in seen.of(STALE):
        source = incident.source
        incidents.grow(seen.connection, incident, waiting.get(source, 0))
        read = readings.get(source, sources.UNREAD)
        if source not in waiting and source not in lost and read.whole_since(incident.opened_ms):
            seen.end(incident)


# -- by and by -----------------------------------------------------------------------------------------


def end_unused(deployment: Deployment) -> None:
    """End the incidents of sources that are out of use, once no alert waits for them.

    Only a process that pulls by the schedule may say so: a command may have been given fewer settings.
    """
    with deployment.database.read() as connection:
        waiting = {held.source for held in incidents.waiting(connection)}
        standing = incidents.standing(connection).values()
    unused = [
        each
        for each in standing
        if each.kind != COHORT and each.source not in waiting and not deployment.in_use(each.source)
    ]
    if unused:
        with deployment.database.write() as connection:
            seen = Incidents(deployment, connection)
            for incident in unused:
                seen.end(incident, incident_words.unused(incident))


# -- in a pull ---------------------------------------------------------------------------------------


def failed(deployment: Deployment, connection: Connection, source: str, error: IntegrationError) -> None:
    """Tell that a source cannot be read, if a person must act; again only if for another reason."""
    if not isinstance(error, Misconfigured):
        return
    seen, content = Incidents(deployment, connection), incident_words.refuses(source, error)
    if incident := seen.standing.get((STALE, source)):
        seen.tell(incident, error.reason, content)
    else:
        seen.begin(STALE, source, content, what=error.reason)


def listed(deployment: Deployment, connection: Connection, source: str, listings: Sequence[Retired]) -> None:
    """Tell that listings lacked more than a person would believe; it is over once each of them was whole."""
    refused = [each for each in listings if each.held == TOO_MANY]
    whole = {each.kind for each in listings if not each.held}
    seen = Incidents(deployment, connection)
    incident = seen.standing.get((LISTING, source))
    known = set(incident.detail.split(",")) if incident else set()
    kinds = known - whole | {each.kind for each in refused}
    if incident is None and refused:
        detail = ",".join(sorted(kinds))
        seen.begin(LISTING, source, incident_words.refused(source, refused), detail=detail)
    elif incident and not kinds:
        seen.end(incident)
    elif incident:
        incidents.describe(connection, incident, ",".join(sorted(kinds)))
