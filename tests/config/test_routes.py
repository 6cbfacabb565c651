"""Routes: who gets what, through what, and at which hours."""

from datetime import date

import pytest

from config.files import SHIPPED, ConfigError
from config.routes import Route, load_routes
from health.colleagues import Found
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
        (f"people: {{ {ANN}: {{}} }}\nescalation: {{ manager: an@seller.example }}", "is none of people"),
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


# -- by their addresses ------------------------------------------------------------------------------

EVE = "eve@seller.example"
BY_ADDRESS = f"people: {{ {ANN}: {{ backup: {BOB} }}, {BOB}: {{ slack: U02BOB }} }}"


@pytest.mark.parametrize(
    ("more", "sought", "by_address"),
    [
        (PEOPLE, set(), False),
        (BY_ADDRESS, {ANN}, True),
        (f"people: {{ {ANN}: {{ left: true }} }}", set(), False),
        ("find_owners: true", set(), True),
        (f"{PEOPLE}\nescalation: {{ manager: {ANN} }}", set(), True),
    ],
)
def test_slack_is_asked_about_who_has_no_id_and_has_not_left(tmp_path, more, sought, by_address):
    found = written(tmp_path, more)
    assert (found.sought, found.by_address) == (sought, by_address)


@pytest.mark.parametrize(
    ("found", "reached", "ladder"),
    [
        ({}, "U02BOB", ("U02BOB", "#customer-success")),
        ({ANN: Found("U07ANN")}, "U07ANN", ("U07ANN", "U02BOB", "#customer-success")),
        ({ANN: Found("U07ANN", left=True)}, "U02BOB", ("U02BOB", "#customer-success")),
        ({BOB.lower(): Found("U07BOB")}, "U02BOB", ("U02BOB", "#customer-success")),
    ],
)
def test_who_was_found_is_reached_and_who_is_gone_is_stood_in_for(tmp_path, found, reached, ladder):
    made = written(tmp_path, BY_ADDRESS).completed(found)
    assert made.to("csm", ANN, DAY).owner == reached
    assert made.ladder("csm", ANN, DAY) == ladder


def test_other_owners_are_reached_only_if_they_are_looked_for(tmp_path):
    found = {EVE: Found("U05EVE"), "gone@seller.example": Found("U06GONE", left=True)}
    channel = written(tmp_path, BY_ADDRESS).completed(found)
    assert channel.to("csm", EVE, DAY) == channel.csm
    person = written(tmp_path, f"{BY_ADDRESS}\nfind_owners: true").completed(found)
    assert person.to("csm", EVE, DAY).owner == "U05EVE"
    assert person.addresses("U05EVE") == {EVE}
    assert person.to("csm", "gone@seller.example", DAY) == person.csm
    assert person.has_left("U06GONE")


@pytest.mark.parametrize(
    ("found", "manager"),
    [({}, ""), ({ANN: Found("U07ANN")}, "U07ANN"), ({ANN: Found("U07ANN", left=True)}, "")],
)
def test_a_manager_may_be_named_by_address(tmp_path, found, manager):
    made = written(tmp_path, f"{BY_ADDRESS}\nescalation: {{ manager: {ANN} }}").completed(found)
    assert made.escalation.manager == manager
    assert made.escalation.after_hours == 24


def test_what_was_worked_out_of_routes_is_worked_out_anew_once_they_are_completed(tmp_path):
    before = written(tmp_path, BY_ADDRESS)
    assert set(before.zones) == {"U02BOB"}
    assert set(before.completed({ANN: Found("U07ANN")}).zones) == {"U07ANN", "U02BOB"}
