"""Which mode a mail has: the first rule that holds; what cannot be is refused as the file is read."""

from pathlib import Path

import pytest

from config.files import SHIPPED, ConfigError
from config.modes import AUTOMATIC, Modes, load_modes
from config.plays import Segment

LARGE: Segment = {"customer_type": "enterprise", "region": "BY", "plan": "gold"}
SMALL: Segment = {"customer_type": "smb", "region": "BY", "plan": "basic"}
RULES = """
rules:
  - { name: large, mode: draft, templates: [renewal], when: customer_type == 'enterprise' and plan == 'gold' }
  - { name: bavaria, mode: approval, templates: [renewal], when: region == 'BY' }
  - { name: renewals, mode: automatic, templates: [renewal] }
"""

NARROWER = """rules:
  - { name: a, mode: draft, when: seats > 2 }
  - { name: b, mode: approval, when: seats > 3, templates: [renewal] }"""


def written(folder: Path, text: str) -> Path:
    file = folder / "modes.yaml"
    file.write_text(text, encoding="utf-8")
    return file


def test_a_new_installation_approves_until_twenty_were_clean():
    modes = load_modes()
    assert (modes.clean, modes.rules) == (20, ())
    assert modes.of("renewal", LARGE) == ("until_clean", "")


def test_the_example_in_the_shipped_file_can_be_used(tmp_path):
    text = (SHIPPED / "modes.yaml").read_text(encoding="utf-8")
    text = text.replace("rules: []", "rules:").replace("  # -", "  -").replace("  #   ", "    ")
    assert [rule.name for rule in load_modes(written(tmp_path, text)).rules] == ["large_customers_by_hand"]


@pytest.mark.parametrize(
    ("segment", "mode", "rule"),
    [
        (LARGE, "draft", "large"),
        (SMALL, "approval", "bavaria"),
        ({**SMALL, "region": "HH"}, "automatic", "renewals"),
        ({**SMALL, "region": None}, "approval", "bavaria"),
        ({**LARGE, "plan": None}, "draft", "large"),
        ({}, "draft", "large"),
    ],
)
def test_the_first_rule_that_holds_decides_and_doubt_never_sends(tmp_path, segment, mode, rule):
    assert load_modes(written(tmp_path, RULES)).of("renewal", segment) == (mode, rule)


def test_a_rule_that_would_send_does_not_where_nobody_knows(tmp_path):
    text = "rules:\n  - { name: small, mode: automatic, when: customer_type == 'smb' }\n"
    modes = load_modes(written(tmp_path, text))
    assert modes.of("renewal", SMALL).mode == AUTOMATIC
    assert modes.of("renewal", {}) == ("approval", "small")


def test_a_template_that_no_rule_is_about_has_the_usual_mode(tmp_path):
    modes = load_modes(written(tmp_path, RULES))
    assert modes.of("failed_payment", LARGE) == ("until_clean", "")
    assert [modes.needs_segment(name) for name in ("renewal", "failed_payment")] == [True, False]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("clean: 0", "modes.yaml: clean: "),
        ("claen: 20", "modes.yaml: claen: unknown key, did you mean 'clean'?"),
        ("warn_hours: 168", "modes.yaml: warn_hours: "),
        ("rules:\n  - { name: a, mode: auto }", "modes.yaml: rules.0.mode: "),
        ("rules:\n  - { name: a, mode: draft, templates: [renewals] }", "did you mean 'renewal'?"),
        ("rules:\n  - { name: a, mode: draft, when: customer_tpye == 'x' }", "rules.a.when: "),
        ("rules:\n  - { name: a, mode: draft, when: seats > 3 and seats < 2 }", "when: can never hold"),
        ("rules:\n  - { name: a, mode: draft }\n  - { name: b, mode: approval }", "never reached"),
        (
            NARROWER,
            "rules.b.never reached: what it is about 'a' takes before",
        ),
        (
            "rules:\n  - { name: a, mode: draft, templates: [renewal] }\n  - { name: a, mode: draft }",
            "rules: two are named 'a'",
        ),
    ],
)
def test_what_cannot_be_is_refused_with_its_place(tmp_path, text, said):
    with pytest.raises(ConfigError) as refused:
        load_modes(written(tmp_path, text + "\n"))
    assert said in str(refused.value)


def test_what_is_made_without_a_file_sends_nothing_by_itself():
    assert Modes().of("failed_payment", {}).mode == "until_clean"
