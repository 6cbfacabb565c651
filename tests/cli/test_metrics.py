"""`seatsignal metrics`: all by family, one in full, and the page."""

from contextlib import closing

import pytest

from config.metrics import entries, load_metrics
from store.database import Database
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
    monkeypatch.setattr("health.seats.utilisation", lambda active_users, seats: 61.5)  # noqa: ARG005 - called by name
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
    everybody = f"{len(book.ACCOUNTS)} accounts, all covered"
    assert lines[0] == f"Monthly recurring revenue as of {book.DAY}, {everybody} (a month)"
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


def test_a_measure_is_told_as_it_lies_over_accounts(eve: Seatsignal):
    told = eve("metrics", "utilisation_pct", "--value", "--json").document
    assert (told["accounts"], told["covered"]) == (len(book.ACCOUNTS), len(book.ACCOUNTS))
    assert told["found"]["all"][""]["median"] == 87.5
    assert (
        told["bands"]["all"][""]["strong"] | {"part": 12, "whole": 12} == told["bands"]["all"][""]["strong"]
    )
    lines = eve("metrics", "cancelling", "--by", "country").out.splitlines()
    assert lines[2].split()[:3] == ["DE", "-", "0"]
    assert lines[2].split()[-2:] == ["0", "12"]


def test_what_is_not_known_of_an_account_is_counted_and_no_zero(eve: Seatsignal):
    told = eve("metrics", "assigned_pct", "--value", "--json").document
    assert (told["covered"], told["states"]) == (0, {"unknown": 12, "not applicable": 0})
    assert told["found"] == {}
    lines = eve("metrics", "assigned_pct", "--value")
    assert "12 accounts, 0 covered, 12 unknown (%)" in lines.out
    assert "Nothing is known of it." in lines.err + lines.out
    signed_in = eve("metrics", "signed_in_users", "--value", "--json").document
    assert (signed_in["covered"], signed_in["found"]) == (0, {})


def test_what_a_figure_needs_is_said_where_it_is_not_there(eve: Seatsignal):
    told = eve("metrics", "feature_breadth", "--value", "--json").document
    assert told["found"] == {}
    assert told["needs"].startswith("rows of use that name their users (`user_id`), and core features named")


def test_the_ten_at_the_worse_end_are_named(eve: Seatsignal):
    worst = eve("metrics", "days_to_renewal", "--worst", "--json").document["worst"]
    assert len(worst) == 10
    assert (worst[0]["account"], worst[0]["name"]) == (book.RENEWING, f"Account {book.RENEWING}")
    assert worst[0]["value"] == (book.SOON - book.DAY).days < worst[1]["value"]
    figure = eve("metrics", "revenue_at_risk", "--worst").out.splitlines()
    assert figure[-10].split() == ["EUR", "a0", "Account", "a0", "1,200"]


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (["benchmark", "--value"], 1, "benchmark has no value for the book: It stands beside a number that"),
        (["mrr", "--by", "colour"], 2, "'colour' is none of customer_type"),
    ],
)
def test_what_cannot_be_computed_is_said(seatsignal: Seatsignal, words, status, said):
    done = seatsignal("metrics", *words, COLUMNS="200")
    assert (done.status, done.out) == (status, "")
    assert said in done.err


USERS = """account_id,day,user_id,feature:export,sign_ins
a1,2026-05-30,ada,3,1
a1,2026-05-30,bob,0,1
a1,2026-05-12,cyd,1,1
"""
LISTED = "account_id,user_id,role,department\na1,ada,admin,law\na1,bob,user,law\na1,cyd,user,tax\n"


def test_figures_of_people_are_told_from_rows_that_name_them(seatsignal: Seatsignal, tmp_path):
    folder = tmp_path / "named"
    folder.mkdir()
    (folder / "usage.csv").write_text(USERS)
    (folder / "seats.csv").write_text(LISTED)
    assert seatsignal("import", str(folder)).status == 0
    with closing(Database(seatsignal.url)) as database:
        book.set_day(database, book.DAY)
    adopted = seatsignal("metrics", "feature_adoption", "--value", "--json").document["found"]["all"]
    assert (adopted["feature:export"]["part"], adopted["feature:export"]["whole"]) == (2, 3)
    by = seatsignal("metrics", "utilisation_by_department", "--value", "--json").document["found"]["all"]
    assert {name: (each["part"], each["whole"]) for name, each in by.items()} == {
        "law": (2, 2),
        "tax": (1, 1),
        "role admin": (1, 1),
        "role user": (2, 2),
    }
    left = seatsignal("metrics", "departed_users", "--worst", "--json").document["worst"]
    assert [(each["account"], each["value"]) for each in left] == [("a1", 1)]
    licences = seatsignal("metrics", "active_licences", "--value", "--json").document
    assert (licences["accounts"], licences["covered"], licences["found"]) == (1, 0, {})  # nobody states any
