"""The auditor finds nothing where all is well, and tells once of what cannot be."""

import pytest
from sqlalchemy import delete, update

from store import balance, telemetry
from store.balance import Defect
from store.tables import notices
from tests.owed import notice, owe, rows
from worker import auditor
from worker.auditor import audit


@pytest.fixture
def database(deployment, monkeypatch):
    monkeypatch.setattr(auditor, "NOTICES_A_LOOK", 2)
    owe(deployment.database, *(notice(key) for key in "abcde"))
    return deployment.database


def gauges(database) -> dict[str, dict[tuple[str, ...], float]]:
    with database.read() as connection:
        told = {each.name: dict(each.samples) for each in telemetry.gauges(connection)}
    return {name: told[name] for name in ("defects", "audit_age_seconds")}


def told(database) -> list[str]:
    return [row.key for row in rows(database) if row.key.startswith("operator/audit/")]


def test_where_all_is_well_nobody_is_told(deployment, database):
    assert gauges(database) == {"defects": {}, "audit_age_seconds": {}}
    assert audit(deployment) == []
    assert told(database) == []
    assert gauges(database)["defects"] == {}
    assert 0 <= gauges(database)["audit_age_seconds"][()] < 60


def test_what_cannot_be_is_found_in_every_part_and_told_once(deployment, database):
    with database.write() as connection:
        connection.execute(update(notices).where(notices.c.key.in_(["b", "e"])).values(status="gone"))
    wrong = [Defect("stands_nowhere", "b"), Defect("stands_nowhere", "e")]
    assert [audit(deployment), audit(deployment)] == [wrong, wrong]
    assert len(told(database)) == 1
    assert gauges(database)["defects"] == {("stands_nowhere",): 2.0}
    with database.write() as connection:
        connection.execute(delete(notices).where(notices.c.key == "d"))
    assert Defect("does_not_add_up", "outside any run") in audit(deployment)
    assert len(told(database)) == 2, "other findings are news"


def test_what_is_mended_is_told_no_more(deployment, database):
    with database.write() as connection:
        balance.keep_audit(connection, [Defect("sent_twice", "a")])
    assert gauges(database)["defects"] == {("sent_twice",): 1.0}
    audit(deployment)
    assert gauges(database)["defects"] == {}
