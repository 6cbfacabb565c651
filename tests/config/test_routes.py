"""Routes: who gets what, through what, and at which hours."""

from datetime import date

import pytest

from config.files import SHIPPED, ConfigError
from config.routes import Route, load_routes
from health.hours import Hours


def routes(folder, hours: str):
    return written(folder, f"hours: {hours}")


def written(folder, more: str):
    at = folder / "routes.yaml"
    at.write_text((SHIPPED / "routes.yaml").read_text() + f"{more}\n")
    return load_routes(at)


def test_letters_leave_at_any_time_unless_hours_are_set():
    assert load_routes().hours is None


def test_hours_are_read_whole(tmp_path):
    found = routes(tmp_path, "{ opens: 0, closes: 24 }").hours
    assert found is not None
    assert found.hours() == Hours(0, 24)


@pytest.mark.parametrize(
    ("hours", "said"),
    [
        ("{ opens: 18, closes: 8 }", "they must close later than they open"),
        ("{ opens: 8, closes: 8 }", "they must close later than they open"),
        ("{ opens: -1, closes: 8 }", "hours.opens: Input should be greater than or equal to 0"),
        ("{ opens: 8, closes: 25 }", "hours.closes: Input should be less than or equal to 24"),
        ("{ opens: 8 }", "hours.closes: Field required"),
        ("{ opens: 8, closes: 18, zone: UTC }", "zone"),
    ],
)
def test_hours_that_are_none_are_refused_with_their_place(tmp_path, hours, said):
    with pytest.raises(ConfigError) as refusal:
        routes(tmp_path, hours)
    (problem,) = refusal.value.problems
    assert "hours" in problem
    assert said in problem


ANN, BOB = "ann@seller.example", "Bob@seller.example"
PEOPLE = f"people: {{ {ANN}: {{ slack: U01ANN, backup: {BOB.lower()} }}, {BOB}: {{ slack: U02BOB }} }}"
DAY = date(2026, 6, 1)


def test_an_owner_is_told_in_slack_whatever_the_case_of_their_address(tmp_path):
    found = written(tmp_path, PEOPLE)
    assert found.to("csm", ANN.upper(), DAY) == Route(destination="slack", owner="U01ANN")
    assert found.to("csm", "", DAY) == found.csm
    assert found.to("csm", "eve@seller.example", DAY) == found.csm


def test_in_a_crm_the_route_stays_as_it_is(tmp_path):
    found = written(tmp_path, PEOPLE).model_copy(update={"sales": Route(destination="hubspot")})
    assert found.to("sales", ANN, DAY) == Route(destination="hubspot")


def test_an_alert_climbs_from_the_owner_to_the_manager(tmp_path):
    found = written(tmp_path, PEOPLE + "\nescalation: { manager: U09EVE }")
    assert found.ladder("csm", ANN, DAY) == ("U01ANN", "U02BOB", "#customer-success", "U09EVE")
    assert found.ladder("csm", "", DAY) == ("#customer-success", "U09EVE")
    assert load_routes().ladder("csm", ANN, DAY) == ("#customer-success",)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (f"people: {{ {ANN}: {{ slack: ann }} }}", "slack"),
        (f"people: {{ {ANN}: {{ slack: U01ANN, backup: bo@seller.example }} }}", "is none of them"),
        (
            f"people: {{ {ANN}: {{ away: [[2026-06-05, 2026-06-01]] }} }}",
            "the last day comes before the first",
        ),
        (f"people: {{ {ANN}: {{ away: [2026-06-05] }} }}", "away"),
        (f"people: {{ {ANN}: {{ boss: true }} }}", "boss"),
        (f"people: {{ {ANN}: {{ timezone: Mars/Olympus }} }}", "is no time zone: Europe/Berlin for instance"),
        (f"people: {{ {ANN}: {{ hours: {{ opens: 9, closes: 8 }} }} }}", "later than they open"),
        ("escalation: { after_hours: 0 }", "escalation.after_hours"),
    ],
)
def test_people_that_are_none_are_refused_with_their_place(tmp_path, more, said):
    with pytest.raises(ConfigError) as refusal:
        written(tmp_path, more)
    assert said in str(refusal.value.problems)


def test_a_help_desk_is_written_to_by_the_ids_of_its_records(tmp_path):
    assert load_routes().crms() == frozenset()
    assert written(tmp_path, "helpdesk: zendesk\nrecord: hubspot").crms() == {"zendesk", "hubspot"}
    with pytest.raises(ConfigError, match="helpdesk"):
        written(tmp_path, "helpdesk: pigeon")


def test_what_routes_name_at_a_destination(tmp_path):
    found = written(tmp_path, 'opportunities: hubspot\nescalation: { manager: "#leads" }')
    assert found.named("slack") == {"#customer-success", "#sales", "#seatsignal-ops", "#leads"}
    assert found.named("hubspot") == {"opportunities"}
    assert found.named("teams") == frozenset()
