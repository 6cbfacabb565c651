"""Settings of the mail destination."""

from typing import Self

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from integrations.addresses import LOOPBACK
from integrations.letter import ascii_address


class MailSettings(BaseSettings):
    """How to hand mail to an SMTP server, and in whose name."""

    model_config = SettingsConfigDict(env_prefix="SEATSIGNAL_MAIL_", extra="forbid")

    host: str = Field(min_length=1, description="your SMTP server's name")
    port: int = Field(587, gt=0, lt=65_536, description="its port for submission; with TLS mostly 465")
    username: str = Field("", description="the user to sign in as; empty if the server asks for none")
    password: SecretStr = Field(SecretStr(""), description="that user's password")
    starttls: bool = Field(default=True, description="false only for a server on this machine")
    tls: bool = Field(default=False, description="true for a port that speaks TLS from the first byte")
    sender: str = Field(description="the address that mail comes from; its domain must allow this server")
    sender_name: str = Field("", description="the name that people see beside it")
    timeout_s: float = Field(30.0, gt=0, le=120, description="seconds to wait for an answer")

    @field_validator("sender")
    @classmethod
    def _is_address(cls, value: str) -> str:
        address = ascii_address(value)
        if address is None:
            raise ValueError("not a mail address in ASCII")
        return address

    @model_validator(mode="after")
    def _is_private(self) -> Self:
        if not self.starttls and not self.tls and self.host not in LOOPBACK:
            raise ValueError("only a server on this machine may go without STARTTLS or TLS")
        return self

    @property
    def domain(self) -> str:
        """The sender's domain."""
        return self.sender.rpartition("@")[2]
