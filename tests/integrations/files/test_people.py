"""Rows of use that name their users say who did what, beside what they add up to."""

from datetime import date

import pytest

from health.records import People
from tests.integrations.files.conftest import Drop

DAY = date(2026, 1, 5)


def people(drop: Drop) -> list[People]:
    return [record for record in drop.records() if isinstance(record, People)]


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        (
            ["account_id,day,user_id,department,core:send,events", "a,2026-01-05,u2,law,4,9",
             "a,2026-01-05,u1,,0,1", "b,2026-01-05,u1,,,1.5"],
            [People("a", DAY, "", '{"u1":["",{"events":1}],"u2":["law",{"core:send":4,"events":9}]}')],
        ),
        (
            ["account_id,day,product,user_id,metric,value", "a,2026-01-05,crm,u1,core:send,2",
             "a,2026-01-05,crm,u1,sign_ins,1"],
            [People("a", DAY, "crm", '{"u1":["",{"core:send":2,"sign_ins":1}]}')],
        ),
        # who did nothing is nobody, and neither is a department, or the whole account
        (["account_id,day,user_id,department,events", "a,2026-01-05,u1,,0", "a,2026-01-05,,law,3",
          "a,2026-01-05,,,7"], []),
        # a sum over days is nothing that was done on one
        (["account_id,day,user_id,active_users_30d", "a,2026-01-05,u1,1"], []),
        # of two departments the first in order is kept, and both days' work
        (["account_id,day,user_id,department,events", "a,2026-01-05,u1,tax,2", "a,2026-01-05,u1,law,3"],
         [People("a", DAY, "", '{"u1":["law",{"events":5}]}')]),
        (["account_id,day,events", "a,2026-01-05,3"], []),
    ],
)  # fmt: skip
def test_who_did_what(drop: Drop, rows, found):
    drop.csv("usage", *rows)
    assert people(drop) == found
