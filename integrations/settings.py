"""Settings as every integration reads them: from the environment, typed, and refused with plain words."""

import os
from typing import TypeVar

from pydantic import ValidationError
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings

from integrations.errors import Misconfigured

S = TypeVar("S", bound=BaseSettings)


def settings(model: type[S]) -> S:
    """A model's values from the environment variables with its prefix.

    Raises:
        Misconfigured: a variable is missing, mistyped or unknown. Values are never repeated.
    """
    prefix = str(model.model_config["env_prefix"]).upper()
    unknown = sorted(_given(prefix) - {prefix + name.upper() for name in model.model_fields})
    if unknown:
        raise Misconfigured("settings_unknown", f"no such setting: {', '.join(unknown)}; unset it")
    try:
        return model()
    except ValidationError as error:
        wrong = _wrong(model, error, prefix)
    raise Misconfigured("settings_invalid", wrong)


def any_given(model: type[BaseSettings]) -> bool:
    """Whether any variable with a model's prefix is set."""
    return bool(_given(str(model.model_config["env_prefix"]).upper()))


def _given(prefix: str) -> set[str]:
    return {name.upper() for name in os.environ if name.upper().startswith(prefix)}


def _wrong(model: type[BaseSettings], error: ValidationError, prefix: str) -> str:
    found = error.errors(include_url=False, include_context=False, include_input=False)
    return "; ".join(_line(model, prefix, [str(step) for step in one["loc"]], one) for one in found)


def _line(model: type[BaseSettings], prefix: str, place: list[str], found: ErrorDetails) -> str:
    if not place:
        return f"{prefix}*: {found['msg']}"
    variable = prefix + place[0].upper()
    described = model.model_fields[place[0]].description or "see the documentation"
    if found["type"] == "missing":
        return f"set {variable} in the environment: {described}"
    return f"{variable}: {found['msg']} ({described})"
