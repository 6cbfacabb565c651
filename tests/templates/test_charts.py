"""Charts: each kind is drawn, in every look, with nothing in it that a strict policy of content refuses."""

import os
import subprocess
import sys
from datetime import date, timedelta
from xml.etree import ElementTree as ET

import pytest

from templates import charts
from templates.charts import Look, Part, Spec

START = date(2026, 3, 2)
HOSTILE = '<script>alert(1)</script>" onload="x'
KINDS: dict[str, Spec] = {
    "trend": charts.trend({START + timedelta(days=n): 100.0 + n for n in range(30)}, [150.0]),
    "score": charts.trend({START + timedelta(days=n): 60.0 + n for n in range(3)}, [50.0, 75.0], 100),
    "bars": charts.bars({"0 to 7": 10.0, HOSTILE: 30.0}),
    "stacked": charts.stacked(
        [Part(HOSTILE, "good", 3), Part("b", "bad", 1), Part("b", "good", 1)], ["bad", "good"]
    ),
    "histogram": charts.histogram({10: 3, 75: 40, 80: 7}, 5, 100),
}
LOOKS = [Look(scheme, size) for scheme in charts.SCHEMES for size in charts.WIDTHS]


def drawn(spec: Spec, look: Look = LOOKS[0]) -> ET.Element:
    return ET.fromstring(charts.svg(spec, look))  # noqa: S314 - what we have drawn ourselves


def marks(picture: ET.Element, role: str) -> list[str]:
    """The shapes of a kind of mark, as paths."""
    groups = [each for each in picture.iter() if f"mark-{role} role-mark" in each.get("class", "")]
    return [path.get("d", "") for group in groups for path in group]


@pytest.mark.parametrize("look", LOOKS, ids=str)
@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_is_drawn_in_each_look(kind: str, look: Look):
    picture = drawn(KINDS[kind], look)

    assert picture.tag.endswith("svg")
    assert charts.WIDTHS[look.size] <= float(picture.get("width", "0")) < charts.WIDTHS[look.size] + 160
    colours = {each.get(name) for each in picture.iter() for name in ("fill", "stroke")}
    ink = charts.SCHEMES[look.scheme]
    assert ink.words in colours
    assert {ink.mark, ink.bands[0]} & colours


@pytest.mark.parametrize("kind", KINDS)
def test_a_picture_has_no_style_no_script_and_nothing_from_elsewhere(kind: str):
    for each in drawn(KINDS[kind]).iter():
        assert each.tag.rpartition("}")[2] not in {"script", "style", "image", "use", "foreignObject", "a"}
        assert not [
            name for name in each.attrib if name == "style" or name.startswith("on") or "href" in name
        ]


def levels(spec: Spec) -> list[float]:
    """How far from the top each line across lies."""
    groups = [each for each in drawn(spec).iter() if "mark-rule role-mark" in each.get("class", "")]
    return [float(line.get("transform", "").split(",")[1].rstrip(")")) for group in groups for line in group]


def test_what_is_to_be_lies_across_and_a_score_is_of_a_hundred():
    assert levels(KINDS["score"]) == pytest.approx([charts.HEIGHT * 0.5, charts.HEIGHT * 0.25], abs=1)
    assert len(levels(KINDS["trend"])) == 1
    assert levels(charts.bars({"a": 1.0})) == []


ELSEWHERE = """
from datetime import date
from templates import charts
print(charts.svg(charts.trend({date(2026, 3, 1): 1.0, date(2026, 3, 2): 3.0}), charts.Look()))
"""


def test_a_day_is_the_day_that_it_is_wherever_it_is_drawn():
    """In a process of its own: a zone is looked up once."""
    there = {**os.environ, "TZ": "America/Los_Angeles"}
    made = subprocess.run(
        [sys.executable, "-c", ELSEWHERE], env=there, capture_output=True, text=True, check=True
    )

    assert ">1 Mar 2026</text>" in made.stdout
    assert "28 Feb" not in made.stdout


def labels(spec: Spec) -> list[str]:
    return [each.text for each in drawn(spec).iter() if each.text]


def test_no_day_is_written_twice():
    written = [each for each in labels(KINDS["score"]) if "Mar" in each]

    assert written == ["2 Mar 2026", "3 Mar 2026", "4 Mar 2026"]


def test_an_axis_is_of_all_that_can_be_and_its_numbers_are_short():
    assert {"0", "100"} <= set(labels(KINDS["histogram"]))
    assert {"0%", "100%"} <= set(labels(KINDS["stacked"]))
    assert {"0", "500", "1.5k"} <= set(labels(charts.bars({"a": 1_500.0})))


def test_bars_are_as_long_as_their_values():
    shapes = marks(drawn(KINDS["bars"]), "rect")

    lengths = [float(shape.partition("h")[2].partition("v")[0]) for shape in shapes]
    assert len(lengths) == 2
    assert lengths[1] == pytest.approx(3 * lengths[0], rel=0.01)


def test_a_histogram_has_a_bar_for_each_step_that_has_any():
    assert len(marks(drawn(KINDS["histogram"]), "rect")) == 3


def test_the_same_picture_has_the_same_name_and_no_other_has():
    names = {charts.named(spec, look) for spec in KINDS.values() for look in LOOKS}

    assert len(names) == len(KINDS) * len(LOOKS)
    assert charts.named(charts.bars({"a": 1.0}), LOOKS[0]) == charts.named(charts.bars({"a": 1.0}), LOOKS[0])


def test_what_was_drawn_lately_is_not_drawn_again_and_no_more_is_kept_than_that():
    charts._drawn.cache_clear()
    for _ in range(3):
        charts.svg(KINDS["bars"], LOOKS[0])

    assert charts._drawn.cache_info()[:3] == (2, 1, charts.KEPT)


def test_nothing_is_loaded_to_draw_it():
    elsewhere = {**KINDS["bars"], "data": {"url": "http://127.0.0.1:9/rows.csv"}}

    with pytest.raises(ValueError, match="not allowed"):
        charts.svg(elsewhere, LOOKS[0])
