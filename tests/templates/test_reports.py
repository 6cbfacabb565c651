"""Reports in their forms: what somebody else wrote stays text, and every figure leads to its meaning."""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser

import pytest

from health import review_lines as lines
from health.brief import Brief, Message, OpenFlag, OpenTicket, Person, Renewal, Talk
from health.done import Outcome, PlayOutcomes
from health.family import Kin
from health.review import (
    Alerts,
    BandCount,
    Growth,
    Line,
    Meaning,
    Movements,
    Mover,
    Ranked,
    Review,
    RiskReason,
    SourceQuality,
    Withheld,
)
from templates.families import told
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
        alerts=Alerts(1, 1, 0, 1, 1),
        plays=(PlayOutcomes(name, name, 2, (Outcome("kept", 2),), 100.0, 34.0, 100.0, None),),
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


def brief(name: str = "Acme") -> Brief:
    """A brief with a row of everything, in which whatever others write is ``name``."""
    return Brief(
        key=name,
        name=name,
        as_of=date(2026, 6, 1),
        band="watch",
        by_hand=name,
        health=49.96,
        low=40.0,
        high=60.0,
        coverage_pct=80.0,
        delta=None,
        since=None,
        reasons=(name,),
        changes=(name,),
        ahead=(name,),
        figures=(Line("seats", "Seats bought", "count", unknown=name),),
        active_wording=name,
        csm=name,
        contacts=(Person(name, name),),
        renewal=Renewal("the review", date(2026, 7, 1), 30, None, None),
        flags=(OpenFlag("at_risk", name, "firing", "high", name, None),),
        talks=(Talk(name, name, (name, name), (name,), "csm", None),),
        tickets=(OpenTicket(name, date(2026, 5, 1), 31, name, name),),
        messages=(Message(date(2026, 5, 1), "alert", name, "sent"),),
        growth=Growth(name, name, None, None, "EUR", None, (name,)),
        kin=Kin(missing=name),
        family=told(Kin(missing=name)),
        notes=(name,),
        meanings=(Meaning("seats", "Seats bought", name, name, "csm"),),
    )


MAKE: Mapping[str, Callable[[str], Review | Brief]] = {"review": review, "brief": brief}


class Page(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.marks: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.marks += [name for name, _ in attrs]


def marks(page: str) -> tuple[list[str], list[str]]:
    """The tags of a page and the names of their attributes."""
    found = Page(page)
    return found.tags, found.marks


def shape(page: str) -> list[tuple[int, int]]:
    """The cells and links of each line of Markdown."""
    bare = re.sub(r"\\.", "", page)
    return [(line.count("|"), line.count("](")) for line in bare.splitlines()]


@pytest.mark.parametrize("text", PAYLOADS)
@pytest.mark.parametrize("name", MAKE)
def test_what_others_wrote_adds_nothing_to_a_page(name, text):
    hostile, plain = (report(name, MAKE[name](word), "html") for word in (text, "Acme"))
    assert marks(hostile) == marks(plain)


@pytest.mark.parametrize("text", PAYLOADS)
@pytest.mark.parametrize("name", MAKE)
def test_what_others_wrote_adds_no_line_cell_or_link_to_markdown(name, text):
    hostile, plain = (report(name, MAKE[name](word), "markdown") for word in (text, "Acme"))
    assert shape(hostile) == shape(plain)


def test_a_score_is_never_rounded_into_the_next_band():
    assert "49.9" in report("brief", brief(), "markdown")


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


@pytest.mark.parametrize("form", ["html", "markdown"])
def test_as_much_as_a_large_book_gives_is_rendered(form):
    made = review()
    large = replace(
        made,
        licences=made.licences * 15,
        revenue=made.revenue * 15,
        outcomes=made.outcomes * 40,
        plays=made.plays * 40,
        growth=made.growth * 10,
        ranked=made.ranked * 10,
        sources=made.sources * 12,
        withheld=made.withheld * 500,
    )
    assert report("review", large, form).count("Acme") > 500
