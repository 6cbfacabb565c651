"""Settings of Zendesk: source, webhook and destination."""

from typing import Literal, Self

from pydantic import Field, SecretStr, model_validator
from pydantic_core import PydanticCustomError
from pydantic_settings import BaseSettings, SettingsConfigDict

SUBDOMAIN = "{subdomain}"
PREFIX = "SEATSIGNAL_ZENDESK_"


class ZendeskSettings(BaseSettings):
    """How to reach a Zendesk account as one of its admins.

    Either ``client_id`` and ``client_secret``, or ``email`` and ``token``; the client goes first.
    """

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="forbid")

    subdomain: str = Field(
        "", pattern=r"^[a-z0-9-]*$", description="`acme` if you sign in at acme.zendesk.com"
    )
    client_id: str = Field("", description="the identifier of your OAuth client, made by an admin")
    client_secret: SecretStr = Field(
        SecretStr(""), description="the secret of that client, shown when it was made"
    )
    email: str = Field("", description="with an API token: the address of the admin it acts as")
    token: SecretStr = Field(
        SecretStr(""), description="an API token, in place of a client; ends in April 2027"
    )
    base_url: str = Field(
        f"https://{SUBDOMAIN}.zendesk.com", description="where its API is; another one only to rehearse"
    )
    timeout_s: float = Field(60.0, gt=0, le=120, description="seconds to wait for an answer")
    calls_per_minute: int = Field(10, ge=1, le=1_000, description="exports a minute that your plan allows")
    writes_per_minute: int = Field(
        100, ge=1, description="calls a minute of the destination: Zendesk takes 100 changes of tickets"
    )
    job_wait_s: float = Field(
        8.0, ge=0, le=20, description="seconds to wait for a job of Zendesk's, before it is asked about later"
    )
    tags: Literal["on", "off"] = Field(
        "on", description="`off` to leave the tags of organizations alone: they pass to new tickets"
    )
    webhook_secret: SecretStr = Field(
        SecretStr(""), description="the signing secret of your webhook in Zendesk, if you have one"
    )
    webhook_secret_old: SecretStr = Field(
        SecretStr(""), description="the secret before it, while you replace one by the other"
    )
    page_size: int = Field(
        500, ge=1, le=1_000, description="tickets asked for at once; fewer if Zendesk answers 504"
    )
    history_days: int = Field(730, ge=1, description="how far the first pull of tickets goes back")
    external_id: Literal["our_id", "stripe", "hubspot", "nothing"] = Field(
        "our_id", description="what the external id of your organizations is: our own id, or another system's"
    )
    topic: str = Field(
        "type",
        pattern=r"^(type|field:\d+|tags:[^\s,]+(,[^\s,]+)*)$",
        description="the topic of a ticket: its `type`, `field:ID`, or the first of `tags:one,two` it has",
    )
    csat: Literal["ratings", "off"] = Field(
        "ratings", description="`off` if your plan has no satisfaction ratings"
    )

    @model_validator(mode="after")
    def _reachable(self) -> Self:
        """Refuse what names no account, or nobody to act as."""
        missing = [*self._no_place(), *self._nobody()]
        if missing:
            raise PydanticCustomError("unreachable", "set {names}", {"names": ", ".join(missing)})
        return self

    def _no_place(self) -> list[str]:
        needed = SUBDOMAIN in self.base_url and not self.subdomain
        return [f"{PREFIX}SUBDOMAIN"] if needed else []

    def _nobody(self) -> list[str]:
        client = {"CLIENT_ID": self.client_id, "CLIENT_SECRET": self.client_secret.get_secret_value()}
        person = {"EMAIL": self.email, "TOKEN": self.token.get_secret_value()}
        if all(client.values()) or (all(person.values()) and not any(client.values())):
            return []
        begun = client if any(client.values()) or not any(person.values()) else person
        return [PREFIX + name for name, value in begun.items() if not value]

    @property
    def address(self) -> str:
        """Where the account's API is."""
        return self.base_url.replace(SUBDOMAIN, self.subdomain)

    @property
    def is_client(self) -> bool:
        """Whether to act as an OAuth client."""
        return bool(self.client_id)
