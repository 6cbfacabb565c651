"""The file of maps: which bodies each of them reads, where the rows are, and what their values are."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, RootModel, model_validator

from config.files import ConfigError, nearest, read
from health.records import SHAPES
from integrations.errors import Misconfigured
from integrations.rows.columns import columns
from integrations.rows.reader import STANDS_IN

Steps = tuple[str | int, ...]
"""A way into JSON: names of members, and numbers of places in a list."""
Scalar = str | int | float | bool
ABSENT = object()
"""What is not there at all, as against null."""


def _steps(written: object) -> object:
    """Take ``items.0.price`` for its steps; a list is taken as it is, for names with dots in them."""
    if not isinstance(written, str):
        return written
    return tuple(int(step) if step.isdecimal() else step for step in written.split(".") if step)


PathTo = Annotated[Steps, BeforeValidator(_steps)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Value(_Part):
    """Where a column's value is in a row, or one that all rows have; ``convert`` says how it is read."""

    path: PathTo = ()
    value: Scalar | None = None
    convert: Literal["", "epoch_s", "epoch_ms", "lower"] = ""

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if bool(self.path) == (self.value is not None):
            raise ValueError("say either `path` or `value`")
        return self


def _by_path(written: object) -> object:
    return {"path": written} if isinstance(written, str | list) else written


class Map(_Part):
    """Rows of one import file. ``when`` says which bodies have them: the value at each way into the body.

    ``rows`` leads to a list of rows, or to one; without it the body itself is either.
    """

    file: str
    when: dict[str, Scalar] = {}
    rows: PathTo = ()
    columns: dict[str, Annotated[Value, BeforeValidator(_by_path)]] = Field(min_length=1)

    @model_validator(mode="after")
    def _known(self) -> Self:
        if self.file not in SHAPES:
            raise ValueError(
                f"{self.file!r} is no file of the import format{nearest(self.file, list(SHAPES))}"
            )
        known = [column.name for column in columns(SHAPES[self.file]) if column.field != "metrics"]
        if self.file != "usage" and (wrong := sorted(set(self.columns) - set(known))):
            raise ValueError(f"{wrong[0]!r} is no column of {self.file}{nearest(wrong[0], known)}")
        required = [column.name for column in columns(SHAPES[self.file]) if column.required]
        if absent := [name for name in required if not {name, STANDS_IN.get(name)} & set(self.columns)]:
            raise ValueError(f"{self.file} needs {', '.join(absent)}")
        return self

    def reads(self, body: Any) -> bool:  # noqa: ANN401 - any JSON
        """Whether a body has rows of this map."""
        return all(_same(found(body, steps(way)), wanted) for way, wanted in self.when.items())

    def rows_of(self, body: Any) -> list[Any]:  # noqa: ANN401 - as above
        """Return the rows of a body that it reads; what is no object is a row in which nothing is found."""
        there = found(body, self.rows)
        if there is ABSENT or there is None:
            return []
        return there if isinstance(there, list) else [there]


class Maps(RootModel[Annotated[dict[str, Map], Field(min_length=1)]]):
    """By a name of your own."""


def steps(written: str) -> Steps:
    """Return the steps of a way that is written with full stops."""
    return tuple(int(step) if step.isdecimal() else step for step in written.split(".") if step)


def found(body: Any, way: Steps) -> Any:  # noqa: ANN401 - as above
    """Return what stands at the end of the way, or `ABSENT`."""
    for step in way:
        match body:
            case dict() if str(step) in body:
                body = body[str(step)]
            case list() if isinstance(step, int) and step < len(body):
                body = body[step]
            case _:
                return ABSENT
    return body


def _same(there: object, wanted: Scalar) -> bool:
    return there == wanted and isinstance(there, bool) is isinstance(wanted, bool)


def maps(path: Path) -> Mapping[str, Map]:
    """Return the maps of a file. Raises `Misconfigured` with every problem."""
    try:
        return read(Maps, path).root
    except ConfigError as error:
        wrong = str(error)
    raise Misconfigured("maps_invalid", f"inbound: SEATSIGNAL_INBOUND_MAPS: {wrong}")
