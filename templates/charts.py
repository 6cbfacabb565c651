"""Charts: a Vega-Lite dict for each kind, drawn as SVG where the extra ``charts`` is installed.

A dict says what is drawn and nothing of colours or width: those are of a look. Nothing is loaded to draw it.
What has drawn once has drawn for good: a dict that was drawn lately is not drawn again.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache, lru_cache
from hashlib import sha256
from importlib.util import find_spec
from typing import Any, NamedTuple

Spec = Mapping[str, Any]
"""A dict of Vega-Lite."""
HEIGHT = 150
A_ROW = 26
"""Pixels of a row of bars."""
_FEW_DAYS = 6
KEPT = 256
"""Pictures of 5 to 20 kB that a process keeps."""


class Look(NamedTuple):
    """How a dict is drawn: in which colours, and how wide."""

    scheme: str = "light"
    size: str = "wide"


class Ink(NamedTuple):
    """The colours of a scheme, as ``site.css`` has them; ``bands`` follow `health.nouns.BANDS`."""

    words: str
    rule: str
    mark: str
    level: str
    bands: tuple[str, ...]


SCHEMES: Mapping[str, Ink] = {
    "light": Ink("#52606d", "#d5dbe1", "#1d4ed8", "#52606d", ("#c53030", "#d69e2e", "#2f855a", "#a3adb8")),
    "dark": Ink("#a9b6c3", "#33465a", "#8ab4ff", "#a9b6c3", ("#f08a8a", "#e5b95c", "#6fc394", "#6b7c8f")),
}
WIDTHS: Mapping[str, int] = {"wide": 680, "narrow": 250}


class Part(NamedTuple):
    """So much of a group, under a name of its own."""

    group: str
    name: str
    value: float


# -- kinds -------------------------------------------------------------------------------------------


def trend(days: Mapping[date, float], levels: Sequence[float] = (), top: float | None = None) -> Spec:
    """Return values of days as a line over an area, from nothing up to ``top``; ``levels`` lie across."""
    values = [{"day": str(day), "value": value} for day, value in sorted(days.items())]
    day: dict[str, object] = {"field": "day", "type": "temporal", "scale": {"type": "utc"}}
    if len(values) <= _FEW_DAYS:  # else a day is written several times
        day["axis"] = {"tickCount": {"interval": "day", "step": 1}}
    value = _number("value", scale={"domainMin": 0} | ({} if top is None else {"domainMax": top}))
    across = {
        "data": {"values": [{"value": each} for each in levels]},
        "mark": "rule",
        "encoding": {"y": value},
    }
    drawn = [{"mark": mark, "encoding": {"x": day, "y": value}} for mark in ("area", "line")]
    return {"data": {"values": values}, "layer": [*drawn, *([across] if levels else [])], "height": HEIGHT}


def bars(values: Mapping[str, float]) -> Spec:
    """Return values beside each other, a bar each, in their order."""
    return {
        "data": {"values": [{"name": name, "value": value} for name, value in values.items()]},
        "mark": "bar",
        "encoding": {"y": _named("name"), "x": _number("value")},
        "height": {"step": A_ROW},
    }


def stacked(parts: Sequence[Part], names: Sequence[str]) -> Spec:
    """Return what groups are made of, a bar of a hundred per cent each, in the order of ``names``."""
    share = _number("value", ".0%", stack="normalize")
    order = [{**part._asdict(), "order": names.index(part.name)} for part in parts]
    colour = {"field": "name", "type": "nominal", "scale": {"domain": list(names)}}
    return {
        "data": {"values": order},
        "mark": "bar",
        "encoding": {"y": _named("group"), "x": share, "color": colour, "order": {"field": "order"}},
        "height": {"step": A_ROW},
    }


def histogram(counts: Mapping[int, int], step: int, top: int) -> Spec:
    """Return how often values from nothing to ``top`` lie in each step, by where it begins."""
    values = [{"from": at, "to": at + step, "count": count} for at, count in sorted(counts.items())]
    return {
        "data": {"values": values},
        "mark": "bar",
        "encoding": {
            "x": _number("from", bin="binned", scale={"domain": [0, top]}),
            "x2": {"field": "to"},
            "y": _number("count"),
        },
        "height": HEIGHT,
    }


def _named(field: str) -> Spec:
    return {"field": field, "type": "nominal", "sort": None}


def _number(field: str, format_: str = "~s", **more: object) -> Spec:
    axis = {
        "labelExpr": f"format(datum.value, '{format_}')"
    }  # each by itself: 0, 500, 1k and not 0k, 0.5k, 1k
    return {"field": field, "type": "quantitative", "axis": axis, **more}


# -- drawing -----------------------------------------------------------------------------------------


@cache
def can_draw() -> bool:
    """Tell whether the extra ``charts`` is installed; without it pages draw what they can by themselves."""
    return find_spec("vl_convert") is not None


def named(spec: Spec, look: Look) -> str:
    """Return a name of what is drawn: the same for the same picture, and another for any other."""
    return sha256(f"{look} {_written(spec)}".encode()).hexdigest()[:32]


def svg(spec: Spec, look: Look) -> str:
    """Return a picture without a style of its own. Raises `ValueError` where it cannot be drawn."""
    return _drawn(_written(spec), look)


@lru_cache(maxsize=KEPT)
def _drawn(written: str, look: Look) -> str:
    from vl_convert import vegalite_to_svg  # noqa: PLC0415 - an extra, and slow to load

    spec = {**json.loads(written), "width": WIDTHS[look.size]}
    drawn: str = vegalite_to_svg(spec, config=_config(SCHEMES[look.scheme], look), allowed_base_urls=[])
    return drawn


def _written(spec: Spec) -> str:
    return json.dumps(spec, sort_keys=True)


def _config(ink: Ink, look: Look) -> dict[str, Any]:
    words = {"labelColor": ink.words, "labelFontSize": 12, "labelFont": "sans-serif", "title": None}
    axis = {"domainColor": ink.rule, "tickColor": ink.rule, "gridColor": ink.rule, "labelLimit": 110}
    few = 3 if look.size == "narrow" else 5
    return {
        "background": None,
        "view": {"stroke": None},
        "axis": {**words, **axis},
        "axisQuantitative": {"tickCount": few},
        "axisTemporal": {"format": "%-d %b %Y" if look.size == "wide" else "%-d %b", "tickCount": few},
        "axisX": {"grid": False, "labelOverlap": True},
        "legend": {**words, "orient": "top", "columns": 2 if look.size == "narrow" else 4},
        "area": {"fill": ink.mark, "fillOpacity": 0.15},
        "line": {"stroke": ink.mark, "strokeWidth": 2},
        "bar": {"fill": ink.mark},
        "rule": {"stroke": ink.level, "strokeDash": [4, 3]},
        "range": {"category": list(ink.bands)},
    }
