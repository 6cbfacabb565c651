"""The file of maps: which bodies each of them reads, where the rows are, and what their values are."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, RootModel, model_validator

from config.files import ConfigError, nearest, read
from health.records import SHAPES
from integrations.errors import Misconfigured
from integrations.rows.columns import columns
from integrations.rows.mapped import ABSENT, Mapped, PathTo, found, steps
from integrations.rows.reader import STANDS_IN

Scalar = str | int | float | bool


class Map(BaseModel):
    """Rows of one import file. ``when`` says which bodies have them: the value at each way into the body.

    ``rows`` leads to a list of rows, or to one; without it the body itself is either.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    file: str
    when: dict[str, Scalar] = {}
    rows: PathTo = ()
    columns: dict[str, Mapped] = Field(min_length=1)

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


def _same(there: object, wanted: Scalar) -> bool:
    return there == wanted and isinstance(there, bool) is isinstance(wanted, bool)


def maps(path: Path) -> Mapping[str, Map]:
    """Return the maps of a file. Raises `Misconfigured` with every problem."""
    try:
        return read(Maps, path).root
    except ConfigError as error:
        wrong = str(error)
    raise Misconfigured("maps_invalid", f"inbound: SEATSIGNAL_INBOUND_MAPS: {wrong}")
