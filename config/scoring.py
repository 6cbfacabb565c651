"""The shape of what the score rests on in `policy.yaml`: curves, engines, and profiles that choose."""

from itertools import pairwise
from typing import Annotated, Any, Literal, Self, get_args

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

_KNOTS_MIN = 2
_FULL = 100


class Strict(BaseModel):
    """A part of a file of ours: no key that we do not know, no value of another type."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


def _rising(points: list[list[float]]) -> list[list[float]]:
    if len(points) < _KNOTS_MIN or any(len(point) != 2 for point in points):  # noqa: PLR2004 - x and y
        raise ValueError("a curve is a list of at least two [x, y] pairs")
    if any(left[0] >= right[0] for left, right in pairwise(points)):
        raise ValueError("the x of a curve must rise from pair to pair")
    if any(not 0 <= point[1] <= _FULL for point in points):
        raise ValueError("the y of a curve lies between 0 and 100")
    return points


def _sorted(edges: list[float]) -> list[float]:
    if any(left >= right for left, right in pairwise(edges)):
        raise ValueError("edges must rise from one to the next")
    return edges


Curve = Annotated[list[list[float]], AfterValidator(_rising)]
Percent = Annotated[float, Field(ge=0, le=100)]
Text = Annotated[str, Field(min_length=1, max_length=500)]
Edges = Annotated[list[float], Field(min_length=1), AfterValidator(_sorted)]
FITTED = "fitted"
Engine = Literal["weighted", "deductions", "matrix", "fitted"]
ENGINES: tuple[str, ...] = get_args(Engine)
ShareOf = Literal["seats", "consumption"]
_UNLESS_SAID: Any = Field(default=None, exclude_if=lambda value: value is None)
"""A policy from before there was such a key keeps its hash."""
CellBand = Literal["at_risk", "watch", "healthy"]


class StepData(Strict):
    """One curve of a family: the one for this value of the measure that the family goes by."""

    at: float
    curve: Curve


class FamilyData(Strict):
    """A curve that changes with a measure: as it is at each step, and straight between two of them."""

    by: Text
    steps: Annotated[list[StepData], Field(min_length=2)]

    @model_validator(mode="after")
    def _rising(self) -> Self:
        _sorted([step.at for step in self.steps])
        return self


class StricterData(Strict):
    """A second curve for a while: the lower of the two counts."""

    when: Text
    curve: Text


class MeasureData(Strict):
    """A line of the weighted score: a measure, its curve (or the name of one), its weight and its life.

    With ``share_of_revenue`` it has of its weight the share that seats, or consumption, have of the revenue.
    """

    measure: Text
    weight: Annotated[float, Field(gt=0, le=100)]
    curve: Curve | Text
    stricter: StricterData | None = None
    stale_after_days: Annotated[int, Field(ge=0, le=3660)] | None = None
    share_of_revenue: ShareOf | None = _UNLESS_SAID
    reason: Text


class GroupsData(Strict):
    """The groups of the weighted score."""

    adoption: dict[str, MeasureData] = {}
    engagement: dict[str, MeasureData] = {}
    billing: dict[str, MeasureData] = {}
    support: dict[str, MeasureData] = {}
    sentiment: dict[str, MeasureData] = {}


class CapData(Strict):
    """The most the score may be while a condition holds."""

    at: Percent
    when: Text
    reason: Text


class WeightedData(Strict):
    """The weighted engine."""

    groups: GroupsData
    caps: dict[str, CapData]


class DeductionData(Strict):
    """Points taken off while a condition holds."""

    points: Annotated[float, Field(gt=0, le=100)]
    when: Text
    reason: Text


class DeductionsData(Strict):
    """The engine of deductions: presets by name, and the one in use."""

    preset: Text
    presets: dict[str, dict[str, DeductionData]]


class AxisData(Strict):
    """A dimension of a matrix: a measure cut at rising edges; an edge belongs to the part above it."""

    measure: Text
    edges: Edges


class MatrixPreset(Strict):
    """Two dimensions, a band for each cell, and the sentence of the contribution."""

    rows: AxisData
    columns: AxisData
    cells: list[list[CellBand]]
    reason: Text

    @model_validator(mode="after")
    def _fits(self) -> Self:
        rows, columns = len(self.rows.edges) + 1, len(self.columns.edges) + 1
        if len(self.cells) != rows or any(len(row) != columns for row in self.cells):
            raise ValueError(f"cells: {rows} rows of {columns} are needed, one more than there are edges")
        return self


class MatrixData(Strict):
    """The engine of two dimensions: the score that stands for each band, and presets by name."""

    scores: dict[CellBand, Percent]
    preset: Text
    presets: dict[str, MatrixPreset]

    @model_validator(mode="after")
    def _whole(self) -> Self:
        missing = [band for band in get_args(CellBand) if band not in self.scores]
        if missing:
            raise ValueError(f"scores: none for {', '.join(missing)}")
        return self


class LineChange(Strict):
    """What a profile changes of a line of the weighted score; a weight of 0 leaves the line out.

    A line that the score does not have is one of the profile's own, if measure, weight, curve and reason are
    there.
    """

    measure: Text | None = None
    weight: Annotated[float, Field(ge=0, le=100)] | None = None
    curve: Curve | Text | None = None
    stale_after_days: Annotated[int, Field(ge=0, le=3660)] | None = None
    share_of_revenue: ShareOf | None = _UNLESS_SAID
    reason: Text | None = None


class ProfileData(Strict):
    """A way of judging, for the accounts for which ``when`` holds; without it for all that are left."""

    name: Text
    when: Text | None = None
    engine: Engine | None = None
    lines: dict[str, LineChange] = {}
    deductions: Text | None = None
    matrix: Text | None = None
