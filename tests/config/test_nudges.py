"""The rules of nudges as a file: what is shipped, and what is refused with its place."""

from pathlib import Path

import pytest

from config.files import SHIPPED, ConfigError
from config.nudges import load_nudges
from health.letters import LETTERS
from health.nudge_rules import InviteRule, NudgeRules, UnusedRule


def loaded(folder: Path, text: str) -> NudgeRules:
    file = folder / "nudges.yaml"
    file.write_text(text, encoding="utf-8")
    return load_nudges(file)


def shown() -> str:
    """The shipped file with all that it shows switched on."""
    return "\n".join(
        line.removeprefix("# ") if not line.startswith(("# What", "# and")) else line
        for line in (SHIPPED / "nudges.yaml").read_text(encoding="utf-8").splitlines()
    )


def test_nothing_is_sent_as_shipped():
    assert load_nudges() == NudgeRules(spread_days=14, rest_days=14, again_days=90)


def test_what_is_shown_can_be_switched_on(tmp_path: Path):
    rules = loaded(tmp_path, shown())
    assert rules.sent < set(LETTERS)
    assert len(rules.sent) == 9
    assert (rules.invite_team, rules.unused_seats) == (InviteRule(), UnusedRule())
    assert rules.finish_activation is not None
    assert rules.finish_activation.steps[0].name["de"] == "Daten verbinden"


STEP = "{ step: one, name: { en: One }, why: { en: x }, done_when: { en: y }, minutes: 5"


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("welcome: {}", "welcome.link: Field required"),
        ("welcome: { link: 'https://x.example', within_days: 61 }", "welcome.within_days: "),
        ("unused_seat: {}", "unused_seat: unknown key, did you mean 'unused_seats'?"),
        ("unused_seats: { below_pct: 0 }", "unused_seats.below_pct: "),
        ("upgrade_fits: { from_plans: [team] }", "upgrade_fits.link: Field required"),
        ("upgrade_fits: { link: 'http://x.example', from_plans: [team] }", "upgrade_fits.link: "),
        ("upgrade_fits: { link: 'https://x.example', from_plans: [] }", "upgrade_fits.from_plans: "),
        ("finish_activation: { steps: [] }", "finish_activation.steps: "),
        (
            f"finish_activation: {{ steps: [{STEP} }}, {STEP} }}] }}",
            "finish_activation: Value error, steps: 'one' is there twice",
        ),
        (
            f"finish_activation: {{ after_days: 9, until_days: 8, steps: [{STEP} }}] }}",
            "finish_activation: Value error, until_days: they end before they begin (after_days)",
        ),
        (
            f"finish_activation: {{ steps: [{STEP.replace('en: One', 'de: Eins')} }}] }}",
            "finish_activation.steps.0.name: Value error, needed in English: en",
        ),
        (
            f"finish_activation: {{ steps: [{STEP.replace('en: x', 'en: x, ed: x')} }}] }}",
            "finish_activation.steps.0.why: Value error, no letters are written in 'ed'",
        ),
        ("training_invitation: { name: { en: ' ' }, minutes: 5, link: 'https://x.example' }", "name.en: "),
        ("champion_material: { material: [] }", "champion_material.material: "),
        ("spread_days: 0", "spread_days: "),
        (
            "feature_spotlight: { features: [{ metric: alerts, minutes: 1, name: { en: x } }] }",
            "feature_spotlight.features.0.metric: ",
        ),
    ],
)
def test_what_cannot_be_is_refused_with_its_place(tmp_path: Path, text: str, complaint: str):
    with pytest.raises(ConfigError) as refused:
        loaded(tmp_path, text)
    assert complaint in str(refused.value)
    assert str(refused.value).startswith("nudges.yaml: ")
