"""What must never be written anywhere: every secret that is set."""

from typing import get_args
from urllib.parse import unquote

from pydantic import SecretStr
from pydantic.fields import FieldInfo

from config.settings import Settings
from config.variables import given
from integrations import registry


def secrets(chosen: Settings) -> set[str]:
    """Return the passwords in our URLs, our keys, and what integrations' secret settings say in any place."""
    in_urls = {part for url in (chosen.database_url, chosen.broker_url) for part in _in_url(url)}
    names = _variables()
    return (
        in_urls
        | {*chosen.keys}
        | {place[name] for place in given().values() for name in names if place.get(name)}
    )


def _in_url(url: str) -> set[str]:
    """Return the password before a URL's host, as it is spelt there and as it is meant."""
    before, at, _ = url.partition("://")[2].rpartition("@")
    password = before.partition(":")[2] if at else ""
    query = url.partition("?")[2].split("&")
    in_query = [value for name, _, value in (part.partition("=") for part in query) if "password" in name]
    return {form for found in (password, *in_query) if found for form in (found, unquote(found))}


def _variables() -> list[str]:
    return [
        f"SEATSIGNAL_{vendor}_{name}".upper()
        for vendor, model in registry.settings_models().items()
        for name, field in model.model_fields.items()
        if is_secret(field)
    ]


def is_secret(field: FieldInfo) -> bool:
    """Tell whether a setting is one that is never shown."""
    return field.annotation is SecretStr or SecretStr in get_args(field.annotation)
