"""Settings of the identity provider at which colleagues sign in to the dashboard."""

from collections.abc import Mapping
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator
from pydantic_core import PydanticCustomError
from pydantic_settings import BaseSettings, SettingsConfigDict

from integrations.addresses import LOOPBACK

Role = Literal["support", "sales", "csm", "manager", "admin"]
RANKS: tuple[Role, ...] = ("support", "sales", "csm", "manager", "admin")
"""Roles by how far they go: of several the last counts."""
_Values = Annotated[Mapping[str, Role], Field(min_length=1)]


class OidcSettings(BaseSettings):
    """Which OpenID Connect provider vouches for colleagues, and which of its claims means which role."""

    model_config = SettingsConfigDict(env_prefix="SEATSIGNAL_OIDC_", extra="forbid")

    issuer: str = Field(description="the provider's https address, exactly as it states it itself as issuer")
    client_id: str = Field(min_length=1, description="the id under which Seatsignal is registered there")
    client_secret: SecretStr = Field(
        SecretStr(""), description="the secret of that client; none for one that is public"
    )
    roles: Mapping[str, _Values] = Field(
        min_length=1,
        description='roles by claim and value: {"groups": {"cs-team": "csm", "cs-leads": "manager"}}',
    )
    domain: str = Field("", description="domains of which an address must be, with commas between; none: any")
    scopes: str = Field("openid email profile", description="what is asked of the provider")
    passwords: bool = Field(
        default=True, description="whether colleagues may sign in by a password of ours, too"
    )
    timeout_s: float = Field(10.0, gt=0, le=30, description="seconds to wait for an answer")

    @field_validator("issuer")
    @classmethod
    def _is_address(cls, value: str) -> str:
        parts = urlsplit(value)
        loopback = parts.scheme == "http" and parts.hostname in LOOPBACK
        if not (parts.hostname and (parts.scheme == "https" or loopback)) or parts.query or parts.fragment:
            raise PydanticCustomError("issuer", "must be an https address without a query")
        return value

    @field_validator("scopes")
    @classmethod
    def _is_openid(cls, value: str) -> str:
        if "openid" not in value.split():
            raise PydanticCustomError("scopes", "must hold openid, or nobody is vouched for")
        return value

    @property
    def domains(self) -> frozenset[str]:
        """The domains in ``domain``, in small letters."""
        return frozenset(filter(None, (name.strip().lower() for name in self.domain.split(","))))
