"""Settings of the webhook destination: where notices go as CloudEvents, and how they are signed."""

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class WebhookSettings(BaseSettings):
    """A receiver of your own."""

    model_config = SettingsConfigDict(env_prefix="SEATSIGNAL_WEBHOOK_", extra="forbid")

    url: SecretStr = Field(min_length=1, description="the https address of your receiver")
    secret: SecretStr = Field(
        min_length=1, description="whsec_ and 24 to 64 random bytes as base64, by which it knows us"
    )
    secret_old: SecretStr = Field(
        SecretStr(""), description="the secret before that one, until your receiver knows the new one"
    )
    source: str = Field(
        "/seatsignal",
        pattern=r"^[!-~]{1,200}$",
        description="who we are, in the attribute source of each event",
    )
    timeout_s: float = Field(15.0, gt=0, le=120, description="seconds to wait for an answer")
    calls_per_minute: int = Field(600, gt=0, description="events that are sent in a minute at most")
