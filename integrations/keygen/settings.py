"""Settings of the Keygen source."""

from typing import Literal

from pydantic import Field, Json, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from integrations.happenings import as_json


class KeygenSettings(BaseSettings):
    """How to read a Keygen account, and where its licences say whose they are."""

    model_config = SettingsConfigDict(env_prefix="SEATSIGNAL_KEYGEN_", extra="forbid")

    token: SecretStr = Field(
        min_length=1, description="a token that may only read: of a read-only user, or of an environment"
    )
    account: str = Field(
        pattern=r"^[A-Za-z0-9_-]+$", description="your Keygen account's id or slug, as its Settings show it"
    )
    environment: str = Field(
        "",
        pattern=r"^[A-Za-z0-9_-]*$",
        description="the code of the environment to read; empty for the global one",
    )
    base_url: str = Field(
        "https://api.keygen.sh", description="where Keygen's API is: your own server's address if you run one"
    )
    version: str = Field(
        "1.8",
        pattern=r"^1\.([6-9]|[1-9]\d)$",
        description="the version of Keygen's API to speak, 1.6 or later",
    )
    account_from: str = Field(
        "metadata.accountId",
        pattern=r"^(metadata\.\w+|owner|group)$",
        description="what names a licence's customer: metadata.NAME with our id, else owner or group",
    )
    stripe_from: str = Field(
        "metadata.stripeCustomerId",
        pattern=r"^(metadata\.\w+)?$",
        description="metadata.NAME with the customer's id at Stripe; empty for none",
    )
    domain_from: str = Field(
        "",
        pattern=r"^(metadata\.\w+)?$",
        description="metadata.NAME with the customer's domain, if you vouch for it; empty for none",
    )
    quotas: str = Field(
        "domains,api_keys",
        pattern=r"^([a-z][a-z_]*(,[a-z][a-z_]*)*)?$",
        description="quotas counted in metadata: api_keys stands for apiKeysUsed and apiKeysAllowed",
    )
    machines_are: Literal["machines", "domains"] = Field(
        "machines", description="what your machines' fingerprints stand for"
    )
    event_log_days: int = Field(
        3, ge=0, le=400, description="days that your plan keeps event logs for; 0 if it has none"
    )
    webhook_public_key: str = Field(
        "",
        pattern=r"^([0-9a-f]{64})?$",
        description="the Ed25519 public key of your account, in hexadecimal, if its webhooks call",
    )
    webhook_public_key_old: str = Field(
        "",
        pattern=r"^([0-9a-f]{64})?$",
        description="the public key before that one, as long as both are in use",
    )
    webhook_url: str = Field(
        "", description="the address that it calls, if another than SEATSIGNAL_PUBLIC_URL/webhooks/keygen"
    )
    webhook_events: Json[dict[str, bool]] = Field(
        as_json("{}"),
        description="which events matter beside those that do anyhow, and which do not, as a JSON object",
    )
    page_size: int = Field(100, ge=1, le=100, description="rows asked for at once")
    timeout_s: float = Field(30.0, gt=0, le=120, description="seconds to wait for an answer")
    calls_per_minute: int = Field(
        300, ge=1, description="calls a minute at most; Keygen names no figure for the token of a server"
    )
