"""`seatsignal done`: what came of an alert's play is appended, audited and summed up."""

import json

import pytest

from tests import book
from tests.cli.conftest import Seatsignal


def rows(commands: Seatsignal, query: str) -> list[tuple[object, ...]]:
    database = commands.database()
    with database.read() as connection:
        found = [tuple(row) for row in connection.exec_driver_sql(query).all()]
    database.close()
    return found


def test_the_play_of_the_weightiest_flag_is_done_and_reviewed(owing: Seatsignal):
    note = "they  stay\nfor a year"
    told = owing("done", book.LEAVING, "--outcome", "kept", "--note", note, "--json").document
    assert told == {
        "account": book.LEAVING,
        "signal": "cancel_ticket",
        "play": "A ticket speaks of cancelling",
        "outcome": "kept",
    }
    assert owing("done", book.LEAVING, "--outcome", "no_answer", "--signal", "band").status == 0
    found = rows(owing, "SELECT signal, outcome, note, told_on, done_on FROM play_outcomes ORDER BY id")
    day = str(book.DAY)
    assert found == [
        ("cancel_ticket", "kept", "they stay for a year", day, day),
        ("band", "no_answer", "", day, day),
    ]
    audited = rows(owing, "SELECT about, detail FROM audit WHERE action = 'play_done' ORDER BY id")
    assert audited == [(book.LEAVING, "cancel_ticket: kept"), (book.LEAVING, "band: no_answer")]
    database = owing.database()
    book.set_day(database, book.DAY.replace(day=2))
    database.close()
    review = owing("report", "--month", "2026-06", "--json").document
    assert review["alerts"]["done"] == 2
    assert {each["signal"]: (each["kept_pct"], each["median_days"]) for each in review["plays"]} == {
        "cancel_ticket": (100.0, 0.0),
        "band": (None, 0.0),
    }


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        ([book.LEAVING], 2, "Missing option"),
        ([book.LEAVING, "--outcome", "won"], 2, "'won' is none of kept"),
        ([book.LEAVING, "--outcome", "kept", "--note", "x" * 501], 2, "at most 500 characters"),
        (
            [book.LEAVING, "--outcome", "kept", "--signal", "bend"],
            1,
            "did you mean 'band'?; open: cancel_ticket",
        ),
        (["a0", "--outcome", "kept"], 1, "No alert of 'a0' that has a play is open."),
        (["nobody", "--outcome", "kept"], 1, "No verdict on 'nobody'"),
    ],
)
def test_what_was_not_open_cannot_be_done(owing: Seatsignal, words, status, said):
    done = owing("done", *words, COLUMNS="200")
    assert (done.status, done.out) == (status, "")
    assert said in done.err
    assert rows(owing, "SELECT count(*) FROM play_outcomes") == [(0,)]


def test_a_play_of_a_segment_is_told_in_the_alert_and_in_the_brief(eve: Seatsignal, day, tmp_path):
    plays = tmp_path / "plays.yaml"
    german = {"when": "country == 'DE' and seats >= 8", "title": "Ruf an", "steps": ["call"], "due_days": 9}
    rule = {"title": "Call", "steps": ["call"], "segments": [german]}
    plays.write_text(json.dumps({"cancel_ticket": rule}), encoding="utf-8")
    ours = {"SEATSIGNAL_PLAYS": str(plays)}
    assert eve("import", day, **ours).status == 0
    (payload,) = rows(eve, "SELECT payload FROM notices WHERE key LIKE 'csm/a1/%'")
    told = json.loads(str(payload[0]))
    assert (told["play"]["title"], told["due_on"]) == ("Ruf an", "2026-06-10")
    brief = eve("report", "--account", book.LEAVING, "--json", **ours).document
    assert [talk["title"] for talk in brief["talks"]] == ["Ruf an"]
