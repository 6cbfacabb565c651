"""Settings of the Stripe source and its webhook."""

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class StripeSettings(BaseSettings):
    """How to read a Stripe account, and how to know its webhooks."""

    model_config = SettingsConfigDict(env_prefix="SEATSIGNAL_STRIPE_", extra="forbid")

    api_key: SecretStr = Field(
        min_length=1, description="a restricted key (rk_live_…) that may read, from Developers, API keys"
    )
    account_id_key: str = Field(
        "account_id",
        min_length=1,
        description="the metadata key of customers that holds your own account id",
    )
    webhook_secret: SecretStr = Field(
        SecretStr(""), description="the signing secret (whsec_…) of your webhook endpoint in Stripe"
    )
    webhook_secret_old: SecretStr = Field(
        SecretStr(""), description="the signing secret before that one, as long as both are in use"
    )
    calls_per_minute: int = Field(
        1_500, gt=0, description="calls that all workers together make at most; Stripe allows 25 a second"
    )
    base_url: str = Field(
        "https://api.stripe.com/v1", description="where Stripe's API is; another one only to rehearse"
    )
    timeout_s: float = Field(30.0, gt=0, le=120, description="seconds to wait for an answer")
