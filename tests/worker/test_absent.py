"""What a complete listing leaves out moves to the past, of every kind of fact, on both databases."""

from sqlalchemy import select

from health.records import FACTS as SHAPES
from store.tables import facts as tables
from store.tables import past as pasts
from store.tables import source_status
from tests.worker.test_listings import KINDS, count, pages, record, tell, touched
from worker.listings import Retired


def test_what_is_absent_moves_to_the_past_and_only_its_accounts_are_touched(deployment_on_both):
    deployment = deployment_on_both
    listed = {kind: [record(SHAPES[kind], number) for number in range(20)] for kind in KINDS}
    tell(deployment, [page for kind in KINDS for page in pages(kind, listed[kind])])
    before = touched(deployment)
    done = tell(deployment, [page for kind in KINDS for page in pages(kind, listed[kind][2:])])
    assert set(done.retired) == {Retired(kind, stood=20, absent=2) for kind in KINDS}
    assert {kind: count(deployment, tables[kind]) for kind in KINDS} == dict.fromkeys(KINDS, 18)
    with deployment.database.read() as connection:
        gone = {kind: connection.execute(select(pasts[kind])).all() for kind in KINDS}
        (last,) = connection.execute(select(source_status.c.batch)).scalars()
    until = {kind: [row.until_batch for row in rows] for kind, rows in gone.items()}
    assert until == {kind: [last, last] for kind in KINDS}
    assert all(row.batch < last for rows in gone.values() for row in rows)
    after = touched(deployment)
    assert {key for key in after if after[key] != before[key]} == {"a0", "a1"}
