"""Settings of the Postmark destination."""

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from integrations.letter import ascii_address


class PostmarkSettings(BaseSettings):
    """How to send through one Postmark server, and in whose name."""

    model_config = SettingsConfigDict(env_prefix="SEATSIGNAL_POSTMARK_", extra="forbid")

    token: SecretStr = Field(min_length=1, description="the server API token, from API Tokens of the server")
    sender: str = Field(description="the address that mail comes from: a confirmed signature or domain")
    sender_name: str = Field("", max_length=80, description="the name that people see beside it")
    stream: str = Field("outbound", min_length=1, description="the id of the message stream to send through")
    webhook_user: str = Field("seatsignal", min_length=1, description="the user in the webhook's address")
    webhook_password: SecretStr | None = Field(
        None, min_length=1, description="that user's password; then bounces and complaints are heard of"
    )
    webhook_password_old: SecretStr | None = Field(
        None, min_length=1, description="the one before it, for as long as you exchange it"
    )
    base_url: str = Field(
        "https://api.postmarkapp.com", description="where its API is; another one only to rehearse"
    )
    timeout_s: float = Field(30.0, gt=0, le=120, description="seconds to wait for an answer")

    @field_validator("sender")
    @classmethod
    def _is_address(cls, value: str) -> str:
        address = ascii_address(value)
        if address is None:
            raise ValueError("not a mail address in ASCII")
        return address
