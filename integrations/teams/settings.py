"""Settings of the Teams destination."""

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class TeamsSettings(BaseSettings):
    """Which channels of Teams there are, each by the address of the workflow that posts to it."""

    model_config = SettingsConfigDict(env_prefix="SEATSIGNAL_TEAMS_", extra="forbid")

    channels: dict[str, SecretStr] = Field(
        min_length=1,
        description='channels as routes.yaml calls them, each with the address of its workflow: {"success": "https://…"}',
    )
    calls_per_minute: int = Field(
        240, gt=0, description="cards a minute that all workers together post, a 60th of them in a second"
    )
    timeout_s: float = Field(30.0, gt=0, le=120, description="seconds to wait for an answer")
