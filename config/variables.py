"""Where a setting may stand: in the environment, else in ``.env`` of the working folder, else as a file.

A file of the folder that ``SEATSIGNAL_SECRETS_DIR`` names is called like its variable, in any case, and
holds the value. What the first of the three places says counts.
"""

import os
from collections.abc import Callable, Collection, Iterator
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from types import new_class
from typing import TypeVar, cast

from pydantic_settings import BaseSettings, DotEnvSettingsSource

from config.files import ConfigError

S = TypeVar("S", bound=BaseSettings)
T = TypeVar("T")

PREFIX = "SEATSIGNAL_"
FOLDER = "SEATSIGNAL_SECRETS_DIR"
ENVIRONMENT, ENV_FILE, SECRETS = "the environment", ".env", "the secrets folder"
"""The places, in the words for messages; `.env` is also the file's name."""
ANYWHERE = f"{ENVIRONMENT}, {ENV_FILE} or {SECRETS}"


def given() -> dict[str, dict[str, str]]:
    """Return by place, the first that counts first, the variables of ours that are set, names in capitals.

    Raises `config.files.ConfigError` for a place that cannot be read.
    """
    read = {ENVIRONMENT: os.environ.items(), ENV_FILE: _env_file().items(), SECRETS: _secrets().items()}
    return {
        place: {name.upper(): value for name, value in found if name.upper().startswith(PREFIX)}
        for place, found in read.items()
    }


def nearest(name: str, known: Collection[str], prefix: str = PREFIX) -> str:
    """Return the known variable most like a name, by what follows the prefix of all, or nothing."""
    tails = [one.removeprefix(prefix) for one in known]
    close = get_close_matches(name.removeprefix(prefix), tails, n=1)
    return prefix + close[0] if close else ""


def read(model: type[S]) -> S:
    """Return a model's values from the three places.

    What is none of its settings is passed over: other models' stand beside them. Raises what
    pydantic-settings raises, and `config.files.ConfigError`.
    """
    given()  # says exactly which place cannot be read
    return cast("S", _reader(model)(_env_file=ENV_FILE, _secrets_dir=_folder()))


@cache
def _reader(model: type[BaseSettings]) -> type[BaseSettings]:
    """Return the model as one that takes a file with more in it than its own settings."""
    return cast("type[BaseSettings]", new_class(model.__name__, (model,), {"extra": "ignore"}))


def _env_file() -> dict[str, str]:
    found = _read_at(ENV_FILE, lambda: DotEnvSettingsSource(BaseSettings, env_file=ENV_FILE).env_vars)
    return {name: value for name, value in found.items() if value is not None}


def _folder() -> Path | None:
    """Return the secrets folder if one is named."""
    name = os.environ.get(FOLDER)
    if name and not Path(name).is_dir():
        raise ConfigError([f"{FOLDER}: {name} is not a folder"])
    return Path(name) if name else None


def _secrets() -> dict[str, str]:
    folder = _folder()
    return _read_at(FOLDER, lambda: dict(_files(folder))) if folder else {}


def _files(folder: Path) -> Iterator[tuple[str, str]]:
    for path in sorted(folder.iterdir()):
        if path.name.upper().startswith(PREFIX) and path.is_file():
            yield path.name, path.read_text(encoding="utf-8").strip()


def _read_at(place: str, reader: Callable[[], T]) -> T:
    """Read a place, or say in one line, without a value, that it cannot be read."""
    try:
        return reader()
    except OSError as error:
        problem = f"{error.filename} cannot be read: {error.strerror}"
    except UnicodeDecodeError:
        problem = "a file is not UTF-8"
    raise ConfigError([f"{place}: {problem}"])  # outside of the handler: its context would hold the value
