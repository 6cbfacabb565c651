"""`seatsignal metrics`: all by family, one in full, and the page."""

import pytest

from config.metrics import entries, load_metrics
from tests import book
from tests.cli.conftest import Seatsignal

CATALOGUE = load_metrics()
ENTRIES = entries(CATALOGUE)
FIRST = [next(iter(family.entries)) for family in CATALOGUE.values()]


def test_all_are_listed_by_family(seatsignal: Seatsignal):
    lines = seatsignal("metrics").out.splitlines()
    assert [line.split()[1] for line in lines[1:]] == list(ENTRIES)
    listed = seatsignal("metrics", "--json").document
    assert [(row["name"], row["kind"]) for row in listed] == [
        (name, "figure" if entry.function else "measure") for name, entry in ENTRIES.items()
    ]


@pytest.mark.parametrize("name", [*FIRST, "validation_failures", "utilisation_reading"])
def test_one_is_told_in_full(seatsignal: Seatsignal, name):
    told, entry = " ".join(seatsignal("metrics", name).out.split()), ENTRIES[name]
    for text in (entry.definition, entry.tells, *entry.questions, *entry.pitfalls, *entry.inputs):
        assert " ".join(text.split()) in told
    for bands in entry.bands.values():
        assert all(band.word in told for band in bands)
    assert all(step.to_do in told for step in entry.next_steps.values())


def test_the_example_is_computed_when_it_is_told(seatsignal: Seatsignal, monkeypatch):
    assert seatsignal("metrics", "utilisation_pct", "--json").document["example"]["gives"] == 60
    monkeypatch.setattr("health.seats.utilisation", lambda active_users, seats: 61.5)  # noqa: ARG005
    assert "    61.5" in seatsignal("metrics", "utilisation_pct").out


def test_a_program_gets_every_field(seatsignal: Seatsignal):
    told = seatsignal("metrics", "validation_failures", "--json").document
    assert told["next_steps"]["rate_limited"]["recipient"] == "sales"
    assert told["bands"]["default"][0] == {"at": 0, "word": "normal"}
    assert told["example"]["gives"][0]["of_all"]["pct"] == 4


def test_an_unknown_name_is_answered_with_the_nearest(seatsignal: Seatsignal):
    done = seatsignal("metrics", "net_revenue_retension")
    assert (done.status, done.out) == (1, "")
    assert "did you mean 'net_revenue_retention'?" in done.err


def test_the_page_goes_to_standard_output(seatsignal: Seatsignal):
    done = seatsignal("metrics", "--markdown")
    assert done.out.startswith("# The metric catalogue\n")
    assert f"### {list(ENTRIES)[-1]}\n" in done.out


def test_what_a_figure_comes_to_today(eve: Seatsignal):
    done = eve("metrics", "mrr", "--value", "--json").document
    assert (done["as_of"], done["accounts"]) == (str(book.DAY), len(book.ACCOUNTS))
    assert done["found"] == {"all": {"EUR": 10_000 * len(book.ACCOUNTS)}}
    lines = eve("metrics", "mrr", "--value").out.splitlines()
    assert lines[0] == f"Monthly recurring revenue as of {book.DAY}, {len(book.ACCOUNTS)} accounts (a month)"
    assert lines[2].split() == ["all", "EUR", "1,200", "-", "-", "-", "-"]
    lines = eve("metrics", "utilisation", "--value").out.splitlines()
    assert lines[2].split() == ["all", "used", "87.5", "79.41", "92.7", "84", "96"]


def test_by_segment_every_account_is_in_one(eve: Seatsignal):
    done = eve("metrics", "active_licences", "--by", "country", "--json").document
    assert done["found"] == {"DE": {"": 8 * len(book.ACCOUNTS)}}
    by_plan = eve("metrics", "active_licences", "--by", "plan", "--json").document
    assert by_plan["found"] == {"unknown": {"": 8 * len(book.ACCOUNTS)}}
    by_month = eve("metrics", "active_licences", "--by", "start_month", "--json").document
    assert by_month["found"] == {f"{book.TERM_START:%Y-%m}": {"": 8 * len(book.ACCOUNTS)}}


def test_how_a_figure_lies_over_accounts(eve: Seatsignal):
    told = eve("metrics", "utilisation", "--value", "--json").document["found"]["all"]["used"]
    assert (told["part"], told["whole"]) == (7 * len(book.ACCOUNTS), 8 * len(book.ACCOUNTS))
    spread = eve("metrics", "utilisation", "--spread", "--json").document["found"]["all"]["used"]
    assert (spread["size"], spread["median"], spread["quartile_1"]) == (len(book.ACCOUNTS), 87.5, 87.5)
    lines = eve("metrics", "utilisation", "--spread").out.splitlines()
    assert lines[2].split() == ["all", "used", "87.5", "87.5", "87.5", "-", str(len(book.ACCOUNTS))]


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (["seats", "--value"], 1, "seats is not computed over all accounts yet"),
        (["mrr", "--by", "colour"], 2, "'colour' is none of customer_type"),
    ],
)
def test_what_cannot_be_computed_is_said(seatsignal: Seatsignal, words, status, said):
    done = seatsignal("metrics", *words, COLUMNS="200")
    assert (done.status, done.out) == (status, "")
    assert said in done.err
