"""What records would say is told field by field, beside what we wrote there last."""

import json
from dataclasses import replace

import pytest
from sqlalchemy import select, update

from dashboard.pages.changes import Change, changes
from health.nouns import Notice
from store import outbox, states
from store.tables import accounts, notices
from tests.book import LEAVING
from tests.dashboard.site.conftest import Desk
from tests.dashboard.site.test_figures import cells


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ({}, {"band": "watch"}, [Change("band", "", "watch")]),
        ({"band": "watch", "mrr": 6}, {"band": "at_risk", "mrr": 6}, [Change("band", "watch", "at_risk")]),
        ({"days_until_full": 9}, {"days_until_full": None}, [Change("days_until_full", "9", "")]),
        ({"expansion": False}, {"expansion": True}, [Change("expansion", "no", "yes")]),
        ({"reasons": ["a"]}, {"reasons": ["a", "b"]}, [Change("reasons", "a", "a; b")]),
        ({"gone": "x"}, {}, [Change("gone", "x", "")]),
        ({"a": None}, {"a": None}, []),
    ],
)
def test_a_field_is_told_if_it_would_say_something_else(
    before: dict[str, object], after: dict[str, object], told: list[Change]
):
    assert list(changes(json.dumps(before), json.dumps(after))) == told


def test_where_nothing_of_ours_stands_every_field_is_told():
    said = json.dumps({"band": "watch", "likely": None})

    assert list(changes("", said)) == [Change("band", "", "watch")]


def state(key: str, account: int, **fields: object) -> Notice:
    return Notice(
        key=key, destination="hubspot", kind="state", thread="hubspot/record/x", account=account,
        template="record", owner="17", payload=json.dumps(fields),
    )  # fmt: skip


def test_the_first_steps_show_what_would_be_written_and_what_stands_there(own_desk: Desk):
    with own_desk.database.write() as connection:
        account = connection.execute(select(accounts.c.id).where(accounts.c.key == LEAVING)).scalar_one()
        first, then = (state(band, account, band=band, health=90) for band in ("healthy", "at_risk"))
        outbox.plan(connection, None, [first])
        number = connection.execute(select(notices.c.id).where(notices.c.key == first.key)).scalar_one()
        connection.execute(update(notices).where(notices.c.id == number).values(status="sent"))
        states.keep_written(connection, [replace(first, id=number)])
        outbox.plan(connection, None, [then])

    page = own_desk.browser("admin").get("/start").text

    assert cells(page, "What records would say") == [
        [f"Account {LEAVING}", "band", "healthy", "at_risk", "hubspot"]
    ]
