"""Settings of HubSpot, as a source and as a destination."""

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

NAME = r"[a-z][a-z0-9_]*"
"""A property's internal name."""
OUR_ID = "seatsignal_account_id"
"""The one property of ours that people fill in: we write all others, and none of those is evidence."""


class HubSpotSettings(BaseSettings):
    """How to reach a HubSpot account, and which of its properties say what."""

    model_config = SettingsConfigDict(env_prefix="SEATSIGNAL_HUBSPOT_", extra="forbid")

    token: SecretStr = Field(
        min_length=1,
        description="the service key (pat-…) from Development, Keys, Service keys in HubSpot",
    )
    base_url: str = Field(
        "https://api.hubapi.com", description="where HubSpot's API is; another one only to rehearse"
    )
    api_version: str = Field(
        "2026-03",
        pattern=r"^(v3|20\d\d-(03|09))$",
        description="version of the API in its paths: a year and month, or the older v3",
    )
    timeout_s: float = Field(30.0, gt=0, le=120, description="seconds to wait for an answer")
    calls_per_minute: int = Field(
        1_140, ge=1, description="calls in a minute, as source and destination: 190 in 10 seconds"
    )
    searches_per_second: float = Field(
        4.0, gt=0, description="searches in a second, which have a limit of their own"
    )
    page_size: int = Field(100, ge=1, le=100, description="records asked for at once")
    overlap_s: float = Field(
        900.0, ge=0, description="seconds to look back before the last pull: HubSpot's search index is late"
    )
    full_every_h: float = Field(
        24.0, gt=0, description="hours between listings of everything; between them what changed is searched"
    )
    our_id_property: str = Field(
        OUR_ID,
        pattern=f"^({NAME})?$",
        description="company property that holds your own id of the account; empty if there is none",
    )
    csm_property: str = Field(
        "hubspot_owner_id", pattern=f"^{NAME}$", description="company property that names the CSM: an owner"
    )
    sales_property: str = Field(
        "hubspot_owner_id", pattern=f"^{NAME}$", description="company property that names who sells: an owner"
    )
    stripe_property: str = Field(
        "",
        pattern=f"^({NAME})?$",
        description="company property that holds the id of the Stripe customer; empty if there is none",
    )
    do_not_contact_property: str = Field(
        "",
        pattern=f"^({NAME})?$",
        description="company property that, where it says yes, lets no nudge leave; empty if there is none",
    )
    deal_stage: str = Field(
        "", description="the id of the stage at which deals of ours begin; without it none is ever made"
    )
    deal_pipeline: str = Field("default", min_length=1, description="the id of the pipeline of that stage")
    renewal_pipeline: str = Field(
        "",
        description="the id of the pipeline of renewals: its closed deals are outcomes; empty: none are read",
    )
    renewal_stage: str = Field(
        "",
        description="the id of the stage of it at which renewals begin; empty: they begin as other deals do",
    )
    deal_currency: str = Field(
        "",
        pattern="^([A-Z]{3})?$",
        description="the one currency of your deals, if there is one: amounts in others are left out",
    )
    webhook_secret: SecretStr = Field(
        SecretStr(""), description="the client secret of your app in HubSpot, if its webhooks call"
    )
    webhook_secret_old: SecretStr = Field(
        SecretStr(""), description="the client secret before that one, as long as both are in use"
    )
    webhook_url: str = Field(
        "", description="the address that it calls, if another than SEATSIGNAL_PUBLIC_URL/webhooks/hubspot"
    )
    role_property: str = Field(
        "hs_buying_role", pattern=f"^{NAME}$", description="contact property that says the person's role"
    )

    @field_validator("our_id_property", "stripe_property", "do_not_contact_property")
    @classmethod
    def _people_wrote_it(cls, name: str) -> str:
        """Refuse what we write ourselves as evidence of whose company it is."""
        if name.startswith("seatsignal_") and name != OUR_ID:
            raise ValueError("names a property that Seatsignal writes: what it wrote is no evidence")
        return name
