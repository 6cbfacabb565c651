"""Settings of the Slack destination."""

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class SlackSettings(BaseSettings):
    """How to reach a Slack workspace as its bot."""

    model_config = SettingsConfigDict(env_prefix="SEATSIGNAL_SLACK_", extra="forbid")

    token: SecretStr = Field(
        min_length=1, description="the bot token (xoxb-…) from OAuth & Permissions of your Slack app"
    )
    signing_secret: SecretStr | None = Field(
        None,
        min_length=1,
        description="the signing secret from Basic Information of your Slack app; then alerts have buttons",
    )
    signing_secret_old: SecretStr | None = Field(
        None, min_length=1, description="the one before it, for as long as you exchange it"
    )
    base_url: str = Field(
        "https://slack.com/api", description="where Slack's Web API is; another one only to rehearse"
    )
    timeout_s: float = Field(30.0, gt=0, le=120, description="seconds to wait for an answer")
