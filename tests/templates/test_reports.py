"""Reports in their forms: what somebody else wrote stays text, and every figure leads to its meaning."""

import re
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser

import pytest

from health import review_lines as lines
from health.review import (
    Alerts,
    BandCount,
    Growth,
    Meaning,
    Movements,
    Mover,
    Ranked,
    Review,
    RiskReason,
    SourceQuality,
    Withheld,
)
from templates.markdown import literal
from templates.reports import report
from tests.health.reviewed import BOOK, tallied
from tests.templates.test_injection import PAYLOADS


def review(name: str = "Acme") -> Review:
    """A review with a row of everything, in which whatever others write is ``name``."""
    tally = tallied(BOOK)
    told = (*lines.licences(tally), *lines.renewals(tally))
    return Review(
        period="2026-05",
        company=name,
        first=date(2026, 5, 1),
        last=date(2026, 5, 31),
        as_of=date(2026, 6, 1),
        known_on=date(2026, 6, 1),
        so_far=False,
        accounts=3,
        currency="EUR",
        licences=tuple(replace(line, of=name) for line in lines.licences(tally)),
        revenue=tuple(lines.revenue(tally)),
        use=tuple(lines.use(tally)),
        renewals=tuple(lines.renewals(tally)),
        over_a_year=tuple(lines.over_a_year(tally)),
        outcomes=lines.outcomes(tally),
        bands=(BandCount("at_risk", 1, None),),
        movements=Movements((Mover(name, name, "at_risk", "", 40.0, None, name, name),), (), 2),
        alerts=Alerts(1, 1, 0, 1),
        risks=(RiskReason(name, 1, None),),
        growth=(Growth(name, name, 3, 900, "EUR", None, (name, name)),),
        growth_more=1,
        uplift_minor=900,
        ranked=(Ranked(name, name, "watch", 60.0, 4, name, None, None, None, "", name),),
        friction=tuple(replace(line, of=name) for line in lines.friction(tally)),
        sources=(SourceQuality(name, None, 1, 2, 50.0, None, 3),),
        withheld=(Withheld(name, name, 2),),
        notes=(name,),
        meanings=tuple(Meaning(line.figure, line.title, "is", "a ÷ b", "csm") for line in told),
    )


class Page(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.marks: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.marks += [name for name, _ in attrs]


PLAIN_PAGE = Page(report("review", review(), "html"))


@pytest.mark.parametrize("text", PAYLOADS)
def test_what_others_wrote_adds_nothing_to_a_page(text):
    page = Page(report("review", review(text), "html"))
    assert (page.tags, page.marks) == (PLAIN_PAGE.tags, PLAIN_PAGE.marks)


@pytest.mark.parametrize("text", PAYLOADS)
def test_what_others_wrote_adds_no_line_cell_or_link_to_markdown(text):
    def shape(page: str) -> list[tuple[int, int]]:
        bare = re.sub(r"\\.", "", page)
        return [(line.count("|"), line.count("](")) for line in bare.splitlines()]

    assert shape(report("review", review(text), "markdown")) == shape(report("review", review(), "markdown"))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("active_licences", "active_licences"),
        ("_quiet_", r"\_quiet\_"),
        ("a|b", r"a\|b"),
        ("[x](https://evil.example)", r"\[x\](https\://evil.example)"),
        ("www.evil.example", r"www\.evil.example"),
        ("<b>&amp; Q&A", r"\<b\>\&amp; Q&A"),
        ("# one\ntwo", r"\# one two"),
        ("@channel", r"\@channel"),
    ],
)
def test_text_stays_text_in_markdown(text, shown):
    assert literal(text) == shown
    assert literal(literal(text)) == shown


@pytest.mark.parametrize("form", ["html", "markdown"])
def test_what_is_not_known_is_said_so_and_never_0(form):
    page = report("review", review(), form)
    assert "not known: no term ended" not in page
    nothing = replace(review(), renewals=tuple(lines.renewals(tallied([]))))
    assert page.count("no term ended in the period") < report("review", nothing, form).count(
        "not known: no term ended in the period"
    )
