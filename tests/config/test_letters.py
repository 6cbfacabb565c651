"""When customers are told of renewals: rules that a letter can never keep are refused as they are read."""

import pytest

from config.files import SHIPPED, ConfigError
from config.letters import load_letters

WINDOWS = (120, 90, 60, 30, 14, 7)
STATED = frozenset({"price", "renews_on", "notice_by"})


def rules(folder, written: str):
    file = folder / "letters.yaml"
    file.write_text(written)
    return load_letters(file, WINDOWS, STATED)


def test_the_shipped_rules_write_to_everybody_twice():
    (rule,) = load_letters(None, WINDOWS, STATED)
    assert (rule.name, rule.windows, rule.between, rule.needs) == ("all_others", (90, 30), None, ())


def test_the_example_in_the_shipped_file_is_a_rule(tmp_path):
    text = (SHIPPED / "letters.yaml").read_text().replace("  # - name", "  - name").replace("  #   ", "    ")
    first, last = rules(tmp_path, text)
    assert (first.name, first.regions, first.between) == ("california_consumers", ("CA",), (45, 15))
    assert last.name == "all_others"


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ("{ name: a, windows: [45] }", "renewal.a.windows: none of 45 days ever opens; there are 120, 90"),
        ("{ name: a, windows: [30], between: [20, 10] }", "30 days are not between 20 and 10"),
        ("{ name: a, windows: [30], between: [10, 45] }", "the most days ahead come first"),
        ("{ name: a, windows: [30], needs: [signature] }", "the letter does not state 'signature'"),
        ("{ name: a, windows: [30], region: [CA] }", "region: unknown key"),
        ("{ name: A b, windows: [30] }", "name"),
        ("{ name: a }", "windows"),
        ("{ name: a, windows: [30] }\n  - { name: a, windows: [90] }", "two rules are named 'a'"),
    ],
)
def test_a_rule_that_cannot_be_kept_is_refused_with_its_place(tmp_path, rule, said):
    with pytest.raises(ConfigError) as refusal:
        rules(tmp_path, f"renewal:\n  - {rule}\n")
    assert said in str(refusal.value.problems)
