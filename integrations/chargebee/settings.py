"""Settings of the Chargebee source."""

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class ChargebeeSettings(BaseSettings):
    """How to read a Chargebee site."""

    model_config = SettingsConfigDict(env_prefix="SEATSIGNAL_CHARGEBEE_", extra="forbid")

    site: str = Field(
        pattern=r"^[A-Za-z0-9][A-Za-z0-9-]*$",
        description="acme, if you sign in at acme.chargebee.com; acme-test for your test site",
    )
    api_key: SecretStr = Field(
        min_length=1, description="a read-only key (all data), from Settings, Configure Chargebee, API keys"
    )
    account_id_key: str = Field(
        "account_id",
        min_length=1,
        description="the key in the meta data of customers that holds your own account id",
    )
    calls_per_minute: int = Field(
        120, gt=0, description="calls that all workers together make at most; Chargebee allows 150 or more"
    )
    base_url: str = Field(
        "", description="where Chargebee's API is, to rehearse; that of your site without it"
    )
    timeout_s: float = Field(30.0, gt=0, le=120, description="seconds to wait for an answer")

    @property
    def api_url(self) -> str:
        """Where the API is."""
        return self.base_url or f"https://{self.site}.chargebee.com/api/v2"
