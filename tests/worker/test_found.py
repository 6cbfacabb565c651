"""What a chunk found counts for the brake: who is worse than when anything was last known of them."""

from datetime import date

import pytest
from sqlalchemy import insert, update

from health.features import PaymentFact, TicketFact
from store import policies, runs, verdicts
from store.runs import Basis, Chunk
from store.tables import accounts
from tests.health.examples import AS_OF, account, pulse
from worker.deployment import Deployment
from worker.found import Found
from worker.stakes import Stakes

NOTHING_KNOWN = pulse(kinds=frozenset())
KNOWN = pulse()
HEALTHY = (account(), KNOWN)
WATCH = (account(payments=(PaymentFact("i", date(2025, 5, 1), "failed", attempts=2),)), KNOWN)
AT_RISK = (account(tickets=(TicketFact("t", AS_OF, subject="Please cancel our contract"),)), KNOWN)
UNKNOWN = (account(), NOTHING_KNOWN)


@pytest.fixture
def known(deployment: Deployment) -> Deployment:
    with deployment.database.write() as connection:
        connection.execute(insert(accounts), [{"id": 1, "key": "acme", "fresh": 1}])
        policies.keep(connection, deployment.policy)
    return deployment


def judged(deployment: Deployment, row, at) -> int:
    """Judge the account in a run of its own, and return by how many that run found it worse."""
    basis = Basis(pulse="{}", known="{}", policy_hash=deployment.policy.hash, engine_version="1")
    with deployment.database.write() as connection:
        run, _ = runs.open_run(connection, runs.FULL, AS_OF, basis, 10)
        found = Found(deployment, runs.load(connection, run), at, {}, {}, stakes=Stakes(connection, AS_OF))
        found.add(connection, row, verdicts.previous(connection, 1, 1).get(1), [])
        return found.keep(connection, Chunk(run, 1, 1)).worsened


@pytest.mark.parametrize(
    ("days", "worse"),
    [
        ([HEALTHY, WATCH, AT_RISK, AT_RISK], [0, 1, 1, 0]),
        ([HEALTHY, UNKNOWN, AT_RISK], [0, 0, 1]),
        ([HEALTHY, UNKNOWN, UNKNOWN, WATCH, UNKNOWN, WATCH], [0, 0, 0, 1, 0, 0]),
        ([AT_RISK, UNKNOWN, WATCH, UNKNOWN, AT_RISK], [0, 0, 0, 0, 1]),  # better in between
        ([UNKNOWN, AT_RISK], [0, 0]),  # nothing was ever known of it
    ],
)
def test_who_was_unknown_in_between_is_worse_than_when_it_was_known(known, days, worse):
    assert [judged(known, row, at) for row, at in days] == worse


def test_before_there_was_a_known_band_the_last_verdict_tells(known):
    judged(known, *HEALTHY)
    with known.database.write() as connection:
        connection.execute(update(accounts).values(band=""))  # as of an installation of before
    assert judged(known, *AT_RISK) == 1
