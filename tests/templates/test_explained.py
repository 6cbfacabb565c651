"""What would change a verdict, in words."""

import pytest

from health.delta import Move
from health.nouns import NOT_APPLICABLE
from health.outlook import Held, Outlook, Way
from health.policy import Cap
from health.rules import NUMBERS
from templates.explained import ahead, commitment, nearest, points, way
from templates.measures import NOUNS, moved, stood

USERS = Way("active_users", 12.0, (Move("utilisation_pct", 61.0, 73.0),), 7_500, "healthy", 0.3)
TICKET = Way("open_tickets", -1.0, (Move("ticket_load", 2.0, 1.0),), 7_500, "healthy", 0.5)
IDLE = Way("idle_days", -18.0, (Move("idle_days", 23.0, 5.0),), 7_500, "healthy", 0.8)
TREND = Way("trend_pct", 38.1, (Move("trend_beyond_fleet_pct", -77.0, -38.9),), 7_500, "healthy", 0.1)
WORSE = Way("nps", -3.0, (Move("nps", 9.0, 6.0),), 4_900, "at_risk", 0.3)
INTENT = Held(Cap("explicit_intent", 4_900), {"cancelling": 1.0, "cancel_tickets": 2.0})


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (USERS, "12 more active users: utilisation 61 → 73 %"),
        (TICKET, "1 fewer open ticket: ticket load 2 → 1"),
        (IDLE, "days since last use 23 → 5"),
        (TREND, "use 23 → 61 % of its own baseline"),
    ],
)
def test_a_way(found, words):
    assert way(found) == words


CASES = {
    "several ways": (
        Outlook("healthy", "at_risk", (USERS, IDLE), (WORSE,)),
        (f"to healthy: {way(USERS)}", f"to healthy: {way(IDLE)}", f"down to at risk: {way(WORSE)}"),
    ),
    "the best band": (Outlook("", "watch", (), (WORSE,)), (f"down to at risk: {way(WORSE)}",)),
    "a cap alone": (
        Outlook("watch", "", (), (), (INTENT,), held_alone=True),
        ("the score is at most 49 while this holds: set to cancel: 1, tickets that speak of cancelling: 2",),
    ),
    "a cap and more": (
        Outlook("watch", "", (), (), (INTENT,), largest=(USERS,)),
        (
            "the score is at most 49 while this holds: set to cancel: 1, tickets that speak of cancelling: 2",
            f"no single change reaches watch; what brings most: {way(USERS)} (to 75)",
        ),
    ),
    "nothing alone": (
        Outlook("watch", "", largest=(USERS, TICKET)),
        (f"no single change reaches watch; what brings most: {way(USERS)} (to 75); {way(TICKET)} (to 75)",),
    ),
    "nothing at all": (Outlook("watch", ""), ("no single change reaches watch",)),
    "too little known": (
        Outlook(unknown=("utilisation_pct", "committed_utilisation_pct", "nps")),
        ("too little is known to judge; not known: utilisation, NPS answer",),
    ),
}


@pytest.mark.parametrize(("found", "words"), CASES.values(), ids=CASES)
def test_what_would_change_it(found, words):
    assert ahead(found) == words


def test_the_nearest_is_the_first_but_never_a_way_down():
    assert nearest(CASES["several ways"][0]) == f"to healthy: {way(USERS)}"
    assert nearest(CASES["the best band"][0]) == ""


def test_every_measure_has_words():
    assert NOUNS.keys() == set(NUMBERS)


@pytest.mark.parametrize(
    ("measure", "value", "words"),
    [
        ("open_tickets", 2.0, "open tickets: 2"),
        ("mrr_change_pct", -9.0, "recurring revenue: 91 % of the term before"),
        ("nps", None, "NPS answer: not known"),
        ("seats", NOT_APPLICABLE, "seats: does not apply"),
        ("made_up", 1.0, "made up: 1"),
    ],
)
def test_where_a_measure_stands(measure, value, words):
    assert stood(measure, value) == words
    assert moved(measure, value, None).endswith("→ not known")


@pytest.mark.parametrize(
    ("hundredths", "words"), [(0, "±0"), (1_250, "+12.5"), (-7, "\N{MINUS SIGN}0.07"), (10_000, "+100")]
)
def test_points(hundredths, words):
    assert points(hundredths) == words


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({}, ""),
        ({"seats": 20}, ""),
        (
            {"commitment_ends_on": "2026-01-01", "commitment_used_up_on": "2025-07-01"},
            "At the pace of four weeks the commitment until Jan 1, 2026 is used up on Jul 1, 2025.",
        ),
        (
            {
                "commitment_ends_on": "2026-01-01",
                "commitment_used_up_on": "2025-06-03",
                "commitment_unused": 0,
            },
            "The commitment until Jan 1, 2026 is used up.",
        ),
        (
            {"commitment_ends_on": "2026-01-01", "commitment_unused": 1_825},
            "At the pace of four weeks 1,825 units of the commitment are left over on Jan 1, 2026.",
        ),
        (
            {"commitment_ends_on": "2026-01-01", "commitment_unused": 0},
            "At the pace of four weeks the commitment is used whole by Jan 1, 2026.",
        ),
    ],
)
def test_where_a_commitment_leads(facts, said):
    assert commitment(facts) == said
