"""Settings of what senders of your own call in: their secret, and the maps of what they send."""

from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class InboundSettings(BaseSettings):
    """How such calls are known, and where it is said which of their values mean what."""

    model_config = SettingsConfigDict(env_prefix="SEATSIGNAL_INBOUND_", extra="forbid")

    webhook_secret: SecretStr = Field(
        SecretStr(""), description="whsec_ and 24 to 64 random bytes as base64, by which senders are known"
    )
    webhook_secret_old: SecretStr = Field(
        SecretStr(""), description="the secret before that one, as long as both are in use"
    )
    maps: Path = Field(description="the YAML file of maps; docs/integrations/inbound.md shows one")
    account_is_our_id: bool = Field(
        default=True, description="whether account_id is the id by which your own systems know the account"
    )
