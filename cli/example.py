"""``.env.example``: every setting there is, off, with its default and what it means."""

from collections.abc import Iterator

from pydantic import SecretStr
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings

from config.settings import Settings
from integrations import registry

HEAD = """\
# Copy to .env, take the mark off the lines you need, keep it out of version control.
# Secrets may also be files, named like the variable in small letters, in the folder SEATSIGNAL_SECRETS_DIR.
# `seatsignal config check` says what is wrong, `seatsignal doctor` whether the systems answer.
"""


def example() -> str:
    """Return the text of ``.env.example``."""
    groups = [_group("", "Seatsignal itself", Settings)]
    groups += [_group(name, name, model) for name, model in registry.settings_models().items()]
    return HEAD + "".join(groups)


def _group(name: str, title: str, model: type[BaseSettings]) -> str:
    prefix = f"SEATSIGNAL_{name}_" if name else "SEATSIGNAL_"
    lines = (line for field, info in model.model_fields.items() for line in _lines(prefix + field, info))
    return "\n".join(["", f"# -- {title} {'-' * (90 - len(title))}", *lines, ""])


def _lines(name: str, info: FieldInfo) -> Iterator[str]:
    need = "; needed with this integration" if info.is_required() else ""
    yield f"# {info.description}{need}"
    yield f"#{name.upper()}={_default(info)}"


def _default(info: FieldInfo) -> str:
    """Return the default as it would be set; what is secret, needed or made at first use stays empty."""
    value = info.default
    if (
        info.is_required()
        or info.default_factory is not None
        or value is None
        or isinstance(value, SecretStr)
    ):
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)
