"""`seatsignal report`: the same value in three formats, of a month in which something happened."""

import json
import re
from datetime import date
from html.parser import HTMLParser

import pytest

from tests import book
from tests.cli.conftest import Seatsignal

MONTH = ("report", "--month", "2026-06")


@pytest.fixture
def june(owing: Seatsignal) -> Seatsignal:
    """The book on the 2nd of June: it was judged on the eve of the month, and the news came on the 1st."""
    database = owing.database()
    book.set_day(database, date(2026, 6, 2))
    database.close()
    return owing


def test_the_review_says_what_happened(june: Seatsignal):
    told = june(*MONTH, "--json").document
    assert (told["as_of"], told["so_far"], told["accounts"]) == ("2026-06-02", True, len(book.ACCOUNTS))
    assert {each["band"]: (each["accounts"], each["before"]) for each in told["bands"]} == {
        "at_risk": (1, 0),
        "watch": (1, 0),
        "healthy": (len(book.ACCOUNTS) - 2, len(book.ACCOUNTS)),
        "unknown": (0, 0),
    }
    (entered,) = told["movements"]["entered"]
    assert (entered["key"], entered["before"], entered["csm"]) == (book.LEAVING, "healthy", "Ann Lee")
    assert "cancelling" in entered["reason"] or "cap" in entered["reason"]
    assert told["movements"]["left"] == []
    assert told["risks"] == [{"reason": "explicit intent", "accounts": 1, "minor": 120_000}]
    assert [each["key"] for each in told["ranked"]] == [book.LEAVING, book.UNPAID]
    withheld = {each["what"]: (each["why"], each["times"]) for each in told["withheld"]}
    waits = "waits to be sent"
    assert withheld == {"alert": (waits, 3), "failed_payment": (waits, 1), "renewal": (waits, 1)}
    assert told["sources"][0]["match_pct"] == 100
    assert {line["figure"]: line["value"] for line in told["revenue"]}["mrr"] == 10_000 * len(book.ACCOUNTS)


class Parsed(HTMLParser):
    """What a page holds: tags in order, text, and the places that links lead to."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def test_the_page_needs_nothing_beside_it_and_is_whole(june: Seatsignal, tmp_path):
    file = tmp_path / "review.html"
    done = june(*MONTH, "--format", "html", "--out", str(file))
    assert done.out == f"Written to {file}.\n"
    page = Parsed(file.read_text(encoding="utf-8"))
    assert {"script", "link", "img", "iframe"} & {tag for tag, _ in page.tags} == set()
    places = {attributes["id"] for _, attributes in page.tags if "id" in attributes}
    links = [str(attributes["href"]) for tag, attributes in page.tags if tag == "a"]
    assert links
    assert {link.removeprefix("#") for link in links} <= places
    assert all("scope" in attributes for tag, attributes in page.tags if tag == "th")
    assert [tag for tag, _ in page.tags if tag == "h1"] == ["h1"]
    assert "Account a1" in "".join(page.words)


def test_markdown_says_the_same_figures(june: Seatsignal):
    told, text = june(*MONTH, "--json").document, june(*MONTH).out
    assert text.startswith("# Review of 2026-06\n")
    for line in (*told["licences"], *told["revenue"], *told["renewals"], *told["use"]):
        assert f"[{line['title']}](#{line['figure']})" in text
        assert f"\n### {line['figure']}\n" in text
        assert line["value"] is not None or line["unknown"] in text
    tables = re.findall(r"(?:^\|.*\n)+", text, re.MULTILINE)
    widths = [{row.replace("\\|", "").count("|") for row in table.splitlines()} for table in tables]
    assert all(len(each) == 1 for each in widths)


def test_before_anything_was_judged_nothing_is_made_up(seatsignal: Seatsignal):
    told = seatsignal("report", "--month", "2020-02", "--format", "json").document
    assert not told["judged"]
    assert {each["accounts"] for each in told["bands"]} == {None}
    assert told["movements"]["unknown"] == "no account had a verdict before 2020-02-01"
    words = Parsed(seatsignal("report", "--month", "2020-02", "--format", "html").out).words
    assert "Not known: no account had a verdict." in words


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (["report"], 2, "one of them is needed"),
        (["report", "--month", "2026-05", "--quarter", "2026-Q2"], 2, "one of them is needed"),
        (["report", "--month", "May"], 2, "neither a month"),
        (["report", "--month", "2026-Q2"], 2, "2026-Q2 is none"),
        (["report", "--quarter", "2026-05"], 2, "2026-05 is none"),
        (["report", "--month", "2026-05", "--format", "pdf"], 2, "'pdf' is none of markdown, html, json"),
        (["report", "--month", "2026-05", "--currency", "euro"], 2, "no code such as EUR"),
        (["report", "--month", "2900-06"], 1, "no day of it is over yet"),
    ],
)
def test_what_cannot_be_reviewed_is_refused(seatsignal: Seatsignal, words, status, said):
    done = seatsignal(*words, COLUMNS="200")
    assert (done.status, done.out) == (status, "")
    assert said in done.err


def test_targets_are_read_from_a_file_of_your_own(june: Seatsignal, tmp_path):
    file = tmp_path / "targets.yaml"
    file.write_text(json.dumps([{"figure": "mrr", "currency": "EUR", "value": 1_500}]), encoding="utf-8")
    told = june(*MONTH, "--json", SEATSIGNAL_TARGETS=str(file)).document
    line = next(line for line in told["revenue"] if line["figure"] == "mrr")
    assert (line["target"], line["standing"]) == (150_000, "below")
    file.write_text(json.dumps([{"figure": "mrr", "value": 1}]), encoding="utf-8")
    refused = june(*MONTH, SEATSIGNAL_TARGETS=str(file))
    assert (refused.status, "mrr needs a currency" in refused.err) == (1, True)


def test_the_brief_says_what_explain_says_and_whom_to_talk_to(june: Seatsignal):
    told = june("report", "--account", book.LEAVING, "--json").document
    explained = june("explain", book.LEAVING, "--json").document
    assert (told["health"], told["band"]) == (explained["health"], "at_risk")
    assert told["reasons"] == explained["reasons"]
    assert told["changes"] == explained["delta"]["words"]
    assert told["ahead"] == explained["outlook"]["words"]
    assert told["delta"] == pytest.approx(explained["delta"]["points"])
    assert told["contacts"] == [{"role": "billing", "name": f"Dana of {book.LEAVING}"}]
    assert [flag["reason"] for flag in told["flags"]] == ["cancel_ticket", "band"]
    assert told["talks"][0]["title"] == "A ticket speaks of cancelling"
    assert told["talks"][0]["due_on"] == "2026-06-02"
    assert [(each["ticket"], each["days"]) for each in told["tickets"]] == [("t1", 1)]
    assert [(each["template"], each["status"]) for each in told["messages"]] == [("alert", "due")]
    assert (told["renewal"]["anchor"], told["renewal"]["term_ends_on"]) == (
        "the end of the term",
        str(book.LATER),
    )
    values = {line["figure"]: line["value"] for line in told["figures"]}
    assert (values["seats"], values["utilisation_pct"], values["revenue_at_risk"]) == (8, 87.5, 120_000)
    assert {line["unknown"] for line in told["figures"] if line["value"] is None} == {"no source tells"}


@pytest.mark.parametrize("form", ["markdown", "html", "json"])
@pytest.mark.parametrize("account", [book.LEAVING, book.RENEWING])
def test_a_brief_names_people_and_no_address(june: Seatsignal, form, account):
    text = june("report", "--account", account, "--format", form).out
    assert f"Dana of {account}" in text
    assert "@" not in text.replace("@media", "")


def test_of_an_account_that_nobody_judged_there_is_no_brief(seatsignal: Seatsignal):
    done = seatsignal("report", "--account", "nobody")
    assert (done.status, done.out) == (1, "")
    assert done.complaint == ["No verdict on 'nobody': is the key right, and has `seatsignal assess` run?"]
