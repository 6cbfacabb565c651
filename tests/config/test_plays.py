"""Plays: one for every signal, another in some segments, and none that nobody reaches."""

import json
from pathlib import Path

import pytest

from config.files import ConfigError
from config.plays import load_plays
from config.policy import load
from worker.plays import checked_plays

ALERTS = {"renewal_window", "expansion", "band"}


def test_every_signal_has_a_play_and_every_play_a_signal():
    assert set(load_plays()) == set(load().signals) | ALERTS


def test_every_play_has_three_steps_and_something_to_say():
    for play in load_plays().values():
        assert (len(play.steps), len(play.talking_points) >= 1) == (3, True)
        assert play.owner_role in {"csm", "sales", "support", "billing", "licensing"}


SCHOOL = {"when": "customer_type == 'school'", "title": "for schools", "steps": ["call"]}
LARGE = {"when": "seats >= 100 and size_band in ['501+']", "title": "for the large", "steps": ["visit"]}


def written(folder: Path, *segments: object) -> Path:
    file = folder / "ours.yaml"
    rule = {"title": "for all", "steps": ["write"], "segments": list(segments)}
    file.write_text(json.dumps({"use_drop": rule}), encoding="utf-8")
    return file


@pytest.mark.parametrize(
    ("known", "title"),
    [
        ({}, "for all"),
        ({"customer_type": "firm", "seats": 500.0}, "for all"),
        ({"customer_type": "school"}, "for schools"),
        ({"customer_type": "school", "seats": 500.0, "size_band": "501+"}, "for schools"),
        ({"customer_type": None, "seats": 100.0, "size_band": "501+"}, "for the large"),
        ({"seats": None, "size_band": "501+"}, "for all"),
        ({"seats": 99.0, "size_band": "501+"}, "for all"),
    ],
)
def test_the_first_segment_that_fits_decides(tmp_path, known, title):
    assert load_plays(written(tmp_path, SCHOOL, LARGE))["use_drop"].of(known).title == title


@pytest.mark.parametrize(
    ("segments", "said"),
    [
        ([SCHOOL, SCHOOL], "1.when: never reached: whom it fits a segment before it takes"),
        ([LARGE | {"when": "seats >= 10"}, LARGE | {"when": "seats >= 20"}], "1.when: never reached"),
        ([LARGE | {"when": "seats > 10 and seats < 5"}], "0.when: can never hold"),
        ([LARGE | {"when": "colour == 'red'"}], "0.when: 'colour' is no measure"),
        ([LARGE | {"when": "size_bend == '501+'"}], "did you mean 'size_band'?"),
        ([LARGE | {"when": "__import__('os')"}], "0.when:"),
        ([{"title": "x", "steps": ["y"]}], "segments.0.when: Field required"),
        ([SCHOOL | {"titel": "x"}], "segments.0.titel: unknown key, did you mean 'title'?"),
    ],
)
def test_a_segment_that_cannot_be_is_refused_with_its_place(tmp_path, segments, said):
    with pytest.raises(ConfigError) as refused:
        load_plays(written(tmp_path, *segments))
    assert any(said in problem for problem in refused.value.problems)
    assert all(problem.startswith("ours.yaml: use_drop.segments.") for problem in refused.value.problems)


def test_a_letter_that_is_none_is_refused(tmp_path):
    file = written(tmp_path, SCHOOL | {"template": "renewall"})
    with pytest.raises(
        ConfigError, match=r"segments\.0\.template: 'renewall' is no letter, did you mean 'renewal'"
    ):
        checked_plays(file)
    assert checked_plays(None)["renewal_window"].template == "renewal"
