"""Settings of the HTTP source."""

from collections.abc import Mapping
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from msgspec import DecodeError
from msgspec.json import decode
from pydantic import Field, SecretStr, field_validator
from pydantic_core import PydanticCustomError
from pydantic_settings import BaseSettings, SettingsConfigDict


class HttpSettings(BaseSettings):
    """JSON APIs of yours, and the file that says where they are and which of their values mean what."""

    model_config = SettingsConfigDict(env_prefix="SEATSIGNAL_HTTP_", extra="forbid")

    endpoints: Path = Field(description="the YAML file of endpoints; docs/integrations/http.md shows one")
    secrets: SecretStr = Field(
        SecretStr("{}"), description='what the file names as secrets, as a JSON object: {"billing": "…"}'
    )
    base_url: str = Field("", description="where the addresses in the file are that begin with a slash")
    timezone: str = Field(
        "UTC", description="zone in which the days of its usage begin, such as Europe/Berlin"
    )
    timeout_s: float = Field(30.0, gt=0, le=120, description="seconds to wait for an answer")
    calls_per_minute: int = Field(120, gt=0, description="calls a minute at most, to all of them together")

    @field_validator("secrets")
    @classmethod
    def _are_secrets(cls, written: SecretStr) -> SecretStr:
        if not _named(written):
            raise PydanticCustomError("secrets", 'must be a JSON object of text: {"billing": "…"}')
        return written

    @field_validator("timezone")
    @classmethod
    def _is_zone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise PydanticCustomError("timezone", "must be the name of a zone: Europe/Berlin") from None
        return name

    def secret(self, name: str) -> str | None:
        """The secret of that name; `None` where none is set."""
        return (_named(self.secrets) or {}).get(name)


def _named(written: SecretStr) -> Mapping[str, str] | None:
    try:
        return decode(written.get_secret_value(), type=dict[str, str])
    except (DecodeError, UnicodeError):
        return None
