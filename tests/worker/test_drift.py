"""Our records elsewhere are looked at though nothing is owed to them, each once, and never in vain."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import pytest
from structlog.testing import capture_logs

from health.nouns import Edit, Notice, Receipt
from integrations.errors import IntegrationError, RetryLater
from store import edits
from tests.owed import notice, owe
from worker import drift, tasks
from worker.deliver import deliver

HEALTH = Edit("health", "50", "99")


class Crm:
    """One that takes every state, and says what a test wrote down for it."""

    batch_size = 10
    keyed = True

    def __init__(self, found: Mapping[str, Edit]) -> None:
        self.found = found
        self.looked: list[list[str]] = []
        self.broken: IntegrationError | None = None

    def deliver(self, notices: Sequence[Notice]) -> Iterator[Receipt]:
        yield from (Receipt(each.key, "sent") for each in notices)

    def edits(self, notices: Sequence[Notice]) -> Iterator[tuple[Notice, tuple[Edit, ...]]]:
        self.looked.append([each.thread for each in notices])
        if self.broken:
            raise self.broken
        for each in notices:
            yield each, (self.found[each.thread],) if each.thread in self.found else ()


@pytest.fixture
def crm(deployment, monkeypatch):
    monkeypatch.setattr(drift, "RECORDS_A_LOOK", 2)
    deployment._destinations["sink"] = made = Crm({"crm/c": HEALTH})
    owe(deployment.database, *(replace(notice(f"crm/{key}"), kind="state", body=b"") for key in "abc"))
    deliver(deployment, "sink")
    return made


def drifted(deployment) -> list[tuple[str, str, str]]:
    with deployment.database.read() as connection:
        return [(each.field, each.ours, each.theirs) for each in edits.drifted(connection)]


def test_every_record_is_looked_at_once_and_what_people_changed_is_told(deployment, crm):
    with capture_logs() as logged:
        assert drift.look(deployment) == 1
    assert crm.looked == [["crm/a", "crm/b"], ["crm/c"]]
    assert drifted(deployment) == [HEALTH]
    assert logged == [
        {"event": "drift_seen", "log_level": "info", "destination": "sink", "records": 3, "edits": 1}
    ]


def test_where_it_cannot_be_asked_what_was_known_stays_known(deployment, crm):
    drift.look(deployment)
    crm.broken = RetryLater("busy")
    with capture_logs() as logged:
        assert drift.look(deployment) == 0
    assert drifted(deployment) == [HEALTH]
    assert [(each["event"], each["reason"]) for each in logged] == [("drift_unseen", "busy")]


def test_the_daily_look_looks_at_records_too(deployment, crm, monkeypatch):
    assert not crm.looked
    monkeypatch.setattr(tasks, "deployment", lambda: deployment)
    tasks.audit(slot=1)
    assert drifted(deployment) == [HEALTH]


def test_a_destination_without_records_to_be_looked_at_is_left_alone(deployment, crm):
    del crm
    deployment._destinations["sink"] = object()
    assert drift.look(deployment) == 0
