"""Ended: what a task was about is over, though nobody is told a word of it. So the task is done.

A message in a channel needs no end; a task that nobody closes stands in somebody's list for good.
"""

from collections.abc import Collection, Iterator, Sequence

from config.routes import PLAIN
from health.alerts import LICENSING, OPEN
from health.answers import listed
from health.expansion import GROUP as EXPANSION
from health.identity import CRMS
from health.nouns import Flag, Notice
from store import answers
from store.database import Connection
from worker import shown
from worker.deployment import Deployment
from worker.letters import Verdict

AUDIENCES = ("csm", "sales")


def notices(
    deployment: Deployment,
    connection: Connection,
    verdict: Verdict,
    changed: Sequence[Flag],
    told: Collection[str],
) -> Iterator[Notice]:
    """Yield the end of each task of which nothing is open any more, but of threads that are ``told`` anyway.

    ``changed`` are the flags that this run changed: a task of another term than theirs ended with others.
    """
    closed = [flag for flag in changed if flag.state not in OPEN and flag.kind != LICENSING]
    for matter, expansion in (("expansion/", True), ("", False)):
        terms = {flag.term for flag in closed if (flag.kind == EXPANSION) is expansion}
        if not terms or listed(verdict.flags, expansion=expansion):
            continue
        for place in _places(deployment, verdict):
            for term in sorted(terms):
                thread = f"{place}/{verdict.features.key}/{matter}{term}"
                seen = None if thread in told else answers.last_in(connection, thread)
                notice = shown.ended(seen, verdict.features.account, f"ended/{verdict.run}") if seen else None
                if notice:
                    yield notice


def _places(deployment: Deployment, verdict: Verdict) -> Iterator[str]:
    """Yield where tasks of an account stand: how their threads begin."""
    for audience in AUDIENCES:
        route = deployment.routes.of(audience)
        owner = verdict.records.get(route.destination, "") if route.destination in CRMS else route.owner
        if route.destination in PLAIN and owner:
            yield f"{route.destination}/{owner}/{audience}"
