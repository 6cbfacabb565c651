"""The catalogue: complete, true to the code, and every example computed."""

from collections.abc import Iterator
from importlib import import_module
from inspect import getmembers, isfunction
from pathlib import Path
from pkgutil import iter_modules
from shutil import copytree

import pytest
import yaml

import health.figures
from config.files import ConfigError
from config.metrics import FAMILIES, FOLDER, entries, load_metrics
from config.worked import agrees, plain, worked
from health.nouns import NOT_APPLICABLE
from health.rules import NUMBERS

ENTRIES = entries(load_metrics())
FIGURES = {name: entry for name, entry in ENTRIES.items() if entry.function}
PARTS = {
    "days": "day_of hours last_days month_of months_on quarter_of start_ms",
    "consumption": "months period_of",
    "friction": "per_hundred",
    "licences": "change_pct untold",
    "reading": "reading",
    "renewed": "ended",
    "segments": "segments",
    "share": "mean portion share total",
    "spread": "spread",
    "surveys": "scores",
    "standing": "by_account standing standing_licences term_of",
    "parts": "over_accounts says_anything",
    "present_seats": "active_people users_now",
    "utilisation": "used_on users_on",
}
"""What figures are made of, and no figure by itself."""


def functions() -> Iterator[str]:
    """Every public function of `health.figures`, as entries name it."""
    for module in iter_modules(health.figures.__path__):
        found = import_module(f"health.figures.{module.name}")
        for name, function in getmembers(found, isfunction):
            if function.__module__ == found.__name__ and not name.startswith("_"):
                yield f"health.figures.{module.name}:{name}"


def test_every_figure_has_an_entry_and_every_entry_a_figure():
    named = {entry.function for entry in FIGURES.values()}
    parts = {f"health.figures.{module}:{name}" for module, names in PARTS.items() for name in names.split()}
    assert named & parts == set()
    assert named | parts == set(functions())


def test_every_measure_that_rules_may_name_has_an_entry():
    assert set(NUMBERS) == {name for name, entry in ENTRIES.items() if not entry.function}


@pytest.mark.parametrize("name", ENTRIES)
def test_the_example_gives_what_the_entry_says(name):
    entry = ENTRIES[name]
    found = worked(name, entry)
    assert agrees(plain(entry.example.gives), found), found


@pytest.mark.parametrize("name", ENTRIES)
def test_bands_begin_with_the_lowest_and_have_each_word_once(name):
    for bands in ENTRIES[name].bands.values():
        edges, words = [band.at for band in bands], [band.word for band in bands]
        assert edges == sorted(set(edges))
        assert len(set(words)) == len(words) > 1


def test_nothing_is_said_twice():
    said = [
        text
        for entry in ENTRIES.values()
        for text in (entry.definition, entry.tells, entry.trend, *entry.questions, *entry.actions)
    ]
    assert [text for text in set(said) if said.count(text) > 1] == []


def test_every_file_of_the_folder_is_a_family():
    assert {path.stem for path in FOLDER.iterdir()} == set(FAMILIES)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(copytree(FOLDER, tmp_path / "catalogue"))


def altered(folder: Path, family: str, name: str, **changes: object) -> Path:
    """The catalogue with other values in one entry; `None` takes a key out."""
    path = folder / f"{family}.yaml"
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    entry = content["entries"][name] | changes
    content["entries"][name] = {key: value for key, value in entry.items() if value is not None}
    path.write_text(yaml.safe_dump(content), encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"connects": ["mrrr"]}, "mrr: connects to mrrr, which has no entry, did you mean 'mrr'?"),
        ({"connects": ["mrr"]}, "mrr: connects to itself"),
        ({"connects": []}, "connects: Tuple should have at least 1 item"),
        ({"function": None}, "mrr: is no measure, so it needs its function"),
        ({"function": "os:system"}, "function: String should match pattern"),
        ({"inputs": ["subscriptions"]}, "inputs.0: String should match pattern"),
        ({"owner": "nobody"}, "owner: Input should be 'billing'"),
        ({"pitfals": ["x"]}, "unknown key, did you mean 'pitfalls'?"),
        ({"tells": None}, "tells: Field required"),
        ({"example": {"given": {}}}, "example.gives: Field required"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(folder, changes, said):
    with pytest.raises(ConfigError) as caught:
        load_metrics(altered(folder, "revenue", "mrr", **changes))
    assert said in str(caught.value)
    assert "revenue.yaml" in str(caught.value)


def test_a_measure_has_no_function_of_its_own(folder):
    with pytest.raises(ConfigError, match="is a measure, which has no function of its own"):
        load_metrics(altered(folder, "licences", "seats", function="health.figures.revenue:mrr"))


def test_a_name_has_one_entry(folder):
    surveys = folder / "surveys.yaml"
    surveys.write_text(
        surveys.read_text(encoding="utf-8").replace("\n  csat:\n", "\n  mrr:\n"), encoding="utf-8"
    )
    with pytest.raises(ConfigError, match="mrr: has two entries"):
        load_metrics(folder)


@pytest.mark.parametrize(
    ("gives", "found", "expected"),
    [
        ({"part": 1}, {"part": 1, "whole": 2}, True),
        ({"part": 2}, {"part": 1, "whole": 2}, False),
        ({"parts": 1}, {"part": 1, "whole": 2}, False),
        ([{"a": 1}], [{"a": 1, "b": 2}], True),
        ([1], [1, 2], False),
        ({"a": [1]}, {"a": 1}, False),
        (0, NOT_APPLICABLE, False),
        (None, 0, False),
    ],
)
def test_an_example_may_leave_out_and_never_differ(gives, found, expected):
    assert agrees(gives, found) is expected


@pytest.mark.parametrize(
    ("name", "said"),
    [("mrr", "health.figures.revenue:mrr has no parameter asof"), ("seats", "a feature row has no asof")],
)
def test_what_an_example_gives_and_nothing_takes_is_an_error(name, said):
    entry = ENTRIES[name]
    given = entry.example.model_copy(update={"given": entry.example.given | {"asof": 1}})
    with pytest.raises(TypeError, match=said):
        worked(name, entry.model_copy(update={"example": given}))
