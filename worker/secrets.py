"""What must never be written anywhere: every secret that is set."""

from collections.abc import Iterator
from typing import get_args
from urllib.parse import unquote

from msgspec import DecodeError, ValidationError
from msgspec.json import decode
from pydantic import SecretStr
from pydantic.fields import FieldInfo

from config.settings import Settings
from config.variables import given
from integrations import registry

_SHORTEST_PART = 16
"""Characters of a part of an address that proves something: a version, a day or a channel's name is none."""


def secrets(chosen: Settings) -> set[str]:
    """Return the passwords in our URLs, our keys, and what integrations' secret settings say in any place."""
    in_urls = {part for url in (chosen.database_url, chosen.broker_url) for part in _in_url(url)}
    names = _variables()
    told = {form for place in given().values() for name in names for form in _forms(place.get(name, ""))}
    return in_urls | {*chosen.keys} | told


def _forms(value: str) -> set[str]:
    """Return a secret as it is set, and those in it: the password of a URL, the values of a JSON object."""
    return {value, *_in_url(value), *_named(value)} - {""}


def _named(secret: str) -> Iterator[str]:
    """Yield the secrets that one setting names in a JSON object; of an address its path and query too."""
    try:
        named = decode(secret, type=dict[str, str]).values()
    except (DecodeError, UnicodeError, ValidationError):
        return
    yield from named
    addresses = [each.partition("://")[2].partition("/")[2] for each in named]
    signed = [part.partition("=")[2] for each in addresses for part in each.partition("?")[2].split("&")]
    yield from (part for part in (*addresses, *signed) if len(part) >= _SHORTEST_PART)


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
