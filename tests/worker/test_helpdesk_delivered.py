"""From what is owed to what agents see: jobs that outlive a delivery, and answers that are lost."""

from collections.abc import Iterator
from contextlib import closing

import pytest
from msgspec.structs import replace as changed

from health.nouns import UNDER_WAY, Notice
from integrations.zendesk.destination import ZendeskDestination
from integrations.zendesk.settings import ZendeskSettings
from tests.integrations.zendesk.rig import BOOK, ORGANIZATION, TICKET
from tests.owed import owe, pass_time, rows
from tests.rehearsal import Rehearsal, start_sandbox
from tests.templates.examples import HELPDESK, NOTE, payload
from worker.deliver import deliver
from worker.deployment import Deployment

ONE = str(ORGANIZATION.id)
STEPS = 3
"""How often Zendesk is asked for anything until it has done a job."""
CONFIG = {"zendesk": {"calls_a_minute": 1_000_000, "updates_a_minute": 1_000_000}}


@pytest.fixture(scope="module")
def started() -> Iterator[Rehearsal]:
    with start_sandbox(CONFIG) as running:
        yield running


@pytest.fixture
def sandbox(started: Rehearsal) -> Rehearsal:
    started.reset()
    started.seed("zendesk", BOOK | {"job_steps": STEPS})
    return started


@pytest.fixture
def deployment(deployment_on_both: Deployment, sandbox: Rehearsal) -> Iterator[Deployment]:
    settings = ZendeskSettings.model_validate(
        {
            "base_url": f"{sandbox.http}/zendesk",
            "client_id": "seatsignal",
            "client_secret": "zendesk-sandbox-secret",
            "job_wait_s": 0,
        }
    )
    with closing(ZendeskDestination(settings)) as destination:
        deployment_on_both._destinations["zendesk"] = destination
        yield deployment_on_both


def state(run: int, health: int) -> Notice:
    said = payload(changed(HELPDESK, health=health))
    thread = "zendesk/helpdesk/ACC-7"
    return Notice(f"{thread}/{run}", "zendesk", "state", thread, 0, "helpdesk", ONE, said)


def note() -> Notice:
    said = payload(changed(NOTE, organization=ONE))
    key, thread = f"support/ACC-7/t/zendesk/{TICKET.id}", f"zendesk/{TICKET.id}/support/ACC-7/t"
    return Notice(key, "zendesk", "message", thread, 0, "note", str(TICKET.id), said)


def turn(deployment: Deployment) -> tuple[str, str]:
    """Deliver once what is due by now, and return where the last notice stands, and why."""
    pass_time(deployment.database, 60)
    deliver(deployment, "zendesk")
    last = rows(deployment.database)[-1]
    return last.status, last.reason


def healths(sandbox: Rehearsal) -> list[str]:
    """What agents saw of an organization's health, in order."""
    effects = sandbox.ledger(system="helpdesk")["effects"]
    texts = [effect["text"] for effect in effects if effect["action"] == "write"]
    return [part for text in texts for part in text.split(", ") if part.startswith("health ")]


def test_old_never_comes_after_new_however_long_a_job_takes(
    deployment: Deployment, sandbox: Rehearsal
) -> None:
    owe(deployment.database, state(1, 10))
    assert turn(deployment) == ("due", UNDER_WAY)
    owe(deployment.database, state(2, 90))
    assert [row.status for row in rows(deployment.database)] == ["replaced", "due"]
    assert turn(deployment) == ("due", UNDER_WAY), "the newer one waits for the older one's job"
    assert healths(sandbox) == []
    for _ in range(2 * STEPS):
        if turn(deployment)[0] == "sent":
            break
    assert healths(sandbox) == ["health 10", "health 10 → 90"]
    assert [row.status for row in rows(deployment.database)] == ["replaced", "sent"]


def test_a_note_whose_answer_was_lost_is_found_and_not_written_again(
    deployment: Deployment, sandbox: Rehearsal
) -> None:
    owe(deployment.database, note())
    sandbox.faults("zendesk", "drop_answer", on=f"tickets/{TICKET.id}")
    assert turn(deployment) == ("due", "connection_lost")
    assert turn(deployment) == ("sent", "")
    effects = sandbox.ledger(system="helpdesk")["effects"]
    assert [(effect["action"], effect["key"]) for effect in effects] == [("post", note().key)]
