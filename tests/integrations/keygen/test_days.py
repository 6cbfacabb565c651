"""Which days of the event log are read, and when a day is done."""

from datetime import date

import pytest

from health.records import ActivationStep, Validation
from integrations.ahead import AT_ONCE
from integrations.keygen import source as module
from tests.integrations.keygen import company
from tests.integrations.keygen.account import PERMISSIONS, TOKEN, event
from tests.integrations.keygen.conftest import Account, only
from tests.integrations.test_every_source import pulled

ALL = company.records()
CALLS_WITHOUT_EVENTS = 2 + 2 + 2 + 4
"""Pages of products, policies, machines and licences, four rows each."""


def test_a_second_pull_on_the_same_day_leaves_the_event_log_alone(keygen: Account):
    keygen.hold(company.book())
    first = keygen.pull_well()
    keygen.calls.calls = 0
    again = keygen.pull_well(first.cursor)
    assert keygen.calls.calls == CALLS_WITHOUT_EVENTS
    assert again.cursor == first.cursor
    assert only(Validation, again.records) == set()


def test_the_last_day_is_read_again_with_the_next_for_what_was_logged_late(keygen: Account):
    keygen.hold(company.book())
    first = keygen.pull_well()
    late = event(900, 1, "VALID", "2026-11-19T18:00:00", succeeded=True)
    keygen.at("2026-11-21T00:10:00")
    keygen.hold({**company.book(), "eventLogs": [*company.events(), late]})
    again = keygen.pull_well(first.cursor)
    counted = {(record.day.day, record.outcome, record.licence_id[:8]): record.times
               for record in again.records if isinstance(record, Validation)}  # fmt: skip
    assert counted == {
        (19, "ok", "00000001"): 8,  # 7 and the late one: the row is replaced
        (19, "ok", "0000000c"): 1,
        (19, "failed", "0000000b"): 1,
        (19, "entitlements_missing", "00000008"): 1,
        (20, "ok", "00000001"): 4,
    }


@pytest.mark.parametrize(
    ("now", "first_day"),
    [("2026-11-20T00:30:00", 16), ("2026-11-20T22:59:00", 16), ("2026-11-20T23:01:00", 17)],
)
def test_a_day_that_is_not_kept_whole_is_not_read(keygen: Account, now: str, first_day: int):
    keygen.at(now)
    keygen.hold(company.book())
    days = {record.day for record in keygen.pull_well().records if isinstance(record, Validation)}
    assert (min(days), max(days)) == (date(2026, 11, first_day), date(2026, 11, 19))


def test_days_lost_in_an_outage_are_left_out_and_stay_as_they_were(keygen: Account):
    keygen.hold(company.book())
    cursor = '{"through":"2026-11-01","since":"2026-10-01"}'
    found = keygen.pull_well(cursor)
    assert only(Validation, found.records) == company.validations()
    assert found.cursor == '{"through":"2026-11-19","since":"2026-11-16"}'


@pytest.mark.parametrize("cursor", ["", "no json", '{"through":7}', '{"through":"2026-13-01"}', "[]"])
def test_a_cursor_that_cannot_be_read_is_none(keygen: Account, cursor: str):
    keygen.hold(company.book())
    assert set(keygen.pull_well(cursor).records) == ALL


def test_without_an_event_log_there_are_licences_and_limits(keygen: Account):
    book = {**company.book(), "edition": "CE"}
    keygen.hold({**book, "token": {"value": TOKEN, "permissions": PERMISSIONS[:-1]}})
    keygen.source(event_log_days=0).check()
    found = keygen.pull_well(event_log_days=0)
    assert set(found.records) == {
        record
        for record in ALL
        if not isinstance(record, Validation)
        and not (isinstance(record, ActivationStep) and (record.step, record.outcome) != ("activate", "done"))
    }
    assert found.cursor == '{"through":null,"since":null}'


def test_a_large_day_that_is_cut_off_between_its_pages_is_read_again(
    keygen: Account, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(module, "PAGE", 4)
    keygen.hold(company.book())
    whole = keygen.pull_well()
    for pages in range(1, len(whole.cursors) - 1):
        before = pulled(keygen.source(), pages=pages)
        after = keygen.pull_well(before.cursor)
        assert {*before.records, *after.records} == ALL


def test_no_more_of_the_event_log_is_read_than_the_days_take_and_what_is_asked_for_ahead(keygen: Account):
    keygen.hold(company.book())
    keygen.pull_well()
    least = CALLS_WITHOUT_EVENTS + 3 + 3 + 2 + 3
    days = 4
    assert least <= keygen.calls.calls <= least + days * AT_ONCE
