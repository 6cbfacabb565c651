"""Settings of the SQL source."""

from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, SecretStr, field_validator
from pydantic_core import PydanticCustomError
from pydantic_settings import BaseSettings, SettingsConfigDict


class SqlSettings(BaseSettings):
    """A database of yours, and the file of queries that say which of its rows mean what."""

    model_config = SettingsConfigDict(env_prefix="SEATSIGNAL_SQL_", extra="forbid")

    url: SecretStr = Field(
        min_length=1, description="the database as a SQLAlchemy URL, with a user who may only read"
    )
    queries: Path = Field(description="the YAML file of queries; docs/integrations/sql.md shows one")
    timezone: str = Field(
        "UTC", description="zone in which the days of its usage begin, such as Europe/Berlin"
    )
    timeout_s: float = Field(
        300.0, gt=0, le=3_600, description="seconds that the database may take for a statement"
    )

    @field_validator("timezone")
    @classmethod
    def _is_zone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise PydanticCustomError("timezone", "must be the name of a zone: Europe/Berlin") from None
        return name
