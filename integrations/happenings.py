"""What events of a product mean, as settings say it: a sign-in, a feature, a core workflow."""

from collections.abc import Mapping
from typing import Annotated, Any, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

NAME = r"[A-Za-z_$][A-Za-z0-9_$]{0,99}"
PROPERTY = rf"^({NAME})?$"
"""What a property may be called: the only names that become part of a query's text."""
FEATURE, CORE = "feature:", "core:"
"""How metrics of a feature's use and of a core workflow begin."""
COUNTED = (
    "sign_ins",
    "rate_limit_hits",
    "locked_feature_attempts",
    "invitations",
    "invitations_accepted",
)
"""Metrics that are a number of events; each has a setting of its name."""


class Happening(BaseModel):
    """Events of one name; with ``property`` only those whose property has that value."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    event: str = Field(min_length=1, max_length=400)
    property: str = Field("", pattern=PROPERTY)
    value: str = ""

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.value and not self.property:
            raise ValueError("a value needs the property that has it")
        return self


def _by_name(given: object) -> object:
    return {"event": given} if isinstance(given, str) else given


Happenings = tuple[Annotated[Happening, BeforeValidator(_by_name)], ...]
"""Any of these; a name alone stands for the event of that name."""
Named = Mapping[
    Annotated[str, Field(min_length=1, max_length=60)], Annotated[Happenings, Field(min_length=1)]
]


def as_json(text: str) -> Any:  # noqa: ANN401 - a default is checked as what is set is, and typed after that
    """Give the default of a setting that is JSON."""
    return text
