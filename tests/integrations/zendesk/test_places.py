"""Where a page leads, and which pages cannot follow the one before."""

import pytest

from integrations.errors import RetryLater
from integrations.zendesk import organizations, ratings, tickets
from integrations.zendesk.answers import (
    Many,
    Meta,
    Organization,
    Organizations,
    Owned,
    Rating,
    Ratings,
    Ticket,
    Tickets,
)
from integrations.zendesk.instants import day, milliseconds, seconds
from integrations.zendesk.place import Place

AT_S = 1_780_293_600
AT = "2026-06-01T06:00:00Z"
ORG = Organization(id=1, updated_at=AT)
TICKET = Ticket(id=1, generated_timestamp=AT_S, updated_at="2026-05-01T06:00:00Z")
RATING = Rating(id=1)
CONTRADICTION, REPEATED = "unexpected_answer", "repeated_page"


def page(*rows: Organization, end_time: int | None, count: int = 0, end: bool = False) -> Organizations:
    return Organizations(organizations=rows, end_time=end_time, count=count, end_of_stream=end)


def exported(*rows: Ticket, after: str | None, end: bool = False) -> Tickets:
    return Tickets(tickets=rows, after_cursor=after, end_of_stream=end)


def listed(*rows: Rating, more: bool, after: str | None = None) -> Ratings:
    return Ratings(satisfaction_ratings=rows, meta=Meta(more, after))


ORGS_AT = Place(organizations_s=AT_S)
TICKETS_AT = Place(tickets_cursor="b", tickets_s=AT_S + 5)
RATINGS_AT = Place(ratings_cursor="b", ratings_began_s=AT_S, ratings_s=5)


@pytest.mark.parametrize(
    ("place", "answer", "expected"),
    [
        (ORGS_AT, page(ORG, end_time=AT_S + 9), Place(organizations_s=AT_S + 9)),
        (ORGS_AT, page(ORG, end_time=AT_S, end=True), Place(organizations_s=AT_S, edge=(1,))),
        (ORGS_AT, page(end_time=None, end=True), ORGS_AT),
        (ORGS_AT, page(end_time=None), CONTRADICTION),
        (ORGS_AT, page(end_time=AT_S + 9, count=1, end=True), CONTRADICTION),
        (ORGS_AT, page(ORG, end_time=None, end=True), CONTRADICTION),
        (ORGS_AT, page(ORG, end_time=AT_S), REPEATED),
        (ORGS_AT, page(ORG, end_time=AT_S - 1, end=True), REPEATED),
    ],
)
def test_a_page_of_organizations_leads_on(place: Place, answer: Organizations, expected: Place | str) -> None:
    assert outcome(lambda: organizations.after(place, answer)) == expected


@pytest.mark.parametrize(
    ("place", "answer", "expected"),
    [
        (Place(), exported(TICKET, after="c"), Place(tickets_cursor="c", tickets_s=AT_S)),
        (TICKETS_AT, exported(TICKET, after="c", end=True), Place(tickets_cursor="c", tickets_s=AT_S + 5)),
        (TICKETS_AT, exported(TICKET, after=None, end=True), Place(tickets_s=AT_S + 5)),
        (TICKETS_AT, exported(after="z", end=True), TICKETS_AT),
        (TICKETS_AT, exported(after=None, end=True), TICKETS_AT),
        (TICKETS_AT, exported(after="c"), CONTRADICTION),
        (TICKETS_AT, exported(TICKET, after=None), CONTRADICTION),
        (TICKETS_AT, exported(TICKET, after="b"), REPEATED),
        (TICKETS_AT, exported(TICKET, after="b", end=True), REPEATED),
        (TICKETS_AT, exported(TICKET, after="a"), REPEATED),
    ],
)
def test_a_page_of_tickets_leads_on(place: Place, answer: Tickets, expected: Place | str) -> None:
    assert outcome(lambda: tickets.after(place, answer, {"a", "b"})) == expected


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (listed(RATING, more=True, after="c"), Place(ratings_cursor="c", ratings_began_s=AT_S, ratings_s=5)),
        (listed(RATING, more=False, after="c"), Place(ratings_began_s=AT_S, ratings_s=AT_S)),
        (listed(more=False), Place(ratings_began_s=AT_S, ratings_s=AT_S)),
        (listed(more=True, after="c"), CONTRADICTION),
        (listed(RATING, more=True), CONTRADICTION),
        (listed(RATING, more=True, after="b"), REPEATED),
        (listed(RATING, more=True, after="a"), REPEATED),
    ],
)
def test_a_page_of_ratings_leads_on(answer: Ratings, expected: Place | str) -> None:
    assert outcome(lambda: ratings.after(RATINGS_AT, answer, {"a", "b"})) == expected


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (Many((Owned(1, 9), Owned(2)), 2), {1: 9}),
        (Many(()), {}),
        (Many((), 2), CONTRADICTION),
        (Many((Owned(3, 9),), 1), CONTRADICTION),
    ],
)
def test_tickets_by_id_are_those_that_were_asked_for(answer: Many, expected: dict[int, int] | str) -> None:
    assert outcome(lambda: ratings.owners([1, 2], answer)) == expected


def outcome(made: object) -> object:
    """What comes of it, or the reason why nothing does."""
    assert callable(made)
    try:
        return made()
    except RetryLater as error:
        return error.reason


def test_the_last_second_is_remembered_in_part() -> None:
    many = [Organization(id=number, updated_at=AT) for number in range(1_000)]
    place = organizations.after(Place(), page(*many, end_time=AT_S, end=True))
    assert len(place.edge) == organizations.EDGE
    assert len(place.cursor) < 1_000


@pytest.mark.parametrize(
    "cursor", [None, "", "not json", "[]", '{"listing": "tickets"}', '{"tickets_s": "x"}']
)
def test_a_cursor_that_nobody_understands_is_the_beginning(cursor: str | None) -> None:
    assert Place.of(cursor) == Place()


@pytest.mark.parametrize("place", [Place(), ORGS_AT, TICKETS_AT, RATINGS_AT, Place(edge=(1, 2))])
def test_a_place_is_the_one_its_cursor_names(place: Place) -> None:
    assert Place.of(place.cursor) == place


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (AT, AT_S),
        ("2026-06-01T08:00:00+02:00", AT_S),
        ("2026-06-01T06:00:00.750Z", AT_S),
        ("brand_new", None),
        ("", None),
        (None, None),
        ("0001-01-01T00:00:00+05:00", None),
    ],
)
def test_instants(text: str | None, expected: int | None) -> None:
    assert seconds(text) == expected
    assert milliseconds(text) == (None if expected is None else expected * 1_000)
    assert (day(text) is None) == (expected is None)
