"""From what is owed to what sales sees: an opportunity that follows its figures until sales has closed it."""

from collections.abc import Iterator
from contextlib import closing

import pytest
from msgspec.structs import replace as changed

from health.nouns import Notice
from integrations.salesforce.destination import SalesforceDestination
from store import states
from tests.integrations.salesforce.conftest import settings
from tests.integrations.salesforce.org import NOW_S
from tests.integrations.salesforce.test_opportunities import ACCOUNT, Person, at, book
from tests.owed import owe, pass_time, rows
from tests.rehearsal import Rehearsal, start_sandbox
from tests.templates.examples import OPPORTUNITY, payload
from worker.deliver import deliver
from worker.deployment import Deployment


@pytest.fixture(scope="module")
def started() -> Iterator[Rehearsal]:
    with start_sandbox() as running:
        yield running


@pytest.fixture
def sandbox(started: Rehearsal) -> Rehearsal:
    started.reset()
    started.seed("salesforce", book())
    return started


@pytest.fixture
def deployment(deployment_on_both: Deployment, sandbox: Rehearsal) -> Iterator[Deployment]:
    given = settings(f"{sandbox.http}/salesforce", opportunity_stage="Qualification")
    with closing(SalesforceDestination(given, clock=lambda: NOW_S)) as destination:
        deployment_on_both._destinations["salesforce"] = destination
        yield deployment_on_both


def state(run: int, amount_minor: int) -> Notice:
    said = payload(changed(OPPORTUNITY, amount_minor=amount_minor))
    thread = f"salesforce/opportunity/{OPPORTUNITY.key}"
    return Notice(f"{thread}/{run}", "salesforce", "state", thread, 0, "opportunity", ACCOUNT, said)


def turn(deployment: Deployment, wanted: Notice) -> tuple[str, str]:
    """Owe a state if it is not written, deliver it, and return where it stands, and why."""
    with deployment.database.read() as connection:
        owed = states.unwritten(connection, [wanted])
    owe(deployment.database, *owed)
    pass_time(deployment.database, 60)
    deliver(deployment, "salesforce")
    last = rows(deployment.database)[-1]
    return (last.status, last.reason) if last.key == wanted.key else ("nothing owed", "")


def test_it_follows_its_figures_until_sales_has_closed_it(deployment: Deployment, sandbox: Rehearsal) -> None:
    person = Person(sandbox)
    assert turn(deployment, state(1, 100)) == ("sent", "")
    assert turn(deployment, state(2, 100)) == ("nothing owed", "")
    person.change(StageName="Negotiation")
    assert turn(deployment, state(3, 250)) == ("sent", "")
    [found] = person.sees()
    assert (found["Amount"], found["StageName"]) == (2.5, "Negotiation")
    person.change(StageName="Closed Lost")
    assert turn(deployment, state(4, 300)) == ("suppressed", "closed_by_a_person")
    person.change(IsDeleted=True)
    assert turn(deployment, state(5, 300)) == ("suppressed", "deleted_by_a_person")


def test_one_that_another_stood_in_the_way_of_is_made_once_that_is_over(
    deployment: Deployment, sandbox: Rehearsal
) -> None:
    sandbox.seed("salesforce", book(at()))
    person = Person(sandbox)
    assert turn(deployment, state(1, 100)) == ("suppressed", "opened_by_others")
    person.change(StageName="Closed Won")
    assert turn(deployment, state(2, 100)) == ("sent", "")
    assert len(person.sees()) == 2
