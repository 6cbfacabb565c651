"""Settings of the files source."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class FilesSettings(BaseSettings):
    """Where the import format is dropped. Without a folder the source is off.

    Reject files are written beside the files they speak of, unless ``rejects`` names another folder.
    """

    model_config = SettingsConfigDict(env_prefix="SEATSIGNAL_FILES_", extra="forbid")

    folder: Path | None = Field(default=None, description="where import files are dropped")
    rejects: Path | None = Field(default=None, description="where reject files go; beside the files if unset")
