"""Where a pull goes on: from listing to listing, and how far back it reads."""

import pytest

from integrations.chargebee.place import OVERLAP_S, WHOLE_EVERY_S, Place

NOW = 1_800_000_000
HOUR = 3_600
ANEW = Place("customers", began_s=NOW, since_s=0, whole_s=NOW)
REST = ANEW.next_step().next_step().next_step()


def steps(place: Place) -> list[tuple[str, int]]:
    found = []
    while place.step != "rest":
        found.append((place.step, place.after_s))
        place = place.next_step()
    return found


def test_the_first_pull_lists_everything() -> None:
    assert Place.of(None, NOW) == ANEW
    assert steps(ANEW) == [("customers", 0), ("subscriptions", 0), ("invoices", 0)]


def test_a_later_pull_reads_what_changed_since_the_one_before_began_with_some_overlap() -> None:
    since = NOW - OVERLAP_S
    later = Place.of(REST.cursor(), NOW + HOUR)
    assert steps(later) == [("customers", since), ("subscriptions", since), ("invoices", since)]


def test_customers_are_read_whole_once_a_day() -> None:
    day = Place.of(REST.cursor(), NOW + WHOLE_EVERY_S)
    since = NOW - OVERLAP_S
    assert steps(day) == [("customers", 0), ("subscriptions", since), ("invoices", since)]
    after = day.next_step().next_step().next_step()
    assert steps(Place.of(after.cursor(), NOW + WHOLE_EVERY_S + HOUR))[0] == (
        "customers",
        day.began_s - OVERLAP_S,
    )


def test_a_clock_that_is_behind_ours_is_read_by() -> None:
    rest = ANEW.next_step().next_step().next_step(behind_s=600)
    assert rest.since_s == NOW - 600 - OVERLAP_S


@pytest.mark.parametrize("step", ["customers", "subscriptions", "invoices"])
def test_a_pull_that_was_cut_goes_on_where_it_was(step: str) -> None:
    place = Place(step, NOW, NOW - HOUR, NOW).at("there")  # type: ignore[arg-type]  # of these
    assert Place.of(place.cursor(), NOW + 9 * WHOLE_EVERY_S) == place
    assert place.next_step().offset == ""


@pytest.mark.parametrize("cursor", ["", "x", "{}", '{"step":"moons"}', "null"])
def test_a_cursor_of_another_making_begins_anew(cursor: str) -> None:
    assert Place.of(cursor, NOW) == ANEW
