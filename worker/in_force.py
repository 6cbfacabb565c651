"""What is in force: every setting with its value and where it comes from; what is secret is never told."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from pydantic_settings import BaseSettings

from config.settings import Settings
from config.variables import PREFIX, given
from integrations import registry
from store.database import database_url, shown
from worker.redaction import redaction
from worker.secrets import is_secret, secrets

SET = "(set)"
"""What stands for a value that is secret."""
DEFAULT = "default"


class Setting(NamedTuple):
    """A setting: its variable, its value as text (empty for none), where it is set, and what it is."""

    variable: str
    value: str
    origin: str
    about: str


def values(chosen: Settings) -> dict[str, object]:
    """Return the product's own settings by name, as JSON has them, without what is secret."""
    found: dict[str, object] = json.loads(chosen.model_dump_json())
    found["database_url"] = shown(database_url(chosen.database_url))
    if "@" in chosen.broker_url:
        found["broker_url"] = SET
    return found


def own(chosen: Settings) -> list[Setting]:
    """Return the product's own settings, each."""
    told = values(chosen)
    secret = {name for name, field in Settings.model_fields.items() if is_secret(field)}
    return [
        Setting(
            variable=f"{PREFIX}{name}".upper(),
            value=(SET if told[name] else "") if name in secret else _text(told[name]),
            origin=origin(f"{PREFIX}{name}".upper()),
            about=field.description or "",
        )
        for name, field in Settings.model_fields.items()
    ]


def _text(value: object) -> str:
    return "" if value is None else str(value)


def origin(variable: str) -> str:
    """Return the place where a variable is set that counts, or that it is by default."""
    return next((place for place, found in given().items() if variable in found), DEFAULT)


def integrations(chosen: Settings) -> Mapping[str, list[Setting]]:
    """Return what is set of each integration that anything is set of; the rest of it is by default."""
    clean = redaction(secrets(chosen))
    said: dict[str, str] = {}
    for found in reversed(given().values()):
        said |= found
    made = {
        name: [
            each._replace(value=each.value if each.value == SET else clean(each.value))
            for each in _set(name, model, said)
        ]
        for name, model in registry.settings_models().items()
    }
    return {name: found for name, found in made.items() if found}


def _set(name: str, model: type[BaseSettings], said: Mapping[str, str]) -> Iterator[Setting]:
    fields: dict[str, Any] = dict(model.model_fields)
    for field, about in fields.items():
        variable = f"{PREFIX}{name}_{field}".upper()
        if variable in said:
            value = SET if is_secret(about) else said[variable]
            yield Setting(variable, value, origin(variable), about.description or "")
