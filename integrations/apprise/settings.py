"""Settings of the Apprise destination."""

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class AppriseSettings(BaseSettings):
    """Which channels of other chat services there are, each by its Apprise URL."""

    model_config = SettingsConfigDict(env_prefix="SEATSIGNAL_APPRISE_", extra="forbid")

    channels: dict[str, SecretStr] = Field(
        min_length=1,
        description='channels as routes.yaml calls them, each with its Apprise URL: {"success": "mmosts://…"}',
    )
    calls_per_minute: int = Field(
        60, gt=0, description="calls a minute of all workers together, a 60th of them in a second"
    )
    timeout_s: float = Field(30.0, gt=0, le=120, description="seconds to wait for an answer")
