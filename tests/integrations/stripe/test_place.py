"""Where a pull goes on: from listing to listing, and when it begins anew."""

import pytest

from integrations.stripe.place import DUE_EVERY_S, EVENTS_KEPT_S, OVERLAP_S, Place

NOW = 1_800_000_000
ANEW = Place("customers", began_s=NOW, since_s=NOW, due_s=NOW)
HOUR = 3_600


def steps(place: Place) -> list[str]:
    found = []
    while place.step != "rest":
        found.append(place.step)
        place = place.next_step()
    return found


def test_the_first_pull_lists_everything() -> None:
    assert Place.of(None, NOW) == ANEW
    assert steps(ANEW) == ["customers", "subscriptions", "invoices"]


def test_a_later_pull_reads_events_since_the_one_before_began_with_some_overlap() -> None:
    rest = ANEW.next_step().next_step().next_step()
    later = Place.of(rest.cursor(), NOW + HOUR)
    assert later == Place("events", began_s=NOW + HOUR, since_s=NOW - OVERLAP_S, due_s=NOW)
    assert steps(later) == ["events", "plans"]
    rested = later.next_step().next_step()
    assert Place.of(rested.cursor(), NOW + 2 * HOUR).since_s == NOW + HOUR - OVERLAP_S


def test_what_is_due_soon_is_read_once_a_day() -> None:
    rest = ANEW.next_step().next_step().next_step()
    day = Place.of(rest.cursor(), NOW + DUE_EVERY_S)
    assert steps(day) == ["events", "plans", "due"]
    after = day.next_step().next_step().next_step()
    assert steps(Place.of(after.cursor(), NOW + DUE_EVERY_S + HOUR)) == ["events", "plans"]
    assert steps(Place.of(after.cursor(), NOW + 2 * DUE_EVERY_S)) == ["events", "plans", "due"]


@pytest.mark.parametrize("step", ["customers", "subscriptions", "invoices", "events", "plans", "due"])
def test_a_pull_that_was_cut_goes_on_where_it_was(step: str) -> None:
    place = Place(step, NOW, NOW - OVERLAP_S, NOW).past("x_1", NOW - 99)  # type: ignore[arg-type]  # of these
    assert Place.of(place.cursor(), NOW + HOUR) == place
    assert (place.next_step().after, place.next_step().after_s) == ("", 0)


@pytest.mark.parametrize("step", ["rest", "events", "due", "invoices"])
@pytest.mark.parametrize(("age_s", "anew"), [(EVENTS_KEPT_S, False), (EVENTS_KEPT_S + 1, True)])
def test_all_is_listed_again_when_the_events_are_not_kept_any_more(step: str, age_s: int, anew: bool) -> None:
    place = Place(step, began_s=NOW - 9, since_s=NOW - age_s, due_s=NOW)  # type: ignore[arg-type]  # of these
    assert (Place.of(place.cursor(), NOW) == ANEW) is anew


@pytest.mark.parametrize("cursor", ["", "x", "{}", '{"step":"moons"}', "null"])
def test_a_cursor_of_another_making_begins_anew(cursor: str) -> None:
    assert Place.of(cursor, NOW) == ANEW
