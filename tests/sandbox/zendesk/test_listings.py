"""Satisfaction ratings, and tickets by their ids."""

import pytest

from tests.integrations.zendesk.book import NOW_S, RATINGS, seed
from tests.rehearsal import Rehearsal
from tests.sandbox.zendesk.conftest import MANY, Zendesk, ids
from tests.sandbox.zendesk.conftest import RATINGS as PATH


def test_pages_of_ratings_lead_through_all_that_were_answered(zendesk: Zendesk):
    seen, query = [], {"score": "received", "page[size]": 7}
    while True:
        page = zendesk.read(PATH, **query)
        seen += ids(page, "satisfaction_ratings")
        query["page[after]"] = page["meta"]["after_cursor"]
        if not page["meta"]["has_more"]:
            break
    assert seen == [60_000 + each.number for each in RATINGS if each.score in {"good", "bad"}]


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ({"score": "offered"}, [each.number for each in RATINGS if each.score == "offered"]),
        ({"start_time": int(RATINGS[22].at.timestamp())}, [23, 24, 25, 26]),
        ({"score": "bad", "start_time": NOW_S - 86_400}, [25, 26]),
    ],
)
def test_ratings_by_answer_and_time(zendesk: Zendesk, query, numbers):
    assert ids(zendesk.read(PATH, **query), "satisfaction_ratings") == [60_000 + n for n in numbers]


def test_a_rating_is_offered_until_it_is_answered(sandbox: Rehearsal, zendesk: Zendesk):
    sandbox.set_clock(RATINGS[0].at.timestamp() - 1)
    [shown] = zendesk.read(PATH)["satisfaction_ratings"][:1]
    assert (shown["score"], shown["comment"]) == ("offered", None)
    assert zendesk.read(PATH, score="received")["satisfaction_ratings"] == []


def test_many_tickets_without_those_that_are_gone(zendesk: Zendesk):
    answer = zendesk.read(MANY, ids="5001,5035,4711,5002")
    assert (ids(answer, "tickets"), answer["count"]) == ([5_001, 5_002], 2)


@pytest.mark.parametrize("query", [{}, {"ids": ""}, {"ids": "1,x"}, {"ids": ",".join(["1"] * 101)}])
def test_ids_are_up_to_a_hundred_numbers(zendesk: Zendesk, query):
    assert zendesk.ask(MANY, query).status_code == 400


@pytest.mark.parametrize(
    "content",
    [
        {"tickets": [{"id": 1}]},
        {"organisations": []},
        {"organizations": [{**seed()["organizations"][0], "colour": "red"}]},
        {"organizations": [{**seed()["organizations"][0], "id": "1"}]},
    ],
)
def test_a_book_of_another_shape_is_refused(sandbox: Rehearsal, content):
    with pytest.raises(Exception, match="400"):
        sandbox.seed("zendesk", content)
