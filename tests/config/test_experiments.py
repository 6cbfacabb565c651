"""Plans of experiments: only what may stay away is tried, and a plan that cannot be is refused."""

import json

import pytest

from config.experiments import load_experiments
from config.files import ConfigError
from health.experiments import Variant
from health.letters import LETTERS, NOTICE
from templates.payload import TEMPLATES

PLAN = {
    "hypothesis": "It helps.",
    "letter": "approaching_limit",
    "metric": "expanded",
    "within_days": 60,
    "baseline_pct": 10,
    "effect_points": 5,
}


def load(folder, **changes):
    file = folder / "ours.yaml"
    name = changes.pop("name", "ours")
    plan = {key: value for key, value in (PLAN | changes).items() if value is not None}
    file.write_text(json.dumps({name: plan}), encoding="utf-8")
    return load_experiments(file)[name]


def test_every_letter_is_a_notice_or_a_nudge():
    assert set(LETTERS) == {name for name, template in TEMPLATES.items() if template.medium == "mail"}
    assert {name for name, kind in LETTERS.items() if kind == NOTICE} == {
        "failed_payment",
        "renewal",
        "licence_expired",
    }


def test_what_is_shipped_is_of_a_nudge_and_holds_a_tenth_out():
    assert {(each.letter, each.hold_out_pct) for each in load_experiments().values()} == {
        ("approaching_limit", 10)
    }


def test_what_a_plan_does_not_say(tmp_path):
    found = load(tmp_path)
    assert (found.name, found.hold_out_pct, found.alpha, found.power, found.strata) == (
        "ours",
        10,
        0.05,
        0.8,
        (),
    )


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"letter": "renewal"}, "'renewal' is a notice: it is held back from nobody"),
        ({"letter": "failed_payment"}, "'failed_payment' is a notice"),
        ({"letter": "approaching_limits"}, "is no letter, did you mean 'approaching_limit'?"),
        ({"hypothesis": None}, "hypothesis: Field required"),
        ({"hypothesis": "  "}, "hypothesis: String should have at least 1 character"),
        ({"metric": "happier"}, "metric: Input should be"),
        ({"metric": None}, "metric: Field required"),
        ({"within_days": 0}, "within_days"),
        ({"effect_points": 0}, "effect_points"),
        ({"effect_points": 90}, "such an effect would bring expanded to 100 % of the accounts"),
        ({"metric": "churned", "effect_points": 10}, "such an effect would bring churned to 0 %"),
        ({"hold_out_pct": 0}, "hold_out_pct"),
        ({"hold_out_pct": 51}, "hold_out_pct"),
        ({"alpha": 0.1}, "alpha"),
        ({"power": 0.3}, "power"),
        ({"strata": ["size"]}, "accounts are not told apart by 'size'"),
        ({"strata": ["plan", "plan"]}, "each may be named once"),
        ({"holdout": 5}, "holdout: unknown key, did you mean 'hold_out_pct'?"),
        ({"name": "Two words"}, "Two words"),
    ],
)
def test_what_cannot_be_is_refused_with_its_place(tmp_path, changes, said):
    with pytest.raises(ConfigError) as caught:
        load(tmp_path, **changes)
    assert str(caught.value).startswith("ours.yaml: ")
    assert said in str(caught.value)


# -- variants ----------------------------------------------------------------------------------------

WORDS = {"en": "Room?", "de": "Platz?", "fr": "Place ?", "es": "¿Sitio?"}
OTHER = {"name": "question", "subject": WORDS}


def test_a_variant_is_half_and_half_unless_the_plan_says_otherwise(tmp_path):
    found = load(tmp_path, variant=OTHER)
    assert (found.variant, found.hold_out_pct) == (Variant("question", WORDS), 50)
    assert load(tmp_path, variant=OTHER, hold_out_pct=20).hold_out_pct == 20
    sooner = load(tmp_path, letter="finish_activation", variant={"name": "sooner", "every_days": 7})
    assert sooner.variant == Variant("sooner", every_days=7)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"variant": {"name": "same"}}, "it changes nothing: give a subject, a note or every_days"),
        ({"variant": {"subject": WORDS}}, "variant.name: Field required"),
        ({"variant": OTHER | {"subject": WORDS | {"it": "Posto?"}}}, "no letters are written in 'it'"),
        ({"variant": OTHER | {"note": {"en": "Now"}}}, "missing: de, fr, es"),
        ({"variant": OTHER | {"subject": WORDS | {"de": " "}}}, "variant.subject.de"),
        ({"variant": OTHER | {"subject": WORDS | {"de": "x" * 121}}}, "variant.subject.de"),
        ({"variant": OTHER | {"every_days": 0}}, "variant.every_days"),
        ({"variant": OTHER | {"every_days": 7}}, "variant.every_days: approaching_limit comes once"),
        ({"variant": OTHER | {"windows": [30]}}, "windows: unknown key"),
        ({"variant": OTHER, "letter": "renewal"}, "'renewal' is a notice: it is held back from nobody"),
    ],
)
def test_a_variant_that_lacks_something_is_refused_with_its_place(tmp_path, changes, said):
    with pytest.raises(ConfigError) as caught:
        load(tmp_path, **changes)
    assert said in str(caught.value)
