"""What a manager reads of a week."""

import json

import msgspec

from templates.content import BandCounts
from templates.render import render
from templates.week import WeekContent
from tests.templates.examples import WEEK, payload


def lines(content: WeekContent) -> list[str]:
    blocks = json.loads(render("week", payload(content)))["blocks"]
    return [line for block in blocks if "text" in block for line in block["text"]["text"].splitlines()]


def test_bands_are_told_beside_those_of_a_week_ago() -> None:
    assert "• *3* at risk, 5 a week ago" in lines(WEEK)
    assert "• *3* at risk" in lines(msgspec.structs.replace(WEEK, before=None))


def test_owners_are_mentioned_only_where_they_are_people() -> None:
    assert "• <@U01ROBIN>: 4 told, 2 taken on, 2 still open" in lines(WEEK)
    assert "• #customer-success: 1 told, 0 taken on, 1 still open" in lines(WEEK)


def test_a_week_without_news_says_so() -> None:
    quiet = WeekContent(first=WEEK.first, last=WEEK.last, counts=BandCounts(healthy=3))
    assert lines(quiet)[-2:] == ["No alert was told.", "Nothing is overdue."]
    assert not any("Revenue" in line for line in lines(quiet))
