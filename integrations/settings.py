"""Settings as every integration reads them: typed, and refused with plain words."""

from typing import TypeVar

from pydantic import ValidationError
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, SettingsError

from config.files import ConfigError
from config.variables import ANYWHERE, given, nearest, read
from integrations.errors import Misconfigured

S = TypeVar("S", bound=BaseSettings)


def settings(model: type[S]) -> S:
    """A model's values from the variables with its prefix, wherever they are set (`config.variables`).

    Raises:
        Misconfigured: a variable is missing, mistyped or unknown. Values are never repeated.
    """
    prefix = str(model.model_config["env_prefix"]).upper()
    try:
        unknown = _unknown(model, prefix)
        if unknown:
            raise Misconfigured("settings_unknown", f"no such setting: {', '.join(unknown)}; unset it")
        return read(model)
    except ValidationError as error:
        wrong = _wrong(model, error, prefix)
    except SettingsError:
        wrong = f"{prefix}*: a value is not what its setting takes"
    except ConfigError as error:
        wrong = str(error)
    raise Misconfigured("settings_invalid", wrong)


def _unknown(model: type[BaseSettings], prefix: str) -> list[str]:
    """Name the variables with the prefix that are no settings, where they stand, and what they may mean."""
    known = {prefix + name.upper() for name in model.model_fields}
    return [
        f"{name} in {place}{f' (did you mean {meant}?)' if (meant := nearest(name, known, prefix)) else ''}"
        for place, variables in given().items()
        for name in sorted(variables)
        if name.startswith(prefix) and name not in known
    ]


def any_given(model: type[BaseSettings]) -> bool:
    """Whether any variable with a model's prefix is set, wherever."""
    prefix = str(model.model_config["env_prefix"]).upper()
    return any(name.startswith(prefix) for variables in given().values() for name in variables)


def is_given(model: type[BaseSettings], field: str) -> bool:
    """Whether the variable of one of a model's settings is set, wherever."""
    variable = f"{model.model_config['env_prefix']}{field}".upper()
    return any(variable in variables for variables in given().values())


def _wrong(model: type[BaseSettings], error: ValidationError, prefix: str) -> str:
    found = error.errors(include_url=False, include_context=False, include_input=False)
    return "; ".join(_line(model, prefix, [str(step) for step in one["loc"]], one) for one in found)


def _line(model: type[BaseSettings], prefix: str, place: list[str], found: ErrorDetails) -> str:
    if not place:
        return f"{prefix}*: {found['msg']}"
    variable = prefix + place[0].upper()
    described = model.model_fields[place[0]].description or "see the documentation"
    if found["type"] == "missing":
        return f"set {variable} in {ANYWHERE}: {described}"
    return f"{variable}: {found['msg']} ({described})"
