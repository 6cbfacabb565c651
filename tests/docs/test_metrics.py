"""Measures, rules and numbers on docs/metrics.md are those of the code and of policy.yaml."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from config.files import SHIPPED, read
from config.profiles import weighted_lines
from config.routes import load_routes
from config.schema import PolicyData
from health.alerts import LICENSING
from health.decide import AT_RISK, RECOVERED, WINDOW
from health.expansion import GROUP
from health.nouns import BANDS, Why
from health.rules import Measures
from tests.docs.pages import page
from tests.health.labelled import halves, precision_recall
from tests.health.test_intent import says

METRICS = page("metrics.md")
POLICY = read(PolicyData, SHIPPED / "policy.yaml")
PLAIN: dict[str, Any] = POLICY.model_dump()
FAMILIES = {
    "Seats": "licence",
    "Use": "use",
    "Capacity": "capacity",
    "Service": "service",
    "Terms": "term",
    "Texts": "traits",
}
IN_TABLES_OF_THEIR_OWN = (
    "active.",
    "alerts.audiences.",
    "curve_families.",
    "curves.",
    "deductions.presets.",
    "expansion.blocks.",
    "expansion.presets.",
    "gates.",
    "matrix.presets.",
    "matrix.scores.",
    "profiles",
    "signals.",
    "weighted.",
)
IN_PROSE = (
    "intent.verbs",
    "intent.endings",
    "intent.lapses",
    "intent.objects",
    "intent.harmless",
    "intent.elsewhere",
    "intent.denials",
    "intent.fillers",
    "intent.sayings",
    "intent.smaller.verbs",
    "intent.smaller.less",
    "intent.smaller.of",
    "intent.smaller.sayings",
)
IN_FULL_IN_PROSE = ("renewals.ended_statuses",)


def leaves(tree: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, Any]]:
    """Every value of the policy by its key path."""
    for name, value in tree.items():
        if isinstance(value, dict):
            yield from leaves(value, f"{path}{name}.")
        else:
            yield f"{path}{name}", value


def written(value: Any) -> str:
    """A value as the tables write it."""
    match value:
        case [list(), *_] as knots:
            return ", ".join("→".join(map(written, knot)) for knot in knots)
        case list(items):
            return ", ".join(map(written, items))
        case bool():
            return str(value).lower()
        case float() | int():
            return f"{value:g}"
        case _:
            return str(value)


def test_every_measure_is_explained_and_no_other() -> None:
    assert set(FAMILIES.values()) | {"drivers"} == set(Measures._fields)


@pytest.mark.parametrize("section", FAMILIES)
def test_measures_of_a_family(section: str) -> None:
    names = Measures.__annotations__[FAMILIES[section]]._fields
    first, *others = (table for table in METRICS.tables if table.section == section)
    assert first.column("measure") == list(names)
    assert all(first.column("what it is"))
    assert [name for table in others for name in table.column("measure") if name not in names] == []


def test_every_other_key_has_its_value() -> None:
    elsewhere = (*IN_TABLES_OF_THEIR_OWN, *IN_PROSE, *IN_FULL_IN_PROSE)
    expected = {path: written(value) for path, value in leaves(PLAIN) if not path.startswith(elsewhere)}
    assert METRICS.table("Every other key").pairs("key", "default") == expected


@pytest.mark.parametrize("path", IN_FULL_IN_PROSE)
def test_lists_in_prose_are_whole(path: str) -> None:
    assert f"`{path}`: {written(dict(leaves(PLAIN))[path])}." in METRICS.words()


@pytest.mark.parametrize("path", IN_PROSE)
def test_lists_of_words_are_named(path: str) -> None:
    assert path in METRICS.code()


def test_every_key_in_the_text_exists() -> None:
    known = {path for path, _ in leaves(PLAIN)}
    known |= {path.rpartition(".")[0] for path in known}
    named = {code for code in METRICS.code() if re.fullmatch(rf"({'|'.join(PLAIN)})(\.\w+)+", code)}
    files = {"policy.yaml", "routes.yaml"}
    assert named - known - files == set()


def test_definitions_of_active() -> None:
    expected = [(name, *map(written, it.model_dump().values())) for name, it in POLICY.active.items()]
    assert list(METRICS.table("Active").rows) == expected


def test_lines_of_the_weighted_score() -> None:
    expected = [
        (group, name, written(line.weight), line.measure, written(line.curve))
        for group, lines in POLICY.weighted.groups
        for name, line in lines.items()
    ]
    assert list(METRICS.table("Score: weighted", "line").rows) == expected


def test_curves() -> None:
    curves, families = (table for table in METRICS.tables if "knots" in table.headings)
    assert list(curves.rows) == [(name, written(knots)) for name, knots in POLICY.curves.items()]
    assert list(families.rows) == [
        (name, family.by, written(step.at), written(step.curve))
        for name, family in POLICY.curve_families.items()
        for step in family.steps
    ]


def test_stricter_curves() -> None:
    expected = [
        (name, line.stricter.when, line.stricter.curve)
        for _, name, line in weighted_lines(POLICY)
        if line.stricter
    ]
    assert list(METRICS.table("Score: weighted", "stricter curve").rows) == expected


def test_profiles() -> None:
    expected = [(it.name, it.when or "", it.engine or "") for it in POLICY.profiles]
    assert list(METRICS.table("Profiles", "holds when").rows) == expected
    changed = [
        (it.name, name, change.measure or "", str(change.curve), change.share_of_revenue or "")
        for it in POLICY.profiles
        for name, change in it.lines.items()
    ]
    assert list(METRICS.table("Profiles", "share of the weight").rows) == changed


def test_matrix() -> None:
    scores, cells = (table for table in METRICS.tables if table.section == "Score: matrix")
    assert scores.pairs("band", "score") == {
        str(band): written(it) for band, it in POLICY.matrix.scores.items()
    }
    ((name, preset),) = POLICY.matrix.presets.items()
    assert cells.headings == ("from", "0", *map(written, preset.columns.edges))
    edges = ["0", *map(written, preset.rows.edges)]
    assert list(cells.rows) == [(edge, *row) for edge, row in zip(edges, preset.cells, strict=True)]
    told = f"In `{name}`, rows are `{preset.rows.measure}` and columns are `{preset.columns.measure}`:"
    assert told in METRICS.text


def test_caps() -> None:
    caps = POLICY.weighted.caps
    assert list(METRICS.table("Score: weighted", "cap").rows) == [
        (n, written(cap.at)) for n, cap in caps.items()
    ]
    (conditions,) = (block.text for block in METRICS.blocks if block.section == "Score: weighted")
    assert conditions.split() == [word for name, cap in caps.items() for word in (name, *cap.when.split())]


def test_deductions() -> None:
    preset = POLICY.deductions.presets[POLICY.deductions.preset]
    expected = [(name, written(it.points), it.when) for name, it in preset.items()]
    assert list(METRICS.table("Score: deductions").rows) == expected


def test_bands() -> None:
    assert METRICS.table("Bands").column("band") == list(BANDS)


def test_signals() -> None:
    expected = [(name, it.family, it.severity, it.when) for name, it in POLICY.signals.items()]
    assert list(METRICS.table("Signals and gates", "opens when").rows) == expected


def test_how_signals_close_and_wait() -> None:
    expected = [
        (name, it.clear or "", ", ".join(it.gates))
        for name, it in POLICY.signals.items()
        if it.clear or it.gates
    ]
    band = ("band", "", ", ".join(POLICY.score_gates))
    assert list(METRICS.table("Signals and gates", "closes when").rows) == [*expected, band]


def test_gates() -> None:
    assert METRICS.table("Signals and gates", "gate").pairs("gate", "holds when") == POLICY.gates


@pytest.mark.parametrize("label", ["cancel", "downgrade"])
def test_how_often_subjects_are_taken_right(label: str) -> None:
    _, held_out = halves()
    found = precision_recall(held_out, says, label)
    expected = (
        label,
        str(len(held_out)),
        f"{found.precision:.0%} ({found.right} of {found.said})".replace("%", " %"),
        f"{found.recall:.0%} ({found.right} of {found.there})".replace("%", " %"),
    )
    assert expected in METRICS.table("Cancelling").rows


def test_triggers_of_expansion() -> None:
    expected = [
        (preset, group, it.when, it.clear or "")
        for preset, rules in POLICY.expansion.presets.items()
        for group, it in rules.triggers.items()
    ]
    assert list(METRICS.table("Expansion", "group").rows) == expected
    fires = [(preset, written(rules.groups_min)) for preset, rules in POLICY.expansion.presets.items()]
    assert list(METRICS.table("Expansion", "fires at").rows) == fires


def test_what_forbids_expansion() -> None:
    assert METRICS.table("Expansion", "block").pairs("block", "while") == POLICY.expansion.blocks


def test_reasons_to_speak() -> None:
    assert METRICS.table("Flags and alerts", "why").column("why") == [why.value for why in Why]


def test_who_hears_what() -> None:
    expected = {str(name): ", ".join(who) for name, who in POLICY.alerts.audiences.items()}
    assert expected.keys() == {AT_RISK, RECOVERED, GROUP, WINDOW, LICENSING}
    own = {name: ", ".join(signal.also) for name, signal in POLICY.signals.items() if signal.also}
    assert METRICS.table("Flags and alerts", "alert").pairs("alert", "audiences") == expected | own


def test_letters_go_where_the_routes_say() -> None:
    table = page("integrations/mail.md").table("Which letters leave", "letter")
    (roles,) = (heading for heading in table.headings if heading.startswith("to the first of"))
    expected = {name: ", ".join(who) for name, who in load_routes().letters.items()}
    assert table.pairs("letter", roles) == expected
