"""Keys, defaults, verdicts and fields on docs/experiments.md are those of the code."""

import yaml

from config.experiments import STRATA, ExperimentRule, VariantData
from config.files import SHIPPED
from health.experiments import BETTER, METRICS, NO_EVIDENCE, TOO_FEW, WORSE, Reading
from health.letters import LETTERS, NOTICE, NUDGE
from tests.docs.pages import page

EXPERIMENTS = page("experiments.md")


def test_every_key_is_explained_with_its_default() -> None:
    assert EXPERIMENTS.table("Plan").pairs("key", "default") == {
        name: "required" if field.is_required() else str(field.default)
        for name, field in ExperimentRule.model_fields.items()
    }


def test_every_field_of_a_reading_is_explained() -> None:
    cells = EXPERIMENTS.table("Read").column("field")
    assert [name for cell in cells for name in cell.split(", ")] == list(Reading.__slots__)


def test_what_may_be_named_is_named() -> None:
    verdicts = (TOO_FEW, NO_EVIDENCE, BETTER, WORSE)
    for name in (*STRATA, *METRICS, *verdicts, *LETTERS):
        assert name in EXPERIMENTS.code()


def test_notices_and_nudges_are_told_apart() -> None:
    words = EXPERIMENTS.words()
    told = {kind: words.split(f"**{kind}** (")[1].split(")")[0] for kind in (NOTICE, NUDGE)}
    for letter, kind in LETTERS.items():
        assert f"`{letter}`" in told[kind]


def test_the_example_is_what_is_shipped() -> None:
    example, _variants = (block.text for block in EXPERIMENTS.blocks if block.language == "yaml")
    assert yaml.safe_load(example) == yaml.safe_load(
        (SHIPPED / "experiments.yaml").read_text(encoding="utf-8")
    )


def test_the_variants_shown_can_be_planned() -> None:
    _shipped, variants = (block.text for block in EXPERIMENTS.blocks if block.language == "yaml")
    planned = [
        ExperimentRule.model_validate(each).experiment("x") for each in yaml.safe_load(variants).values()
    ]
    assert [(each.hold_out_pct, each.variant is not None) for each in planned] == [(50.0, True)] * 2
    assert EXPERIMENTS.table("Variants").column("of a variant") == list(VariantData.model_fields)
