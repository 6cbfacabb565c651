"""The exports as Zendesk pages them, and at which instant they show what."""

import base64

import pytest

from tests.integrations.zendesk.book import IMPORTED, NOW, NOW_S, ORGS, TICKETS, instant, seed
from tests.rehearsal import Rehearsal
from tests.sandbox.zendesk.conftest import ORGANIZATIONS, RATINGS, Zendesk, ids
from tests.sandbox.zendesk.conftest import TICKETS as CURSOR

IMPORTED_S = int(IMPORTED.timestamp())


def test_a_page_of_organizations_ends_with_a_whole_second(zendesk: Zendesk):
    first = zendesk.read(ORGANIZATIONS, start_time=0, per_page=7)
    assert ids(first, "organizations") == [org.id for org in ORGS[:9]]  # 6 to 9 changed in one second
    assert (first["count"], first["end_of_stream"], first["end_time"]) == (9, False, IMPORTED_S + 1)


def test_the_end_of_the_stream_is_shown_again(zendesk: Zendesk):
    last = zendesk.read(ORGANIZATIONS, start_time=IMPORTED_S + 1)
    assert (last["end_of_stream"], last["end_time"]) == (True, NOW_S - 300)
    again = zendesk.read(ORGANIZATIONS, start_time=last["end_time"])
    assert ids(again, "organizations") == [org.id for org in ORGS[-2:]]
    nothing = zendesk.read(ORGANIZATIONS, start_time=last["end_time"] + 1)
    assert (nothing["organizations"], nothing["count"], nothing["end_time"]) == ([], 0, None)


def test_cursors_lead_through_all_tickets_and_to_the_end(zendesk: Zendesk):
    seen, asked = [], {"start_time": 0, "per_page": 7}
    while True:
        page = zendesk.read(CURSOR, **asked)
        seen += ids(page, "tickets")
        asked = {"cursor": page["after_cursor"], "per_page": 7}
        if page["end_of_stream"]:
            break
    assert seen == [each.id for each in sorted(TICKETS, key=lambda each: (each.changed, each.id))]
    nothing = zendesk.read(CURSOR, cursor=page["after_cursor"])
    assert (nothing["tickets"], nothing["after_cursor"]) == ([], page["after_cursor"])


def test_times_are_shown_to_those_who_ask(zendesk: Zendesk):
    assert "metric_set" not in zendesk.read(CURSOR, start_time=0)["tickets"][0]
    shown = zendesk.read(CURSOR, start_time=0, include="metric_sets")["tickets"][0]
    assert shown["metric_set"]["solved_at"] == instant(TICKETS[0].solved)


@pytest.mark.parametrize(
    ("path", "query", "status"),
    [
        (ORGANIZATIONS, {}, 400),
        (ORGANIZATIONS, {"start_time": "yesterday"}, 400),
        (ORGANIZATIONS, {"start_time": -1}, 400),
        (ORGANIZATIONS, {"start_time": 0, "per_page": 0}, 400),
        (ORGANIZATIONS, {"start_time": 0, "per_page": 1_001}, 400),
        (ORGANIZATIONS, {"start_time": 0, "end_time": 1}, 400),
        (ORGANIZATIONS, {"start_time": NOW_S - 59}, 422),
        (CURSOR, {}, 400),
        (CURSOR, {"start_time": 0, "cursor": "MS4wfHwxfA=="}, 400),
        (CURSOR, {"start_time": NOW_S}, 422),
        (CURSOR, {"cursor": "not-a-cursor"}, 400),
        (CURSOR, {"cursor": base64.b64encode(b"1.0").decode()}, 400),
        (CURSOR, {"start_time": 0, "include": "comments"}, 400),
        (CURSOR, {"start_time": 0, "page[size]": 5}, 400),
        (RATINGS, {"page[size]": 101}, 400),
        (RATINGS, {"per_page": 100}, 400),
        (RATINGS, {"score": "excellent"}, 400),
        (RATINGS, {"page[after]": "not-a-cursor"}, 400),
        (RATINGS, {"start_time": NOW_S - 59}, 422),
    ],
)
def test_what_zendesk_would_not_understand_is_refused(zendesk: Zendesk, path, query, status):
    answer = zendesk.ask(path, query)
    assert answer.status_code == status
    assert answer.json()["error"]


def test_a_cursor_can_be_forgotten(sandbox: Rehearsal, zendesk: Zendesk):
    cursor = zendesk.read(CURSOR, start_time=0, per_page=7)["after_cursor"]
    sandbox.seed("zendesk", seed(cursors_since_s=NOW_S))
    answer = zendesk.ask(CURSOR, {"cursor": cursor})
    assert (answer.status_code, answer.json()["description"]) == (400, "cursor is not valid")


@pytest.mark.parametrize(
    ("age_s", "seen"),
    [
        (-1, None),
        (0, ("open", None, "unoffered")),
        (3 * 3_600, ("solved", instant(TICKETS[0].solved), "offered")),
        (4 * 3_600, ("closed", instant(TICKETS[0].solved), "bad")),  # as it is in the end
    ],
)
def test_a_ticket_lives_as_the_clock_goes(sandbox: Rehearsal, zendesk: Zendesk, age_s, seen):
    opened_s = int(TICKETS[0].opened.timestamp())
    sandbox.set_clock(opened_s + age_s + 60)
    shown = zendesk.read(CURSOR, start_time=opened_s - 1, include="metric_sets")["tickets"]
    found = [
        (each["status"], each["metric_set"]["solved_at"], each["satisfaction_rating"]["score"])
        for each in shown
    ]
    assert found == ([seen] if seen else [])


def test_the_last_minute_is_held_back(sandbox: Rehearsal, zendesk: Zendesk):
    last = ORGS[-1].changed
    sandbox.set_clock(last.timestamp() + 59)
    assert zendesk.read(ORGANIZATIONS, start_time=IMPORTED_S + 1)["end_time"] < int(last.timestamp())
    sandbox.set_clock(last.timestamp() + 60)
    assert zendesk.read(ORGANIZATIONS, start_time=IMPORTED_S + 1)["end_time"] == int(last.timestamp())


def test_what_has_not_happened_is_not_shown(sandbox: Rehearsal, zendesk: Zendesk):
    sandbox.set_clock(ORGS[10].changed.timestamp())  # on that day the eleventh was deleted
    shown = {each["id"]: each for each in zendesk.read(ORGANIZATIONS, start_time=0)["organizations"]}
    assert shown[ORGS[10].id]["deleted_at"] is None
    sandbox.set_clock(NOW.timestamp())
    shown = {each["id"]: each for each in zendesk.read(ORGANIZATIONS, start_time=0)["organizations"]}
    assert shown[ORGS[10].id]["deleted_at"] == instant(ORGS[10].changed)
