"""What a bad day does to an answer: to its records, and to nothing that says whose they are."""

import pytest

from sandbox.alterations import ALTERATIONS

ANSWER = {
    "object": "list",
    "has_more": True,
    "data": [
        {"id": "sub_1", "status": "active", "seats": 5, "items": {"data": [{"id": "si_1", "price": 9}]}}
    ],
    "results": [["acct-1", "2026-05-31", 7]],
}


@pytest.mark.parametrize(
    ("name", "record", "row"),
    [
        (
            "nulls",
            {
                "id": "sub_1",
                "status": None,
                "seats": None,
                "items": {"data": [{"id": "si_1", "price": None}]},
            },
            [None, None, None],
        ),
        ("missing", {"id": "sub_1", "items": {"data": [{"id": "si_1"}]}}, ["acct-1", "2026-05-31"]),
        (
            "new_words",
            {
                "id": "sub_1",
                "status": "brand_new",
                "seats": 5,
                "items": {"data": [{"id": "si_1", "price": 9}]},
            },
            ["acct-1", "2026-05-31", 7],
        ),
        (
            "wrong_types",
            {
                "id": "sub_1",
                "status": 7,
                "seats": "seven",
                "items": {"data": [{"id": "si_1", "price": "seven"}]},
            },
            [7, 7, "seven"],
        ),
    ],
)
def test_records_change_and_the_frame_stays(name, record, row):
    assert ALTERATIONS[name](ANSWER) == {**ANSWER, "data": [record], "results": [row]}


def test_an_emptied_answer_keeps_its_frame():
    assert ALTERATIONS["emptied"](ANSWER) == {**ANSWER, "data": [], "results": []}
