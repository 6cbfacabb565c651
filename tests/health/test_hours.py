"""Contact hours by the clock and the calendar of the account, over every kind of clock change."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from config.calendars import workdays
from health.hours import Hours, Place, next_open

OFFICE = Hours(8, 18)
BERLIN = Place(ZoneInfo("Europe/Berlin"), "DE", "BE")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "opens"),
    [
        ("2026-11-27T07:00", "2026-11-27T07:00"),  # 8 in Berlin
        ("2026-11-27T16:59:59", "2026-11-27T16:59:59"),
        ("2026-11-27T06:59:59", "2026-11-27T07:00"),
        ("2026-11-27T17:00", "2026-11-30T07:00"),  # Friday evening
        ("2026-11-29T12:00", "2026-11-30T07:00"),
        ("2027-03-05T17:00", "2027-03-09T07:00"),  # Monday is a holiday of the region alone
        ("2026-04-02T16:00", "2026-04-07T06:00"),  # Easter, and the clock was set
        ("2026-12-24T17:00", "2026-12-28T07:00"),
    ],
)
def test_letters_wait_for_the_next_working_day_of_the_account(now, opens):
    assert next_open(at(now), OFFICE, BERLIN, workdays()) == at(opens)


@pytest.mark.parametrize(
    ("zone", "now", "opens"),
    [
        ("UTC", "2026-11-27T23:59", "2026-11-27T23:59"),
        ("Pacific/Kiritimati", "2026-11-26T10:30", "2026-11-26T10:30"),  # Friday 00:30 there
        ("Pacific/Kiritimati", "2026-11-27T10:30", "2026-11-29T10:00"),  # Saturday there
        ("Pacific/Pago_Pago", "2026-11-30T08:00", "2026-11-30T11:00"),  # Sunday there
    ],
)
def test_a_day_is_that_of_the_account(zone, now, opens):
    assert next_open(at(now), Hours(0, 24), Place(ZoneInfo(zone)), workdays()) == at(opens)


@pytest.mark.parametrize(
    ("now", "opens"),
    [
        ("2026-11-26T16:59", "2026-11-26T16:59"),
        ("2026-11-26T16:59:30", "2026-11-27T07:00"),
        ("2026-11-27T06:59:30", "2026-11-27T07:00"),
    ],
)
def test_what_may_take_a_while_begins_where_it_ends_in_time(now, opens):
    assert next_open(at(now), OFFICE, BERLIN, workdays(), timedelta(seconds=30)) == at(opens)


class NoWorkdays:
    """A calendar on which nobody works."""

    def is_workday(self, *_):
        return False


def test_a_place_where_nobody_works_is_asked_again_after_a_month():
    assert next_open(at("2026-11-27T12:00"), OFFICE, BERLIN, NoWorkdays()) == at("2026-12-28T12:00")


ZONES = ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Africa/Cairo", "America/Santiago")
CHANGES = {
    "Europe/Berlin": (date(2026, 3, 29), date(2026, 10, 25)),
    "America/New_York": (date(2026, 3, 8), date(2026, 11, 1)),
    "Australia/Lord_Howe": (date(2026, 4, 5), date(2026, 10, 4)),
    "Africa/Cairo": (date(2026, 4, 24), date(2026, 10, 29)),
    "America/Santiago": (date(2026, 4, 5), date(2026, 9, 6)),
}


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("hours", [Hours(0, 24), Hours(0, 1), Hours(1, 3), Hours(8, 18), Hours(23, 24)])
def test_around_clock_changes_it_is_open_at_the_moment_told_and_at_none_before(zone, hours):
    place, step = Place(ZoneInfo(zone)), timedelta(minutes=30)
    for day in CHANGES[zone]:
        start = datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(days=2)
        moments = [start + step * n for n in range(48 * 6)]
        for now, later in pairwise(moments):
            opens = next_open(now, hours, place, workdays())
            assert open_at(opens, hours, place)
            assert opens == now or not open_at(now, hours, place)
            assert opens == now or opens >= later


def open_at(moment: datetime, hours: Hours, place: Place) -> bool:
    """Whether the clock on the wall is within the hours of a working day; told another way."""
    wall = moment.astimezone(place.zone)
    return wall.weekday() < 5 and hours.opens <= wall.hour < hours.closes
