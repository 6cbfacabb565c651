"""What the people who run Seatsignal are told, in plain words: what is wrong, since when, and what to do."""

from collections import Counter
from collections.abc import Sequence
from hashlib import sha256

from config.routes import CARDS
from health.experiments import Experiment
from health.identity import CRMS
from health.nouns import Notice
from integrations.errors import Misconfigured
from store.balance import Defect
from store.database import Connection, clock, day_of
from store.incidents import Incident
from templates.content import OperatorContent
from worker.deployment import Deployment
from worker.messages import message

TEMPLATE = "operator"
_AUDIT = "operator/audit"
_COLLEAGUES = "operator/colleagues"
_LISTED = 20
COHORT = "cohort"
"""The kind of incident that is not of a source: customers who began together do badly together."""


def notice(deployment: Deployment, incident: Incident, what: str, content: OperatorContent) -> Notice:
    """Return a message in the thread of an incident; ``what`` names the news, which is told once.

    A cohort is the business of those who look after it, where they have a channel of their own.
    """
    routes = deployment.routes
    of_csm = incident.kind == COHORT and routes.csm.destination not in CRMS
    thread = f"operator/{incident.kind}/{incident.source}/{incident.began}"
    key = f"{thread}/{incident.id}/{what}"
    route = routes.csm if of_csm else routes.ops
    return message(route, TEMPLATE, key=key, thread=thread, content=content)


def destination_paused(
    deployment: Deployment, connection: Connection, destination: str, error: Misconfigured
) -> list[Notice]:
    """Tell once a day that a destination refuses us, unless it is the one they would be told through.

    Where one channel of it does, or where channels have addresses of their own, it is seldom theirs.
    """
    route = deployment.routes.ops
    if destination == route.destination and destination not in CARDS and error.channel in {"", route.owner}:
        return []
    which = f"A channel of {CARDS[destination]}" if destination in CARDS else error.channel or destination
    content = OperatorContent(
        title=f"{which} takes nothing",
        what_happened=f"It refused us: {error.reason}. What is owed to it waits and nothing is lost.",
        what_to_do=(str(error), "It is tried again by itself every few minutes."),
        severity="high",
    )
    day = day_of(clock(connection)).isoformat()
    thread = f"operator/{error.channel or destination}/{error.reason}"
    key = f"{thread}/{day}"
    return [message(route, TEMPLATE, key=key, thread=thread, content=content)]


def colleagues_missing(deployment: Deployment, connection: Connection, missing: Sequence[str]) -> Notice:
    """Tell once that nobody in Slack has the addresses of some colleagues."""
    listed = ", ".join(missing[:_LISTED]) + (
        f" and {len(missing) - _LISTED:,} more" * (len(missing) > _LISTED)
    )
    content = OperatorContent(
        title=f"{len(missing):,} colleagues are not found in Slack",
        what_happened=f"No active account has the address: {listed}. Their alerts go to whoever stands in, "
        "else to the channel.",
        what_to_do=(
            "Are they there under another address? Set their id in routes.yaml: people, slack.",
            "Have they left? Name somebody else in the CRM, or a backup in routes.yaml.",
            "Slack is asked again every day.",
        ),
    )
    mark = sha256("\n".join(missing).encode()).hexdigest()
    key = f"{_COLLEAGUES}/{mark}/{clock(connection)}"
    return message(deployment.routes.ops, TEMPLATE, key=key, thread=_COLLEAGUES, content=content)


def colleagues_unasked(deployment: Deployment, connection: Connection, error: Misconfigured) -> Notice:
    """Tell once a day that Slack may not be asked for colleagues by their address."""
    content = OperatorContent(
        title="Slack does not say who has which address",
        what_happened=f"It refused us: {error.reason}. Who has no id in routes.yaml and was not found before "
        "is told nothing in person; alerts go to whoever stands in, else to the channel.",
        what_to_do=(str(error), "It is asked again by itself every few minutes."),
    )
    day = day_of(clock(connection)).isoformat()
    key = f"{_COLLEAGUES}/{error.reason}/{day}"
    return message(deployment.routes.ops, TEMPLATE, key=key, thread=f"{_COLLEAGUES}/asked", content=content)


def approval_expired(deployment: Deployment, run: int, closed: int) -> Notice:
    """Tell that a held run was closed because nobody approved it in time."""
    content = OperatorContent(
        title=f"Run {run} was held, and nobody approved it",
        what_happened=f"It waited for a person too long: its {closed:,} notices are closed unsent.",
        what_to_do=(
            "seatsignal notices --status suppressed lists them, reason approval_expired.",
            "What still stands is told again by itself, after repeat_days of the policy.",
            "Was it held for a source's bad day? seatsignal doctor tells.",
        ),
    )
    thread = f"operator/run/{run}"
    return message(deployment.routes.ops, TEMPLATE, key=f"{thread}/expired", thread=thread, content=content)


def unaccounted(deployment: Deployment, found: Sequence[Defect]) -> Notice:
    """Tell that not all that was owed is accounted for: once of the same findings, however often found."""
    kinds = Counter(each.check for each in found)
    listed = ", ".join(f"{number:,} {check}" for check, number in sorted(kinds.items()))
    content = OperatorContent(
        title="Not all that was owed is accounted for",
        what_happened=f"A look at every run and notice found what cannot be: {listed}.",
        what_to_do=(
            "Run seatsignal balance: it names each run and notice.",
            "Was the database changed by hand, or restored in part? Nothing of ours leaves that behind.",
            "If not, it is our defect: please report it with what seatsignal balance says.",
        ),
        severity="high",
    )
    mark = sha256("\n".join(sorted(f"{each.check} {each.about}" for each in found)).encode()).hexdigest()
    return message(deployment.routes.ops, TEMPLATE, key=f"{_AUDIT}/{mark}", thread=_AUDIT, content=content)


def can_be_read(deployment: Deployment, planned: Experiment) -> Notice:
    """Tell once that an experiment has as many accounts as planned, of which all days are known."""
    content = OperatorContent(
        title=f"The experiment {planned.name} can be read",
        what_happened=(
            f"It was to show: {planned.hypothesis} Both arms have as many accounts as planned, and what "
            "became of them is known."
        ),
        what_to_do=(
            f"seatsignal experiment read {planned.name} reads it, once; nobody is drawn from then on.",
            f"seatsignal experiment stop {planned.name} ends it; who is held out gets {planned.instead}.",
        ),
    )
    thread = f"operator/experiment/{planned.name}"
    return message(deployment.routes.ops, TEMPLATE, key=f"{thread}/enough", thread=thread, content=content)
