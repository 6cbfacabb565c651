"""Read our own YAML: unknown keys are refused with the nearest known name."""

import difflib
from collections.abc import Sequence
from pathlib import Path
from types import NoneType
from typing import Any, TypeVar, get_args

import yaml
from pydantic import BaseModel, ValidationError

from config.errors import Actionable

_M = TypeVar("_M", bound=BaseModel)
SHIPPED = Path(__file__).parent
_SAFE = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""The parser in C where it was built: ten times as fast, and every command reads our files."""


class ConfigError(Actionable):
    """A file of ours is wrong; every line says where, what, and what it may have meant."""

    def __init__(self, problems: Sequence[str]) -> None:
        """Join the problems, one a line."""
        super().__init__("\n".join(problems))
        self.problems = tuple(problems)


def read(model: type[_M], path: Path) -> _M:
    """Return the validated content of a YAML file, or raise `ConfigError` with every problem."""
    return parsed(model, text(path), path.name)


def text(path: Path) -> str:
    """Return what a file holds, or raise `ConfigError`."""
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise ConfigError([f"{path}: {error.strerror}"]) from None


def parsed(model: type[_M], written: str, name: str) -> _M:
    """Return what YAML says, validated, or raise `ConfigError` with every problem; ``name`` is the file's."""
    try:
        content = yaml.load(written, Loader=_SAFE)  # noqa: S506 - it is a safe one
    except yaml.YAMLError as error:
        raise ConfigError([f"{name}: not YAML: {error}"]) from None
    try:
        return model.model_validate(content)
    except ValidationError as error:
        raise ConfigError([_problem(name, model, details) for details in error.errors()]) from None


def _problem(name: str, model: type[BaseModel], details: Any) -> str:  # noqa: ANN401 - pydantic's dict
    where = ".".join(str(part) for part in details["loc"])
    if details["type"] != "extra_forbidden":
        return f"{name}: {where}: {details['msg']}"
    known = _fields(model, details["loc"][:-1])
    return f"{name}: {where}: unknown key{nearest(str(details['loc'][-1]), known)}"


def _fields(model: Any, location: Sequence[Any]) -> list[str]:  # noqa: ANN401 - a model or an annotation
    for part in location:
        fields = getattr(model, "model_fields", {})
        if "root" in fields:  # a file that is a mapping as a whole
            model, fields = fields["root"].annotation, {}
        model = fields[part].annotation if part in fields else (get_args(model) or (model,))[-1]
        model = next((each for each in get_args(model) if NoneType in get_args(model)), model)
    return list(getattr(model, "model_fields", {}))


def nearest(name: str, known: Sequence[str]) -> str:
    """Return ``, did you mean 'x'?`` if a known name is close, else an empty string."""
    close = difflib.get_close_matches(name, known, n=1)
    return f", did you mean {close[0]!r}?" if close else ""
