"""Listings are read to their end, never in circles, and past rows that have left them."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.errors import IntegrationError, Rejected, RetryLater
from integrations.http import Query
from integrations.stripe.answers import Listing, Reply
from integrations.stripe.paging import pages

ROWS = [Reply(id=f"x_{n}", created=1_000 - n) for n in range(7)]


def served(
    rows: list[Reply], size: int = 3, gone: str = "", asked: list[Query] | None = None
) -> Callable[[Query], Listing[Reply]]:
    """A listing as Stripe serves it, one of whose rows is no cursor any more."""

    def ask(where: Query) -> Listing[Reply]:
        if asked is not None:
            asked.append(where)
        left = rows
        if "created[lte]" in where:
            left = [row for row in rows if (row.created or 0) <= int(str(where["created[lte]"]))]
        if "starting_after" in where:
            after = where["starting_after"]
            if after == gone:
                raise Rejected("status_400")
            left = rows[[row.id for row in rows].index(str(after)) + 1 :]
        return Listing(data=tuple(left[:size]), has_more=len(left) > size)

    return ask


def read(ask: Callable[[Query], Listing[Reply]], after: str = "", after_s: int = 0) -> list[str]:
    return [row.id for page in pages(ask, after, after_s) for row in page.data]


@given(st.integers(0, 30), st.integers(1, 9), st.data())
def test_every_row_behind_a_place_is_read_once(count: int, size: int, data: st.DataObject) -> None:
    rows = [Reply(id=f"x_{n}", created=count - n) for n in range(count)]
    ids = [row.id for row in rows]
    start = data.draw(st.integers(0, count))
    after = ids[start - 1] if start else ""
    assert read(served(rows, size), after, 1) == ids[start:]


def test_a_row_that_has_left_the_listing_is_passed_by_its_time() -> None:
    asked: list[Query] = []
    left = [row for row in ROWS if row.id != "x_2"]
    assert read(served(left, gone="x_2", asked=asked), "x_2", 998) == ["x_3", "x_4", "x_5", "x_6"]
    assert asked[:2] == [{"starting_after": "x_2"}, {"created[lte]": 998}]


def test_rows_of_the_same_second_are_read_twice_rather_than_never() -> None:
    same = [Reply(id=f"x_{n}", created=1_000) for n in range(7) if n != 2]
    assert set(read(served(same, gone="x_2"), "x_2", 1_000)) >= {"x_3", "x_4", "x_5", "x_6"}


@pytest.mark.parametrize(("after_s", "reason"), [(0, "status_400"), (1_000, "status_403")])
def test_other_refusals_are_passed_on(after_s: int, reason: str) -> None:
    def ask(where: Query) -> Listing[Reply]:
        del where
        raise Rejected(reason)

    with pytest.raises(Rejected, match=reason):
        read(ask, "x_2", after_s)


def test_a_refusal_of_the_first_page_is_passed_on() -> None:
    def ask(where: Query) -> Listing[Reply]:
        del where
        raise Rejected("status_404")

    with pytest.raises(Rejected):
        read(ask)


@pytest.mark.parametrize(
    ("answers", "reason"),
    [
        ([ROWS[:3], ROWS[:3]], "repeated_page"),
        ([ROWS[:3], ROWS[2:5]], "repeated_page"),
        ([ROWS[:3], ROWS[3:5], ROWS[:3]], "repeated_page"),
        ([[]], "unexpected_answer"),
        ([ROWS[:3], []], "unexpected_answer"),
    ],
)
def test_circles_and_emptied_pages_end_it(answers: list[list[Reply]], reason: str) -> None:
    left = iter(answers)

    def ask(where: Query) -> Listing[Reply]:
        del where
        return Listing(data=tuple(next(left)), has_more=True)

    with pytest.raises(IntegrationError) as caught:
        read(ask)
    assert (type(caught.value), caught.value.reason) == (RetryLater, reason)
