"""The shape of a model's file, as `seatsignal fit` writes it, and the model that it stands for."""

import hashlib
import json
from collections.abc import Mapping
from datetime import date
from itertools import pairwise
from typing import Annotated, Any, Literal, Self

from pydantic import Field, ValidationError, model_validator

from config.files import ConfigError
from config.scoring import Strict, Text
from health.contract import CONTRACT
from health.drivers import FIELDS
from health.model import QUIET, RATE, Learned, Model
from health.rules import NUMBERS, TEXTS

_FULL = 10_000
Day = Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$")]
Share = Annotated[float, Field(gt=0, lt=1)]


class DriverData(Strict):
    """A driver and what was learned of it; all numbers are on its scale."""

    name: Text
    scale: Literal["plain", "log", "log1p"]
    coefficient: float
    reference: float
    mean: float
    sd: Annotated[float, Field(gt=0)]
    least: float
    most: float
    usual: dict[str, float]

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if not _is_driver(self.name):
            raise ValueError(f"{self.name!r} is no measure and no driver")
        if "" not in self.usual:
            raise ValueError("usual: none for accounts of no segment, under an empty name")
        if self.least > self.most:
            raise ValueError("least is above most")
        return self


class CalibrationData(Strict):
    """How the probabilities were set right on cases that were kept apart.

    Of those learned from, the coefficients were multiplied by ``slope`` and the intercept moved: all that is
    in the other numbers already. ``apart`` were a later ``window``, or other ``accounts``.
    """

    as_of: Day
    apart: Literal["window", "accounts"]
    slope: float
    shift: float


class ModelData(Strict):
    """The whole file."""

    format: Literal["seatsignal-model/1"]
    target: Literal["churned", "not_renewed", "expanded"]
    horizon_days: Annotated[int, Field(ge=1, le=3660)]
    trained_until: Day
    windows: list[Day]
    cases: int
    events: int
    base_rate: Share
    intercept: float
    drivers: list[DriverData]
    calibration: CalibrationData
    points: Annotated[list[list[float]], Field(min_length=2)]
    segment_by: Text
    hash: Text

    @model_validator(mode="after")
    def _whole(self) -> Self:
        names = [driver.name for driver in self.drivers]
        if len(set(names)) < len(names):
            raise ValueError("drivers: one is there twice")
        if self.segment_by not in TEXTS:
            raise ValueError(f"segment_by: {self.segment_by!r} is no text of an account")
        if not _falling(self.points):
            raise ValueError(
                "points: must go from probability 0 up to 1, and from 10000 at most down to 0 at least"
            )
        if self.hash != fingerprint(self.model_dump()):
            raise ValueError(
                "hash: is not that of the rest: the file was altered; write it anew with `seatsignal fit`"
            )
        return self


def _is_driver(name: str) -> bool:
    field, is_text, _ = name.partition("=")
    if is_text:
        return field in FIELDS
    return name in NUMBERS or name in CONTRACT or name == QUIET or name.startswith(RATE)


def _falling(knots: list[list[float]]) -> bool:
    if any(len(knot) != 2 for knot in knots):  # noqa: PLR2004 - probability and points
        return False
    ends = knots[0][0] == 0 and knots[-1][0] == 1 and knots[0][1] <= _FULL and knots[-1][1] >= 0
    return ends and all(x0 < x1 and y0 >= y1 for (x0, y0), (x1, y1) in pairwise(knots))


def fingerprint(document: Mapping[str, Any]) -> str:
    """Return the hash of a model's document, that of its own left out."""
    rest = {name: value for name, value in document.items() if name != "hash"}
    return hashlib.sha256(json.dumps(rest, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def checked(document: object, place: str) -> ModelData:
    """Return a model's document as read from a file. Raises `ConfigError` with place and reason."""
    try:
        return ModelData.model_validate(document)
    except ValidationError as error:
        told = (f"{'.'.join(map(str, each['loc']))}: " if each["loc"] else "" for each in error.errors())
        found = zip(told, error.errors(), strict=True)
        raise ConfigError([f"{place}: {where}{each['msg']}" for where, each in found]) from None


def parsed_model(written: str, name: str) -> ModelData:
    """Return the model that a file holds. Raises `ConfigError` with place and reason."""
    try:
        document = json.loads(written)
    except ValueError:
        raise ConfigError([f"{name}: not JSON, or damaged"]) from None
    return checked(document, name)


def model_of(data: ModelData) -> Model:
    """Return the model that a document stands for."""
    return Model(
        target=data.target,
        horizon_days=data.horizon_days,
        trained_until=date.fromisoformat(data.trained_until),
        base_rate=data.base_rate,
        intercept=data.intercept,
        windows=tuple(map(date.fromisoformat, data.windows)),
        learned=tuple(Learned(**driver.model_dump()) for driver in data.drivers),
        knots=tuple((x, y) for x, y in data.points),
        segment_by=data.segment_by,
        hash=data.hash,
    )
