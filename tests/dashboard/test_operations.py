"""What monitoring asks: ready only when work gets done, and figures that the database tells."""

import pytest
import requests
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import insert, update

from dashboard.operations import create_operations
from store import processes
from store.budgets import lease
from store.database import Database
from store.installation import set_setting
from store.processes import Process
from store.schema import migrate
from store.tables import accounts, budgets, flags, inbox, notices, source_status
from tests.dashboard.conftest import served
from tests.docs.pages import page
from worker.bell import QUEUES


@pytest.fixture
def database(emptied_database: Database) -> Database:
    return emptied_database


@pytest.fixture
def url(database):
    with served(create_operations(database, lambda: {"deliver": 3})) as address:
        yield address


def ready(url: str) -> tuple[int, list[str]]:
    answer = requests.get(f"{url}/readyz", timeout=10)
    return answer.status_code, answer.json()["wrong"]


def told(url: str) -> dict[str, float]:
    """Every sample by its name and its labels, as in ``name label=value``."""
    answer = requests.get(f"{url}/metrics", timeout=10)
    assert answer.status_code == 200
    found = {}
    for family in text_string_to_metric_families(answer.text):
        for sample in family.samples:
            labels = [f"{label}={value}" for label, value in sorted(sample.labels.items())]
            found[" ".join([sample.name.removeprefix("seatsignal_"), *labels])] = sample.value
    return found


def test_it_is_ready_once_every_queue_is_worked_on_and_ticks_come(database, url):
    assert ready(url)[0] == 503
    with database.write() as connection:
        processes.seen(connection, Process("w", "worker", "host", 1, QUEUES))
        processes.seen(connection, Process("b", "beat", "host", 2))
        processes.ticked(connection)
    assert ready(url) == (200, [])
    with database.write() as connection:
        processes.seen(connection, Process("w", "worker", "host", 1, QUEUES), "it hangs")
    assert ready(url) == (503, [f"nobody works on the queue {queue}" for queue in QUEUES])


def test_an_empty_installation_tells_what_there_is(url):
    found = told(url)
    assert found["up"] == 1
    assert (found["live"], found["paused"]) == (0, 0)
    assert (found["processes role=worker"], found["waiting work=chunks"]) == (0, 0)
    assert found["queue_length queue=deliver"] == 3
    assert not [name for name in found if name.split()[0] in {"notices", "tick_age_seconds", "accounts"}]


def test_every_figure_is_told(database, url):
    with database.write() as connection:
        row = {"destination": "slack", "kind": "message", "thread": "t", "payload": "{}"}
        connection.execute(insert(source_status).values(source="stripe", failure="refused", pulled_ms=1))
        connection.execute(insert(accounts).values(id=1, key="acme"))
        connection.execute(insert(inbox).values(source="stripe", event="e", body=b"{}", received_ms=1))
        connection.execute(insert(notices).values(key="a", status="due", due_ms=1, **row))
        connection.execute(insert(notices).values(key="b", status="due", due_ms=2, **row))
        connection.execute(insert(notices).values(key="c", status="quarantined", reason="poison", **row))
        connection.execute(
            insert(flags).values(account=1, kind="risk", reason="payment_overdue", term="", state="open")
        )
        lease(connection, "hubspot", 30, 600)
        processes.ticked(connection)
    found = told(url)
    assert found["notices destination=slack reason= status=due"] == 2
    assert found["notices destination=slack reason=poison status=quarantined"] == 1
    assert found["notice_lag_seconds destination=slack"] > 1_000_000_000
    assert found["source_age_seconds source=stripe"] > 1_000_000_000
    assert found["source_failing failure=refused source=stripe"] == 1
    assert found["waiting work=calls"] == 1
    assert (found["api_calls vendor=hubspot"], found["api_calls_allowed vendor=hubspot"]) == (30, 600)
    assert found["flags rule=payment_overdue state=open"] == 1
    assert 0 <= found["tick_age_seconds"] < 60


def test_calls_of_a_minute_that_is_over_are_not_told(database, url):
    with database.write() as connection:
        lease(connection, "hubspot", 30, 600)
        connection.execute(update(budgets).values(minute=budgets.c.minute - 2))
    found = told(url)
    assert "api_calls vendor=hubspot" not in found
    assert found["api_calls_allowed vendor=hubspot"] == 600


def test_another_schema_and_a_database_that_is_away_are_said(tmp_path):
    away = Database(f"sqlite:///{tmp_path}")  # a folder
    with served(create_operations(away, dict)) as url:
        assert ready(url) == (503, ["the database is locked or away"])
        assert told(url) == {"up": 0}
    away.close()
    empty = Database(f"sqlite:///{tmp_path / 'empty'}")
    with served(create_operations(empty, dict)) as url:
        assert ready(url)[1][0].startswith("the database is at revision none, this version needs ")
    empty.close()


def test_every_figure_is_explained(url):
    text = requests.get(f"{url}/metrics", timeout=10).text
    told = {family.name for family in text_string_to_metric_families(text)}
    assert told == set(page("operating.md").table("Monitoring", "metric").column("metric"))


@pytest.mark.parametrize(("since", "says"), [("0001", []), ("9998", ["is too old for it"])])
def test_a_newer_schema_will_do_where_it_says_so(tmp_path, since, says):
    newer = Database(f"sqlite:///{tmp_path / 'newer'}")
    migrate(newer)
    with newer.write() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
        set_setting(connection, "code_since", since)
        processes.seen(connection, Process("w", "worker", "host", 1, QUEUES))
        processes.seen(connection, Process("b", "beat", "host", 2))
        processes.ticked(connection)
    with served(create_operations(newer, dict)) as url:
        assert [wrong[-len("is too old for it") :] for wrong in ready(url)[1]] == says
    newer.close()


@pytest.mark.parametrize("path", ["/", "/docs", "/openapi.json", "/u/x"])
def test_nothing_else_is_served(url, path):
    assert requests.get(f"{url}{path}", timeout=10).status_code == 404
